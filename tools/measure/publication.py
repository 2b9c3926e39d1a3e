"""What is printed about a candidate: figures from a fixed number of fresh pairs, and the guard over the rest.

The estimate at a sequential stop is biased upward, one from a fixed number of fresh pairs is not. Nothing
seen here can turn a refusal into an acceptance.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from itertools import islice
from statistics import quantiles
from typing import Literal, get_args

from pydantic import BaseModel, ConfigDict

from perfagent.tools.errors import MeasurementError
from perfagent.tools.measure.constants import GUARD_ALPHA, NULL_MARGIN, PUBLISHED_PAIRS
from perfagent.tools.measure.interval import estimate
from perfagent.tools.measure.records import Estimate, MetricName, Pair, RunFailed
from perfagent.tools.measure.sampling import PairsById
from perfagent.tools.measure.sequential import slower_p_value
from perfagent.tools.measure.statistic import UNIT, LogCosts, log_speedup
from perfagent.tools.measure.verdict import Confirmation, Plan

VerdictName = Literal["faster", "not_faster", "inconclusive", "slower_elsewhere"]


class BenchmarkResult(BaseModel):
    """One benchmark in the published figures.

    Attributes:
        verdict: `faster` for a confirmed target, `slower_elsewhere` where the guard fired, `not_faster`
            where the interval rules the smallest gain out, `inconclusive` otherwise.
        target: whether it was named before editing.
        baseline_cost, candidate_cost: geometric mean of the fastest half, seconds or bytes.
        speedups: the same pairs in every metric they can be read in, without intervals; never a gate.
        upper_quartile_speedup: of the third quartiles, in the judged metric: tells of a worse slow half.
        slower_p: the guard's p-value for "more than 1 % slower"; None for a confirmed target.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    estimate: Estimate
    verdict: VerdictName
    target: bool
    baseline_cost: float
    candidate_cost: float
    speedups: dict[MetricName, float]
    upper_quartile_speedup: float
    slower_p: float | None


class Publication(BaseModel):
    """The figures of a candidate from a fixed number of fresh pairs.

    Attributes:
        verdict: the confirmation's, unless the fresh pairs speak against it.
        benchmarks: every benchmark, in the plan's order.
        geometric_mean: of the speedups of all benchmarks; a headline, never a gate.
        total_speedup: summed baseline cost over summed candidate cost: what running them all once gains.
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
    """Measure a fixed number of fresh pairs: a figure for every benchmark, a guard over all not confirmed.

    The guard fires for a benchmark when "at most 1 % slower" has a label-swap p-value of 0.05 / K or less, K
    being the number of guarded ones; a point estimate never fires it. A gain that the fresh pairs do not
    show at all (no confirmed target above 1 %) is taken back as inconclusive.

    Args:
        series: pairs of which `confirm` saw none, such as those of a `PairSampler` with another seed.
        pairs: how many to measure, laid down beforehand.

    Raises:
        MeasurementError: the baseline failed or lacks a benchmark of the plan, or the series is too short.
    """
    taken = list(islice(series, pairs))
    measured: list[PairsById] = [each for each in taken if not isinstance(each, RunFailed)]
    if failures := [each for each in taken if isinstance(each, RunFailed)]:
        return _unpublished(failures[0], len(measured))
    if len(measured) < pairs:
        raise MeasurementError(f"{len(measured)} pairs cannot be published, {pairs} are needed", code="PA504")
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
        raise MeasurementError(f"the baseline did not report benchmark {name}", code="PA503")
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
        speedups=_speedups(column),
        upper_quartile_speedup=_upper_quartile_speedup(column, metric),
        slower_p=slower,
    )


def _speedups(column: Sequence[Pair]) -> dict[MetricName, float]:
    found: dict[MetricName, float] = {}
    for metric in get_args(MetricName):
        try:
            found[metric] = math.exp(log_speedup(LogCosts.of(column, metric)))
        except MeasurementError:  # A clock that stood still has no ratio, and none is printed.
            continue
    return found


def _upper_quartile_speedup(column: Sequence[Pair], metric: MetricName) -> float:
    before = quantiles([pair.baseline.value(metric) for pair in column], n=4)[2]
    return before / quantiles([pair.candidate.value(metric) for pair in column], n=4)[2]


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
