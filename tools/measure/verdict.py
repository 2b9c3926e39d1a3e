"""From pairs of several benchmarks to one verdict on a candidate.

`confirm` decides, `publish` measures what is printed: the estimate at a sequential stop is biased upward, one
from a fixed number of fresh pairs is not. Nothing that publishing sees can turn a refusal into an acceptance.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Literal

from pydantic import BaseModel, ConfigDict

from perfagent.tools.errors import MeasurementError, WorkloadError
from perfagent.tools.measure.constants import (
    ALPHA,
    GUARD_ALPHA,
    LOOKS,
    MIN_SPEEDUP,
    NULL_MARGIN,
    PUBLISHED_PAIRS,
    Look,
)
from perfagent.tools.measure.records import Decision, Estimate, MetricName, Pair, RunFailed
from perfagent.tools.measure.sampling import PairsById
from perfagent.tools.measure.sequential import SequentialTest, slower_p_value
from perfagent.tools.measure.statistic import UNIT, LogCosts, estimate

VerdictName = Literal["faster", "not_faster", "inconclusive", "slower_elsewhere"]


@dataclass(frozen=True, slots=True)
class Plan:
    """What was laid down before the first pair.

    Attributes:
        metrics: the metric of every benchmark, targets and guarded ones.
        targets: ids of the benchmarks that may earn an acceptance, named before editing.
        alpha: chance of accepting a candidate that speeds up none of its targets.
        min_speedup: smallest estimate accepted.
        seed: of all label swaps.
        looks: the schedule.

    Raises:
        WorkloadError: there is no target, or a target has no metric.
    """

    metrics: Mapping[str, MetricName]
    targets: tuple[str, ...]
    alpha: float = ALPHA
    min_speedup: float = MIN_SPEEDUP
    seed: int = 0
    looks: tuple[Look, ...] = LOOKS

    def __post_init__(self) -> None:
        if unknown := sorted(set(self.targets) - self.metrics.keys()):
            raise WorkloadError(f"no such benchmark: {', '.join(unknown)}")
        if not self.targets:
            raise WorkloadError("no target benchmark was named")


class Confirmation(BaseModel):
    """How the sequential tests of a candidate ended.

    Attributes:
        verdict: `faster` when at least one target passed.
        reason: one sentence for a reader.
        accepted: the targets that passed, at Holm's levels.
        decisions: by target.
        pairs: pairs measured.
        failure: what the candidate died of; empty when it ran.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    verdict: Literal["faster", "not_faster", "inconclusive"]
    reason: str
    accepted: tuple[str, ...]
    decisions: dict[str, Decision]
    pairs: int
    failure: str = ""


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a confirmation stands after a pair; `confirmation` is set in the last one only."""

    pairs: int
    decisions: Mapping[str, Decision]
    confirmation: Confirmation | None = None


class TargetTests:
    """Sequential tests of several targets under Holm's procedure.

    A sequential p-value (see sequential.py) is valid at any time, so Holm's procedure on them is valid at any
    time. In other words: the first true null hypothesis that is rejected wrongly was held against alpha / T
    at most, T being the number of true ones, because Holm's level grows only with rejections and all earlier
    ones were right; over the T of them and over all looks these chances add up to at most alpha.
    """

    def __init__(self, plan: Plan) -> None:
        self._alpha = plan.alpha
        level = plan.alpha / len(plan.targets)
        self._tests = {
            name: SequentialTest(level, plan.min_speedup, plan.metrics[name], plan.seed, plan.looks)
            for name in plan.targets
        }

    @property
    def decisions(self) -> dict[str, Decision]:
        """By target."""
        return {name: test.decision() for name, test in self._tests.items()}

    @property
    def accepted(self) -> tuple[str, ...]:
        """Targets found faster."""
        return tuple(name for name, decision in self.decisions.items() if decision.verdict == "faster")

    @property
    def finished(self) -> bool:
        """Whether a target passed, or every one has stopped."""
        return bool(self.accepted) or all(decision.final for decision in self.decisions.values())

    def add(self, pairs: PairsById) -> None:
        """Take one pair of every target.

        Raises:
            MeasurementError: the baseline did not report a target.
        """
        for name, test in self._tests.items():
            if name not in pairs:
                raise MeasurementError(f"the baseline did not report benchmark {name}")
            if not test.decision().final:
                test.add(pairs[name])
        self._set_free()

    def _set_free(self) -> None:
        """Raise the levels of the rest until no further target passes."""
        passed = -1
        while passed < len(self.accepted):
            passed = len(self.accepted)
            for test in self._tests.values():
                test.raise_alpha(self._alpha / max(1, len(self._tests) - passed))


def confirm(series: Iterable[PairsById | RunFailed], plan: Plan) -> Iterator[Progress]:
    """Test a candidate on fresh pairs until a target passes or all have stopped.

    Args:
        series: such as `PairSampler.pairs()`; recorded pairs may come first when a run is resumed.

    Raises:
        MeasurementError: the baseline failed, or the series ended early.
    """
    tests = TargetTests(plan)
    for count, pairs in enumerate(series, start=1):
        if isinstance(pairs, RunFailed):
            yield Progress(count, tests.decisions, _failed(pairs, tests, count))
            return
        tests.add(pairs)
        yield Progress(count, tests.decisions, _concluded(tests, count) if tests.finished else None)
        if tests.finished:
            return
    raise MeasurementError("the pairs ended before the test did")


def _failed(failure: RunFailed, tests: TargetTests, count: int) -> Confirmation:
    return Confirmation(
        verdict="not_faster",
        reason=f"the candidate failed while measured: {failure.detail}",
        accepted=(),
        decisions=tests.decisions,
        pairs=count,
        failure=failure.detail,
    )


def _concluded(tests: TargetTests, count: int) -> Confirmation:
    decisions = tests.decisions
    verdicts = {decision.verdict for decision in decisions.values()}
    verdict: Literal["faster", "not_faster", "inconclusive"] = "not_faster"
    if tests.accepted:
        verdict = "faster"
    elif "inconclusive" in verdicts:
        verdict = "inconclusive"
    telling = [name for name, decision in decisions.items() if decision.verdict == verdict]
    reason = "; ".join(f"{name}: {decisions[name].reason}" for name in telling)
    return Confirmation(verdict=verdict, reason=reason, accepted=tests.accepted, decisions=decisions, pairs=count)


class BenchmarkResult(BaseModel):
    """One benchmark in the published figures.

    Attributes:
        verdict: `faster` for a confirmed target, `slower_elsewhere` where the guard fired, `not_faster` where
            the
            interval rules the smallest gain out, `inconclusive` otherwise.
        target: whether it was named before editing.
        baseline_cost, candidate_cost: geometric mean of the fastest half, seconds or bytes.
        slower_p: the guard's p-value for "more than 1 % slower"; None for a confirmed target.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    estimate: Estimate
    verdict: VerdictName
    target: bool
    baseline_cost: float
    candidate_cost: float
    slower_p: float | None


class Publication(BaseModel):
    """The figures of a candidate from a fixed number of fresh pairs.

    Attributes:
        verdict: the confirmation's, unless the fresh pairs speak against it.
        benchmarks: every benchmark, in the plan's order.
        geometric_mean: of the speedups of all benchmarks; a headline, never a gate.
        total_speedup: summed baseline cost over summed candidate cost, as a user who runs them all would see
            it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    verdict: VerdictName
    reason: str
    benchmarks: tuple[BenchmarkResult, ...]
    geometric_mean: Estimate | None
    total_speedup: float | None
    pairs: int
    failure: str = ""


def publish(
    series: Iterable[PairsById | RunFailed],
    plan: Plan,
    confirmation: Confirmation,
    pairs: int = PUBLISHED_PAIRS,
) -> Publication:
    """Measure a fixed number of fresh pairs: figures for every benchmark, and the guard over all not
    confirmed.

    The guard fires for a benchmark when "slower by more than 1 %" has a label-swap p-value of at most 0.05 /
    K, K being the number of guarded ones; a point estimate never fires it. A gain that the fresh pairs do not
    show at all (no confirmed target above 1 %) is taken back as inconclusive.

    Raises:
        MeasurementError: the baseline failed, a benchmark of the plan is missing in it, or the series is too
        short.
    """
    taken = list(islice(series, pairs))
    measured: list[PairsById] = [each for each in taken if not isinstance(each, RunFailed)]
    if failures := [each for each in taken if isinstance(each, RunFailed)]:
        return _unpublished(failures[0], len(measured))
    if len(measured) < pairs:
        raise MeasurementError(f"{len(measured)} pairs cannot be published, {pairs} are needed")
    columns = {name: _column(measured, name) for name in plan.metrics}
    guarded = len(columns) - len(confirmation.accepted)
    results = tuple(_result(name, column, plan, confirmation, guarded) for name, column in columns.items())
    verdict, reason = _published_verdict(results, confirmation)
    return Publication(
        verdict=verdict,
        reason=reason,
        benchmarks=results,
        geometric_mean=estimate(list(columns.values()), list(plan.metrics.values()), f"{plan.seed}:mean"),
        total_speedup=math.fsum(r.baseline_cost for r in results) / math.fsum(r.candidate_cost for r in results),
        pairs=pairs,
    )


def _column(measured: Sequence[PairsById], name: str) -> list[Pair]:
    if any(name not in pairs for pairs in measured):
        raise MeasurementError(f"the baseline did not report benchmark {name}")
    return [pairs[name] for pairs in measured]


def _result(name: str, column: Sequence[Pair], plan: Plan, confirmation: Confirmation, guarded: int) -> BenchmarkResult:
    metric = plan.metrics[name]
    figure = estimate([column], [metric], f"{plan.seed}:{name}")
    slower = None
    verdict: VerdictName = "not_faster" if figure.high < plan.min_speedup else "inconclusive"
    if name in confirmation.accepted:
        verdict = "faster"
    else:
        slower = slower_p_value(column, metric, GUARD_ALPHA / guarded, f"{plan.seed}:{name}:guard")
        verdict = "slower_elsewhere" if slower <= GUARD_ALPHA / guarded else verdict
    costs = LogCosts.of(column, metric)
    before, after = costs.fastest_half_means
    return BenchmarkResult(
        id=name,
        estimate=figure,
        verdict=verdict,
        target=name in plan.targets,
        baseline_cost=math.exp(before * UNIT),
        candidate_cost=math.exp(after * UNIT),
        slower_p=slower,
    )


def _published_verdict(results: Sequence[BenchmarkResult], confirmation: Confirmation) -> tuple[VerdictName, str]:
    if slower := [result for result in results if result.verdict == "slower_elsewhere"]:
        return "slower_elsewhere", "; ".join(f"{result.id}: {result.estimate}" for result in slower)
    confirmed = [result for result in results if result.verdict == "faster"]
    if confirmed and all(result.estimate.speedup <= NULL_MARGIN for result in confirmed):
        return "inconclusive", "the gain did not show again on fresh pairs"
    if confirmed:
        return "faster", "; ".join(f"{result.id}: {result.estimate}" for result in confirmed)
    return confirmation.verdict, confirmation.reason


def _unpublished(failure: RunFailed, pairs: int) -> Publication:
    return Publication(
        verdict="not_faster",
        reason=f"the candidate failed while measured: {failure.detail}",
        benchmarks=(),
        geometric_mean=None,
        total_speedup=None,
        pairs=pairs,
        failure=failure.detail,
    )
