"""Pairs and runs made of numbers: a machine whose noise is known."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Mapping, Sequence

import pytest
from hypothesis import settings

from perfagent.tools.measure import Pair, Reading, Run

settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.load_profile("repeatable")

MakePairs = Callable[[Sequence[float], Sequence[float]], list[Pair]]
MakeRun = Callable[..., Run]


def reading(seconds: float, wall_s: float | None = None, rss: int = 10**7) -> Reading:
    return Reading(seconds if wall_s is None else wall_s, seconds, 0.0, 3, rss)


@pytest.fixture
def make_reading() -> Callable[..., Reading]:
    """A reading of so many CPU seconds."""
    return reading


@pytest.fixture
def make_pairs() -> MakePairs:
    """Pairs from the seconds of either side."""

    def make(baseline: Sequence[float], candidate: Sequence[float]) -> list[Pair]:
        sides = enumerate(zip(baseline, candidate, strict=True))
        return [Pair(index, 1, True, reading(before), reading(after)) for index, (before, after) in sides]

    return make


@pytest.fixture
def make_run() -> MakeRun:
    """A `run`; its sides have known speedups: {side: {benchmark: speedup}}; `noise` is the sd of a log cost."""

    def make(speedups: Mapping[str, Mapping[str, float]], noise: float = 0.02, seed: int = 1) -> Run:
        rng = random.Random(seed)

        def run(side: str, _hash_seed: int) -> dict[str, Reading]:
            gains = speedups[side]
            return {
                name: reading(0.05 * math.exp(rng.gauss(0, noise)) / gain) for name, gain in gains.items()
            }

        return run

    return make
