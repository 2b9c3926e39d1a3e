"""stringcase: keys of a JSON document in the three spellings of three languages."""

from __future__ import annotations

import random

import stringcase

PARTS = "order customer created shipped total gross net price address line postal code region owner id".split()


def setup() -> list[str]:
    """Six thousand keys."""
    dice = random.Random(73)
    return ["_".join(dice.choice(PARTS) for _ in range(dice.randint(1, 4))) for _ in range(6000)]


def workload(data: list[str]) -> list[str]:
    """Every key in camel case, and that in snake case again, and with dots."""
    keys = []
    for key in data:
        camel = stringcase.camelcase(key)
        keys += [camel, stringcase.snakecase(camel), stringcase.dotcase(key), stringcase.pathcase(key)]
    return keys
