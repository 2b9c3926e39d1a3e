"""Pairs and runs made of numbers: a machine whose noise is known."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator, Mapping, Sequence

import pytest

from perfagent.tools.measure import (
    Confirmation,
    Pair,
    PairSampler,
    PairsById,
    Plan,
    Publication,
    Reading,
    Run,
    RunFailed,
    conclude,
    confirm,
    one_by_one,
    publish,
)
from perfagent.tools.measure.statistic import LogCosts, fixed_point

Judge = Callable[..., tuple[Confirmation, Publication]]
MakePairs = Callable[[Sequence[float], Sequence[float]], list[Pair]]
MakeRun = Callable[..., Run]


def reading(seconds: float, wall_s: float | None = None, rss: int = 10**7) -> Reading:
    return Reading(seconds if wall_s is None else wall_s, seconds, 0.0, 3, rss)


@pytest.fixture
def make_pairs() -> MakePairs:
    """Pairs from the seconds of either side."""

    def make(baseline: Sequence[float], candidate: Sequence[float]) -> list[Pair]:
        sides = enumerate(zip(baseline, candidate, strict=True))
        return [Pair(index, 1, True, reading(before), reading(after)) for index, (before, after) in sides]

    return make


@pytest.fixture
def make_run() -> MakeRun:
    """A `run` of sides with known speedups {side: {benchmark: speedup}}; `noise`: the sd of a log cost."""

    def make(speedups: Mapping[str, Mapping[str, float]], noise: float = 0.02, seed: int = 1) -> Run:
        rng = random.Random(seed)

        def run(side: str, _hash_seed: int) -> dict[str, Reading]:
            gains = speedups[side]
            return {name: reading(0.05 * math.exp(rng.gauss(0, noise)) / gain) for name, gain in gains.items()}

        return one_by_one(run)

    return make


@pytest.fixture(scope="session")
def noisy() -> Callable[[int, float, int], LogCosts]:
    """Log costs of so many pairs with a true log gain, by seed; a pair's sd is 4 %."""

    def make(pairs: int, gain: float, seed: int) -> LogCosts:
        rng = random.Random(seed)
        draw = [fixed_point(rng.gauss(0, 0.03)) for _ in range(2 * pairs)]
        return LogCosts(tuple(draw[:pairs]), tuple(draw[pairs:])).shifted(-gain)

    return make


@pytest.fixture
def judge(make_run: MakeRun) -> Judge:
    """Confirm and publish a candidate with these speedups: (confirmation, publication)."""

    def run(gains: dict[str, float], targets: tuple[str, ...], noise: float = 0.02) -> tuple[Confirmation, Publication]:
        simulated = make_run({"baseline": dict.fromkeys(gains, 1.0), "candidate": gains}, noise)
        plan = Plan(dict.fromkeys(gains, "cpu"), targets, seed=3)
        confirmation = conclude(confirm(PairSampler(simulated, 1).pairs(), plan))
        return confirmation, publish(PairSampler(simulated, 2).pairs(), plan, confirmation)

    return run


@pytest.fixture
def failing_after() -> Callable[[int], Iterator[PairsById | RunFailed]]:
    """A series of equal pairs of benchmark a that ends with a candidate's time-out."""

    def series(count: int) -> Iterator[PairsById | RunFailed]:
        yield from ({"a": Pair(index, 1, True, reading(1.0), reading(1.0))} for index in range(count))
        yield RunFailed("timed out")

    return series
