"""What identical code looks like here: its noise, the smallest gain that can be seen, false acceptances.

Recorded A/A pairs are resampled in blocks of neighbours (so drift and bursts stay as recorded; the
moving-block bootstrap, Kunsch, Ann. Stat. 17, 1989), with labels swapped by a coin (the two runs are of the
same code), a gain is injected by dividing the candidate's cost, and our own sequential test judges the
result.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from pydantic import BaseModel, ConfigDict

from perfagent.tools.errors import MeasurementError
from perfagent.tools.measure.constants import (
    ALPHA,
    ENOUGH_POWER,
    LOOKS,
    MAX_NOISE,
    MIN_SPEEDUP,
    PROBE_PAIRS,
    RESAMPLE_BLOCK,
    RESAMPLES,
    TARGET_POWER,
    Look,
)
from perfagent.tools.measure.records import Decision, MetricName, Pair, Reading
from perfagent.tools.measure.sequential import SequentialTest
from perfagent.tools.measure.student import robust_sd

GAINS = (1.03, 1.04, 1.05, 1.07, 1.10, 1.15, 1.20, 1.30, 1.50, 2.00)
"""Speedups tried, growing by half in percent: a finer answer would need far more than 200 resamples."""


class Power(BaseModel):
    """How often a true speedup is accepted.

    Attributes:
        speedup: injected, baseline cost / candidate cost.
        accepted: share of resampled comparisons, 0..1.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    speedup: float
    accepted: float


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
        power: acceptance of growing speedups, up to the first that is nearly always seen; empty when the noise
            makes judging impossible, or when it was not asked for.
        ratios: cost ratio of each recorded pair of identical code, in the order recorded.
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
    power: tuple[Power, ...] = ()
    ratios: tuple[float, ...] = ()

    @property
    def too_noisy(self) -> bool:
        """Whether the noise makes judging impossible."""
        return self.noise > MAX_NOISE

    @property
    def rate(self) -> str:
        """The false-acceptance rate, by design and as resampled here, for a sentence."""
        return (
            f"identical code is accepted in at most {self.alpha:.1%} of comparisons by design, and was in "
            f"{self.accepted} of {self.comparisons} resampled from {self.pairs} pairs of identical code here"
        )

    def __str__(self) -> str:
        seen = "no gain" if self.smallest_gain is None else f"gains from {self.smallest_gain - 1:.0%}"
        return f"{self.rate}; {seen} seen with {TARGET_POWER:.0%} power"


def calibrate(
    benchmark: str,
    pairs: Sequence[Pair],
    metric: MetricName,
    plan: CalibrationPlan | None = None,
) -> Calibration:
    """Learn the noise from A/A pairs (baseline against baseline).

    Raises:
        MeasurementError: fewer than 6 pairs, or a cost that is not above zero.
    """
    if len(pairs) < PROBE_PAIRS:
        raise MeasurementError(f"{len(pairs)} pairs are too few to calibrate, {PROBE_PAIRS} are needed", code="PA504")
    plan = plan or CalibrationPlan()
    judge = _Judge(pairs, metric, plan)
    ratios = tuple(pair.baseline.value(metric) / pair.candidate.value(metric) for pair in pairs)
    noise = robust_sd([math.log(ratio) for ratio in ratios])
    accepted, runs = judge.judge(1.0)
    quiet = noise <= MAX_NOISE
    power = judge.power() if quiet and plan.curve else ()
    return Calibration(
        benchmark=benchmark,
        metric=metric,
        noise=noise,
        pairs=len(pairs),
        alpha=ALPHA,
        accepted=accepted,
        comparisons=plan.resamples,
        smallest_gain=judge.smallest_gain(power) if quiet else None,
        mean_runs=runs / plan.resamples,
        power=power,
        ratios=ratios,
    )


@dataclass(frozen=True, slots=True)
class CalibrationPlan:
    """How the recorded pairs are judged.

    Attributes:
        seed: of the resampling.
        min_speedup: smallest speedup that may be accepted.
        looks: the schedule of the test.
        resamples: comparisons for each question.
        curve: whether the power of growing gains is wanted, or only the smallest gain that is seen.
    """

    seed: int = 0
    min_speedup: float = MIN_SPEEDUP
    looks: tuple[Look, ...] = LOOKS
    resamples: int = RESAMPLES
    curve: bool = True


class _Judge:
    """Runs our own rule on resampled pairs."""

    def __init__(self, pairs: Sequence[Pair], metric: MetricName, plan: CalibrationPlan) -> None:
        self._pairs = pairs
        self._metric: MetricName = metric
        self._plan = plan

    def power(self) -> tuple[Power, ...]:
        """How often growing gains are accepted, up to the first that nearly always is."""
        found: list[Power] = []
        for gain in self._gains():
            found.append(Power(speedup=gain, accepted=self.judge(gain)[0] / self._plan.resamples))
            if found[-1].accepted >= ENOUGH_POWER:
                break
        return tuple(found)

    def smallest_gain(self, power: Sequence[Power] = ()) -> float | None:
        """The first gain that is accepted with 80 % power: by the curve, or without it, which takes a part as long."""
        if power:
            return next((each.speedup for each in power if each.accepted >= TARGET_POWER), None)
        return next((gain for gain in self._gains() if self._is_seen(gain)), None)

    def judge(self, gain: float) -> tuple[int, int]:
        """Of all comparisons with a true speedup of `gain`: how many were accepted, processes used."""
        decisions = list(self._decisions(gain))
        return sum(each.verdict == "faster" for each in decisions), sum(2 * each.pairs for each in decisions)

    def _is_seen(self, gain: float) -> bool:
        """Whether 80 % of the comparisons accept the gain; ends as soon as the rest of them cannot change it."""
        resamples = self._plan.resamples
        accepted = missed = 0
        for decision in self._decisions(gain):
            accepted += decision.verdict == "faster"
            missed += decision.verdict != "faster"
            if accepted / resamples >= TARGET_POWER or (resamples - missed) / resamples < TARGET_POWER:
                break
        return accepted / resamples >= TARGET_POWER

    def _gains(self) -> list[float]:
        return [gain for gain in GAINS if gain >= self._plan.min_speedup]

    def _decisions(self, gain: float) -> Iterator[Decision]:
        """One comparison after the other."""
        for number in range(self._plan.resamples):
            rng = random.Random(f"{self._plan.seed}:{gain}:{number}")
            test = SequentialTest(ALPHA, self._plan.min_speedup, self._metric, number, self._plan.looks)
            for pair in resample(self._pairs, self._plan.looks[-1].pairs, gain, rng):
                if test.add(pair).final:
                    break
            yield test.decision()


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
