"""inflection: the names of a database's columns as a web framework derives them."""

from __future__ import annotations

import random

import inflection

PARTS = "order customer created shipped total gross net price address line postal code region owner id".split()


def setup() -> list[str]:
    """Four thousand column names."""
    dice = random.Random(61)
    return ["_".join(dice.choice(PARTS) for _ in range(dice.randint(1, 4))) for _ in range(4000)]


def workload(data: list[str]) -> list[str]:
    """Class names, labels, headings and addresses, and the class names turned back."""
    names = []
    for column in data:
        name = inflection.camelize(column)
        names += [
            name,
            inflection.underscore(name),
            inflection.humanize(column),
            inflection.dasherize(column),
        ]
    return names
