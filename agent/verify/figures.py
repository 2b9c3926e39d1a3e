"""From what was measured to the figures of a report."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from perfagent.tools.measure import (
    Confirmation,
    Crossing,
    LogCosts,
    MetricName,
    Pair,
    Plan,
    Publication,
    crossing,
    estimate_of_few,
    exponent,
)
from perfagent.tools.measure.constants import FAMILY_SPAN
from perfagent.tools.measure.statistic import UNIT
from perfagent.tools.report import BenchmarkFigure, ExponentFigure, GrowthFigure, Overall, SizeFigure
from perfagent.tools.workload import size_families

Interval = tuple[float, float] | None


def figures_of(confirmation: Confirmation, publication: Publication | None, plan: Plan) -> tuple[BenchmarkFigure, ...]:
    """One figure a benchmark: of the fresh pairs where they were measured, else of the sequential test's."""
    if publication is not None and publication.benchmarks:
        return tuple(
            BenchmarkFigure(
                id=result.id,
                speedup=result.estimate.speedup,
                interval=(result.estimate.low, result.estimate.high),
                # Seen alone a benchmark is slower; "elsewhere" is said of a patch that pays with it.
                verdict="slower" if result.verdict == "slower_elsewhere" else result.verdict,
                target=result.target,
                pairs=result.estimate.pairs,
                metric=result.estimate.metric,
                baseline_s=result.baseline_cost,
                candidate_s=result.candidate_cost,
                wall_speedup=result.speedups.get("wall"),
                memory_speedup=result.speedups.get("memory"),
                upper_quartile_speedup=result.upper_quartile_speedup,
            )
            for result in publication.benchmarks
        )
    return tuple(
        BenchmarkFigure(
            id=name,
            speedup=math.exp(decision.log_speedup),
            interval=None,
            verdict=decision.verdict,
            target=True,
            pairs=decision.pairs,
            metric=plan.metrics[name],
        )
        for name, decision in confirmation.decisions.items()
    )


def overall_of(publication: Publication | None) -> Overall | None:
    """All benchmarks together; None for a single one, whose figure says it all."""
    if publication is None or len(publication.benchmarks) < 2:
        return None
    mean, total = publication.geometric_mean, publication.total_speedup
    assert mean is not None and total is not None, "published figures have both"
    return Overall(geometric_mean=mean.speedup, interval=(mean.low, mean.high), total_speedup=total)


def headline_figure(
    confirmation: Confirmation, publication: Publication | None, plan: Plan
) -> tuple[float | None, Interval, str, int]:
    """Speedup, interval, metric and pairs of the whole.

    With several targets this is the accepted one that gained most; the others stand beside it in the table.
    """
    if publication is not None and publication.benchmarks:
        accepted = [r for r in publication.benchmarks if r.id in confirmation.accepted]
        pool = accepted or [r for r in publication.benchmarks if r.target]
        best = max(pool, key=lambda r: r.estimate.low)
        figure = best.estimate
        return figure.speedup, (figure.low, figure.high), figure.metric, figure.pairs
    if not confirmation.decisions:
        return None, None, "", confirmation.pairs
    name, decision = max(confirmation.decisions.items(), key=lambda item: item[1].log_speedup)
    return math.exp(decision.log_speedup), None, plan.metrics[name], decision.pairs


def growth_figure(
    benchmark: str, columns: Mapping[int, Sequence[Pair]], metric: MetricName, note: str = ""
) -> GrowthFigure:
    """The figure of a benchmark that was measured in pairs at several multiples of its size.

    Args:
        columns: the pairs by multiple.

    Raises:
        MeasurementError: a cost is not above zero.
    """
    sizes = []
    for factor, column in sorted(columns.items()):
        found = estimate_of_few(column, metric)
        before, after = (math.exp(mean * UNIT) for mean in LogCosts.of(column, metric).fastest_half_means)
        sizes.append(
            SizeFigure(
                size=factor,
                speedup=found.speedup,
                interval=(found.low, found.high),
                baseline_s=before,
                candidate_s=after,
                pairs=found.pairs,
            )
        )
    return _fitted(GrowthFigure(benchmark=benchmark, multiples=True, metric=metric, sizes=tuple(sizes), note=note))


def family_figures(benchmarks: Sequence[BenchmarkFigure]) -> tuple[GrowthFigure, ...]:
    """The growth of benchmarks that are sizes of one thing by their names, from the figures they have anyway."""
    by_id = {figure.id: figure for figure in benchmarks if figure.speedup and figure.baseline_s and figure.candidate_s}
    return tuple(
        _fitted(
            GrowthFigure(
                benchmark=family,
                multiples=False,
                metric=by_id[next(iter(members.values()))].metric,
                sizes=tuple(_size_of(by_id[name], size) for size, name in members.items()),
            )
        )
        for family, members in size_families(by_id, FAMILY_SPAN).items()
        # Costs on different clocks have no common growth.
        if len({by_id[name].metric for name in members.values()}) == 1
    )


def _size_of(figure: BenchmarkFigure, size: int) -> SizeFigure:
    assert figure.speedup and figure.baseline_s and figure.candidate_s
    return SizeFigure(
        size=size,
        speedup=figure.speedup,
        interval=figure.interval,
        baseline_s=figure.baseline_s,
        candidate_s=figure.candidate_s,
        pairs=figure.pairs,
    )


def _fitted(growth: GrowthFigure) -> GrowthFigure:
    """The growth with its exponents, and with what is to be said of sizes at which the candidate loses."""
    if len(growth.sizes) < 2:
        return growth
    sizes = [each.size for each in growth.sizes]
    baseline = exponent(sizes, [each.baseline_s for each in growth.sizes])
    candidate = exponent(sizes, [each.candidate_s for each in growth.sizes])
    crossed = crossing({each.size: each.interval for each in growth.sizes})
    return growth.model_copy(
        update={
            "baseline": ExponentFigure(value=baseline.value, interval=baseline.interval),
            "candidate": ExponentFigure(value=candidate.value, interval=candidate.interval),
            "mixed": "" if crossed is None else _crossed(crossed, "x" if growth.multiples else ""),
        }
    )


def _crossed(crossed: Crossing, unit: str) -> str:
    faster, slower = (", ".join(f"{size}{unit}" for size in sizes) for sizes in (crossed.faster, crossed.slower))
    return f"wins at {faster}, loses at {slower}"
