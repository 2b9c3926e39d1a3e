"""From what was measured to the figures of a report."""

from __future__ import annotations

import math

from perfagent.tools.measure import Confirmation, Plan, Publication
from perfagent.tools.report import BenchmarkFigure, Overall

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
