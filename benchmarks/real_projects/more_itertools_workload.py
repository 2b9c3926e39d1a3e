"""more_itertools: seating plans, and sliding over a log of events."""

from __future__ import annotations

import random

import more_itertools as more


def setup() -> tuple[str, list[int]]:
    """A word with repeated letters, and twelve thousand readings."""
    dice = random.Random(17)
    return "mississippi", [dice.randint(0, 30) for _ in range(12000)]


def workload(data: tuple[str, list[int]]) -> list[object]:
    """The plans in order, and figures over windows, pieces and neighbours of the readings."""
    word, readings = data
    plans = sorted("".join(plan) for plan in more.distinct_permutations(word))
    windows = [max(window) for window in more.windowed(readings, 6)]
    pieces = [len(piece) for piece in more.split_before(readings, lambda reading: reading == 0)]
    longest = max(len(piece) for piece in more.chunked(more.collapse([readings, [readings]]), 7))
    return [len(plans), plans[:5], windows[:50], pieces, longest, len(list(more.unique_everseen(readings)))]
