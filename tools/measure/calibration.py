"""What identical code looks like here: its noise, the smallest gain that can be seen, false acceptances.

Recorded A/A pairs are resampled in blocks of neighbours (so drift and bursts stay as recorded; the
moving-block bootstrap, Kunsch, Ann. Stat. 17, 1989), with labels swapped by a coin (the two runs are of the
same code), a gain is injected by dividing the candidate's cost, and our own sequential test judges the
result.
"""

from __future__ import annotations

import math
import random
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace

from pydantic import BaseModel, ConfigDict

from perfagent.tools.errors import MeasurementError
from perfagent.tools.measure.constants import (
    ALPHA,
    CALIBRATION_PAIRS,
    LOOKS,
    MAX_NOISE,
    MIN_SPEEDUP,
    RESAMPLE_BLOCK,
    RESAMPLES,
    TARGET_POWER,
    Look,
)
from perfagent.tools.measure.records import MetricName, Pair, Reading
from perfagent.tools.measure.sequential import SequentialTest
from perfagent.tools.measure.student import robust_sd

GAINS = (1.03, 1.04, 1.05, 1.07, 1.10, 1.15, 1.20, 1.30, 1.50, 2.00)
"""Speedups tried, growing by half in percent: a finer answer would need far more than 200 resamples."""


class Calibration(BaseModel):
    """The noise of one benchmark on this machine, under our own rule.

    Attributes:
        noise: robust sd of a pair's log ratio; about a relative error.
        pairs: recorded A/A pairs.
        alpha: chance of accepting identical code by design.
        accepted, comparisons: resampled comparisons of identical code, and how many of them were accepted.
        smallest_gain: smallest speedup tried that is accepted with 80 % power; None when there is none, or
            when the noise makes judging impossible.
        mean_runs: processes a comparison of identical code costs on average, both sides.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    benchmark: str
    metric: MetricName
    noise: float
    pairs: int
    alpha: float
    accepted: int
    comparisons: int
    smallest_gain: float | None
    mean_runs: float

    @property
    def too_noisy(self) -> bool:
        """Whether the noise makes judging impossible."""
        return self.noise > MAX_NOISE

    def require_quiet(self) -> None:
        """Refuse to judge here when the noise is too large.

        Raises:
            MeasurementError: the robust sd of a pair is above 15 %.
        """
        if self.too_noisy:
            raise MeasurementError(
                f"{self.benchmark}: identical code differs by {self.noise:.0%} from run to run",
                "use a quieter machine, a longer benchmark, or one that computes instead of waiting",
            )

    def __str__(self) -> str:
        seen = "no gain" if self.smallest_gain is None else f"gains from {self.smallest_gain - 1:.0%}"
        return (
            f"identical code is accepted in at most {self.alpha:.1%} of comparisons by design; "
            f"{self.accepted} of {self.comparisons} resampled A/A comparisons here; "
            f"{seen} seen with {TARGET_POWER:.0%} power"
        )


def calibrate(
    benchmark: str,
    pairs: Sequence[Pair],
    metric: MetricName,
    seed: int,
    min_speedup: float = MIN_SPEEDUP,
    looks: Sequence[Look] = LOOKS,
) -> Calibration:
    """Learn the noise from A/A pairs (baseline against baseline).

    Raises:
        MeasurementError: fewer than 20 pairs, or a cost that is not above zero.
    """
    if len(pairs) < CALIBRATION_PAIRS:
        raise MeasurementError(f"{len(pairs)} pairs are too few to calibrate, {CALIBRATION_PAIRS} are needed")
    judge = _Judge(pairs, metric, seed, min_speedup, looks)
    noise = robust_sd([math.log(pair.baseline.value(metric) / pair.candidate.value(metric)) for pair in pairs])
    accepted, runs = judge.judge(1.0)
    return Calibration(
        benchmark=benchmark,
        metric=metric,
        noise=noise,
        pairs=len(pairs),
        alpha=ALPHA,
        accepted=accepted,
        comparisons=RESAMPLES,
        smallest_gain=judge.smallest_gain() if noise <= MAX_NOISE else None,
        mean_runs=runs / RESAMPLES,
    )


class _Judge:
    """Runs our own rule on resampled pairs."""

    def __init__(
        self, pairs: Sequence[Pair], metric: MetricName, seed: int, min_speedup: float, looks: Sequence[Look]
    ) -> None:
        self._pairs = pairs
        self._metric: MetricName = metric
        self._seed = seed
        self._min_speedup = min_speedup
        self._looks = looks

    def smallest_gain(self) -> float | None:
        """The first of GAINS that is seen often enough, by bisection: power grows with the gain."""
        gains = [gain for gain in GAINS if gain >= self._min_speedup]
        place = bisect_left(gains, True, key=self.sees)
        return gains[place] if place < len(gains) else None

    def sees(self, gain: float) -> bool:
        """Whether a true speedup of `gain` is accepted often enough."""
        return self.judge(gain)[0] >= TARGET_POWER * RESAMPLES

    def judge(self, gain: float) -> tuple[int, int]:
        """Of RESAMPLES comparisons with a true speedup of `gain`: how many were accepted, processes used."""
        accepted = runs = 0
        for number in range(RESAMPLES):
            rng = random.Random(f"{self._seed}:{gain}:{number}")
            test = SequentialTest(ALPHA, self._min_speedup, self._metric, number, self._looks)
            for pair in resample(self._pairs, self._looks[-1].pairs, gain, rng):
                if test.add(pair).final:
                    break
            accepted += test.decision().verdict == "faster"
            runs += 2 * test.decision().pairs
        return accepted, runs


def resample(pairs: Sequence[Pair], count: int, gain: float, rng: random.Random) -> list[Pair]:
    """`count` pairs in blocks of recorded neighbours, labels by coin, candidates `gain` times faster."""
    drawn: list[Pair] = []
    while len(drawn) < count:
        start = rng.randrange(len(pairs))
        for step in range(min(RESAMPLE_BLOCK, count - len(drawn))):
            drawn.append(_relabelled(pairs[(start + step) % len(pairs)], rng.random() < 0.5, gain))
    return drawn


def _relabelled(pair: Pair, swap: bool, gain: float) -> Pair:
    before, after = (pair.candidate, pair.baseline) if swap else (pair.baseline, pair.candidate)
    first = pair.baseline_first != swap
    return Pair(pair.index, pair.seed, first, before, _faster(after, gain))


def _faster(reading: Reading, gain: float) -> Reading:
    return replace(
        reading,
        wall_s=reading.wall_s / gain,
        cpu_s=reading.cpu_s / gain,
        run_delay_s=reading.run_delay_s / gain,
        peak_rss_bytes=round(reading.peak_rss_bytes / gain),
    )
