"""What the series say: cost, noise, bias, and how often identical code is accepted."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import fmean, median, stdev

from perfagent.benchmarks.pytest_rounds.field import CLOSE_PAIRS, WAYS, Field, Series, Way
from perfagent.tools.errors import MeasurementError
from perfagent.tools.measure import Estimate, MetricName, Pair, RunFailed, SequentialTest, estimate
from perfagent.tools.measure.student import robust_sd

CONFIDENT = 1.96
"""Two-sided 95 % of a normal distribution, in standard errors."""


@dataclass(frozen=True, slots=True)
class Mean:
    """A mean of log ratios with its standard error and the robust sd of a single one."""

    value: float
    error: float
    spread: float

    @classmethod
    def of(cls, ratios: Sequence[float]) -> Mean:
        """The figures of at least two log ratios."""
        return cls(fmean(ratios), stdev(ratios) / math.sqrt(len(ratios)), robust_sd(ratios))

    def holds(self, truth: float) -> bool:
        """Whether the 95 % interval holds a log ratio."""
        return abs(self.value - truth) <= CONFIDENT * self.error

    @property
    def percent(self) -> str:
        """As a table shows it: mean and standard error in percent."""
        return f"{100 * self.value:+.2f} ± {100 * self.error:.2f} %"


def sides(pairs: Sequence[Pair], metric: MetricName) -> list[float]:
    """Log of baseline cost over candidate cost, pair by pair."""
    return [math.log(pair.baseline.value(metric) / pair.candidate.value(metric)) for pair in pairs]


def positions(pairs: Sequence[Pair], metric: MetricName) -> list[float]:
    """Log of the first side's cost over the second side's, pair by pair."""
    ratios = zip(pairs, sides(pairs, metric), strict=True)
    return [ratio if pair.baseline_first else -ratio for pair, ratio in ratios]


def pooled(series: Series, ratios: Callable[[Sequence[Pair], MetricName], list[float]], metric: MetricName) -> Mean:
    """The log ratios of all benchmarks as one sample of rounds: those of one round are averaged, as they share it."""
    columns = [ratios(pairs, metric) for pairs in series.pairs.values()]
    each = Mean.of([fmean(row) for row in zip(*columns, strict=True)])
    return Mean(each.value, each.error, fmean(robust_sd(column) for column in columns))


def body_shift(found: dict[Way, Series], name: str, metric: MetricName) -> Mean:
    """Log of a benchmark's cost in forked processes over that in separate ones, interleaved round by round."""
    costs = {
        way: [
            fmean((math.log(p.baseline.value(metric)), math.log(p.candidate.value(metric))))
            for p in found[way].pairs[name]
        ]
        for way in WAYS
    }
    return Mean.of([forked - alone for forked, alone in zip(costs["forked"], costs["separate"], strict=True)])


def saving(found: dict[Way, Series]) -> Mean:
    """Log of the seconds of a pair in separate processes over those of the neighbouring pair in forked ones."""
    return Mean.of([math.log(a / b) for a, b in zip(found["separate"].seconds, found["forked"].seconds, strict=True)])


def seconds(series: Series) -> float:
    """The median seconds of a pair."""
    return median(series.seconds)


@dataclass(frozen=True, slots=True)
class Verdicts:
    """Whole sequential comparisons of identical code: how many, how many of them accepted, pairs on average."""

    count: int
    accepted: int
    mean_pairs: float


def verdicts(field: Field, count: int, seed: int, say: Callable[[str], None]) -> Verdicts:
    """At least `count` sequential comparisons of equal trees, forked, every benchmark a comparison of its own.

    Raises:
        MeasurementError: the example failed.
    """
    ended: list[SequentialTest] = []
    while len(ended) < count:
        number = seed + len(ended)
        waiting = {name: SequentialTest(seed=number) for name in field.loops}
        ended += waiting.values()
        sampler = field.sampler("forked", ("one", "two"), number, [])
        for index in range(10**6):
            pairs = sampler.pair(index)
            if isinstance(pairs, RunFailed):
                raise MeasurementError(f"the example fails: {pairs.detail}")
            waiting = {name: test for name, test in waiting.items() if not test.add(pairs[name]).final}
            if not waiting:
                break
        say(f"{len(ended)} comparisons of identical code")
    decisions = [test.decision() for test in ended]
    accepted = sum(decision.verdict == "faster" for decision in decisions)
    return Verdicts(len(ended), accepted, fmean(decision.pairs for decision in decisions))


@dataclass(frozen=True, slots=True)
class Findings:
    """All that the document tells.

    Attributes:
        suite, single: A/A pairs of all benchmarks in one process, and of one alone.
        gains: true speedup -> pairs in which the baseline is so much slower.
        verdicts: of identical code.
        python, sandbox: where it ran.
    """

    suite: dict[Way, Series]
    single: dict[Way, Series]
    gains: dict[float, dict[Way, Series]]
    verdicts: Verdicts
    python: str
    sandbox: str


def estimates(found: dict[Way, Series]) -> dict[Way, Estimate]:
    """The speedup of the padded benchmark in each way, CPU time, as it is published.

    Raises:
        MeasurementError: fewer than six pairs.
    """
    return {way: estimate([found[way].pairs[CLOSE_PAIRS]], ["cpu"], "gain") for way in WAYS}
