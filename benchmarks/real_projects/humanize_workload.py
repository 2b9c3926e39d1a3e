"""humanize: the figures of a storage report."""

from __future__ import annotations

import random

import humanize


def setup() -> list[int]:
    """Four thousand sizes, most of them large."""
    dice = random.Random(71)
    return [int(10 ** dice.uniform(1, 13)) for _ in range(4000)]


def workload(data: list[int]) -> list[str]:
    """Each size with separators, and as an ordinal."""
    return [f"{humanize.intcomma(size)} {humanize.ordinal(size % 1000)}" for size in data]
