"""Charts with the tables of what they show; where no chart can be drawn the tables stand alone."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from perfagent.tools.report.calibration import CalibrationReport, identical_table, power_table
from perfagent.tools.report.charts import charts_available
from perfagent.tools.report.difference import ProfileDifference
from perfagent.tools.report.measured import BenchmarkFigure, GrowthFigure
from perfagent.tools.report.samples import SampleSeries
from perfagent.tools.report.tables import Table, difference_table, growth_table, pairs_table, spread_table

if TYPE_CHECKING:
    from markupsafe import Markup

#: Pixels of a chart that has the page's width, and of one of two beside each other.
WIDE, HALF = 1100, 540

#: Benchmarks of one change that get charts: the one that gained most and the one that lost most. All have their tables.
MOST_CHARTED = 2

WITHOUT_CHARTS = "Charts need the charts extra: pip install 'perfagent[charts]', then write the report again."


@dataclass(frozen=True)
class Chart:
    """A drawing, and what it is of."""

    title: str
    svg: Markup


@dataclass(frozen=True)
class Figure:
    """Drawings beside each other, or one of the page's width, over the tables of what they show.

    Attributes:
        subject: the benchmark they are of, where they are of one.
    """

    charts: tuple[Chart, ...]
    tables: tuple[Table, ...]
    subject: str = ""
    wide: bool = False


def sample_figures(
    every: Sequence[SampleSeries], figures: Sequence[BenchmarkFigure], noise: float | None, *, charted: bool = True
) -> list[Figure]:
    """A figure for each benchmark that is drawn, its pairs beside what its runs cost, and one for all others.

    Args:
        noise: of a pair of identical code, None where that was not measured.
        charted: whether to draw at all.
    """
    known = {figure.id: figure for figure in figures}
    drawn = _worth_drawing(every, known) if charted else ()
    shown, others = [], []
    for series in every:
        charts = tuple(_sample_charts(series, known.get(series.benchmark), noise)) if series.benchmark in drawn else ()
        if charts:
            shown.append(Figure(charts, (spread_table([series]), pairs_table(series)), series.benchmark))
        else:
            others.append(series)
    if others:
        shown.append(Figure((), (spread_table(others), *map(pairs_table, others))))
    return shown


def _worth_drawing(every: Sequence[SampleSeries], known: dict[str, BenchmarkFigure]) -> tuple[str, ...]:
    if len(every) <= MOST_CHARTED:
        return tuple(series.benchmark for series in every)
    told = [series.benchmark for series in every if series.benchmark in known]
    ordered = sorted(told, key=lambda name: known[name].speedup or 1.0)
    return (ordered[0], ordered[-1]) if ordered else ()


def _sample_charts(series: SampleSeries, figure: BenchmarkFigure | None, noise: float | None) -> Iterator[Chart]:
    costs = (*series.baseline, *series.candidate)
    sound = series.baseline and all(math.isfinite(cost) and cost > 0 for cost in costs)
    if not charts_available() or not sound or len(series.baseline) != len(series.candidate):
        return
    from perfagent.tools.report.charts import distribution_chart, pairs_chart

    yield Chart("every pair", _drawing(pairs_chart(series, figure, noise=noise, width=HALF)))
    yield Chart("every run", _drawing(distribution_chart(series, width=HALF)))


def growth_figure(growth: GrowthFigure) -> Figure:
    """Cost over size on both sides."""
    charts: tuple[Chart, ...] = ()
    costs = [cost for each in growth.sizes for cost in (each.baseline_s, each.candidate_s)]
    if charts_available() and len(growth.sizes) > 1 and all(cost > 0 for cost in costs):
        from perfagent.tools.report.charts import growth_chart

        charts = (Chart("", _drawing(growth_chart(growth, width=HALF))),)
    return Figure(charts, (growth_table(growth),) if growth.sizes else ())


def difference_figure(difference: ProfileDifference) -> Figure:
    """Where the time went on both sides."""
    charts: tuple[Chart, ...] = ()
    if charts_available() and difference.benchmarks:
        from perfagent.tools.report.charts import difference_chart

        charts = (Chart("", _drawing(difference_chart(difference, width=WIDE))),)
    return Figure(charts, tuple(map(difference_table, difference.benchmarks)), wide=True)


def calibration_figure(report: CalibrationReport) -> Figure:
    """The pairs of identical code, and how often a growing gain is accepted."""
    charts: tuple[Chart, ...] = ()
    if charts_available():
        from perfagent.tools.report.charts import calibration_chart

        charts = (Chart("", _drawing(calibration_chart(report, width=WIDE))),)
    return Figure(charts, (power_table(report), *map(identical_table, report.benchmarks)), wide=True)


def _drawing(svg: str) -> Markup:
    from markupsafe import Markup

    # Our own drawing, whose texts the library escapes.
    return Markup(svg)
