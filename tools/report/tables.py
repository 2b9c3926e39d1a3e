"""The tables of a report, once for every form it is written in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import quantiles

from perfagent.tools.measure import constants as gate
from perfagent.tools.report.difference import DifferenceFrame
from perfagent.tools.report.document import Cost, PatchReport, TriedReport
from perfagent.tools.report.measured import BenchmarkFigure, GrowthFigure
from perfagent.tools.report.samples import SampleSeries
from perfagent.tools.report.words import (
    cost_text,
    count_text,
    interval_text,
    seconds_text,
    size_text,
    speedup_text,
    verdict_text,
)

#: Functions of a differential profile that a table names; the rest changed less than any of them.
FRAMES_TOLD = 15


@dataclass(frozen=True)
class Table:
    """Cells as texts.

    Attributes:
        caption: what the rows are.
        columns: their names.
        rows: as many cells each as there are columns.
        words: numbers of the columns that hold words; the others hold figures.
        code: numbers of the columns that hold names from the code.
    """

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    words: frozenset[int] = frozenset({0})
    code: frozenset[int] = frozenset()


def markdown_table(table: Table) -> str:
    """The table in Markdown; nothing a cell holds can end it."""
    head = "| " + " | ".join(table.columns) + " |"
    rows = [[_cell(text, number in table.code) for number, text in enumerate(row)] for row in table.rows]
    return "\n".join([head, "|---" * len(table.columns) + "|", *("| " + " | ".join(row) + " |" for row in rows)])


def _cell(text: str, code: bool) -> str:
    flat = " ".join(text.replace("|", "\\|").split())
    return f"`{flat.replace('`', chr(39))}`" if code and flat else flat


def figures_table(figures: Sequence[BenchmarkFigure], prefix: str = "") -> Table:
    """One row a benchmark, losers included; what all names begin with may be left out of them."""
    columns = ("benchmark", "speedup", "95 % interval", "wall", "memory", "before", "after", "verdict")
    return Table(
        "Benchmarks",
        columns,
        tuple(_figure_row(figure, prefix) for figure in figures),
        frozenset({0, 7}),
        frozenset({0}),
    )


def _figure_row(figure: BenchmarkFigure, prefix: str) -> tuple[str, ...]:
    name = figure.id.removeprefix(prefix)
    return (
        f"{name} (target)" if figure.target else name,
        speedup_text(figure.speedup),
        interval_text(figure.interval),
        speedup_text(figure.wall_speedup),
        speedup_text(figure.memory_speedup),
        cost_text(figure.baseline_s, figure.metric),
        cost_text(figure.candidate_s, figure.metric),
        verdict_text(figure.verdict),
    )


def patches_table(patches: Sequence[PatchReport]) -> Table:
    """One row a patch."""
    columns = ("patch", "speedup", "95 % interval", "pairs", "origin")
    rows = tuple((p.idea, speedup_text(p.speedup), interval_text(p.interval), str(p.pairs), p.origin) for p in patches)
    return Table("Patches", columns, rows, frozenset({0, 4}))


def tried_table(tried: Sequence[TriedReport]) -> Table:
    """One row an idea, in the order they were tried."""
    rows = tuple((t.title, verdict_text(t.verdict), speedup_text(t.speedup), t.reason) for t in tried)
    return Table("What was tried", ("idea", "verdict", "measured", "why"), rows, frozenset({0, 1, 3}))


def models_table(cost: Cost) -> Table:
    """One row a model that was asked."""
    columns = ("model", "asked as", "calls", "failed", "tokens in", "of them cached", "tokens out", "USD")
    rows = tuple(
        (
            each.model,
            ", ".join(each.roles),
            str(each.calls),
            str(each.failed_attempts),
            f"{each.input_tokens:,}",
            f"{each.cached_tokens:,}",
            f"{each.output_tokens:,}",
            "unknown" if each.usd is None else f"{each.usd:.4f}",
        )
        for each in cost.models
    )
    return Table("What the models cost", columns, rows, frozenset({0, 1}), frozenset({0}))


def growth_table(growth: GrowthFigure) -> Table:
    """One row a size."""
    rows = tuple(
        (
            size_text(each.size, growth.multiples),
            speedup_text(each.speedup),
            interval_text(each.interval),
            cost_text(each.baseline_s, growth.metric),
            cost_text(each.candidate_s, growth.metric),
        )
        for each in growth.sizes
    )
    return Table(growth.benchmark, ("size", "speedup", "95 % interval", "before", "after"), rows)


def instructions_table(figures: Sequence[BenchmarkFigure]) -> Table:
    """One row a benchmark whose instructions were counted."""
    rows = tuple(
        (f.id, count_text(counts.baseline), count_text(counts.candidate), f"{counts.change:+.1%}")
        for f in figures
        if (counts := f.instructions) is not None
    )
    return Table("Instructions of one execution", ("benchmark", "before", "after", "change"), rows, code=frozenset({0}))


def spread_table(every: Sequence[SampleSeries]) -> Table:
    """Two rows a benchmark: how its cost is spread on both sides."""
    columns = ("benchmark", "side", "least", "quarter", "median", "three quarters", "most")
    rows = tuple(
        (series.benchmark, side, *_spread(costs, series.metric))
        for series in every
        for side, costs in (("before", series.baseline), ("after", series.candidate))
        if costs
    )
    return Table("How the costs are spread", columns, rows, frozenset({0, 1}), frozenset({0}))


def _spread(costs: Sequence[float], metric: str) -> Iterator[str]:
    quarters = quantiles(costs, n=4, method="inclusive") if len(costs) > 1 else [costs[0]] * 3
    yield from (cost_text(each, metric) for each in (min(costs), *quarters, max(costs)))


def pairs_table(series: SampleSeries) -> Table:
    """One row a pair, in the order they were measured."""
    firsts = series.baseline_first or (None,) * len(series.baseline)
    rows = tuple(
        (
            str(number),
            "–" if first is None else "before" if first else "after",
            cost_text(before, series.metric),
            cost_text(after, series.metric),
            speedup_text(before / after if after else None),
        )
        for number, (first, before, after) in enumerate(
            zip(firsts, series.baseline, series.candidate, strict=False), start=1
        )
    )
    return Table(
        f"Pairs of {series.benchmark}", ("pair", "ran first", "before", "after", "ratio"), rows, frozenset({1})
    )


def difference_table(root: DifferenceFrame) -> Table:
    """One row a function: its own seconds on both sides, those that changed most first."""
    own: dict[str, tuple[float, float]] = {}
    _add_own(root, own)
    changed = sorted(own.items(), key=lambda item: -abs(item[1][1] - item[1][0]))[:FRAMES_TOLD]
    rows = tuple(
        (label, seconds_text(before), seconds_text(after), signed_seconds(after - before))
        for label, (before, after) in changed
    )
    caption = f"{root.label}: each function's own time in one execution"
    return Table(caption, ("function", "before", "after", "change"), rows, code=frozenset({0}))


def _add_own(frame: DifferenceFrame, own: dict[str, tuple[float, float]]) -> None:
    before = frame.baseline_s - sum(each.baseline_s for each in frame.below)
    after = frame.candidate_s - sum(each.candidate_s for each in frame.below)
    known = own.get(frame.label, (0.0, 0.0))
    own[frame.label] = (known[0] + max(before, 0.0), known[1] + max(after, 0.0))
    for each in frame.below:
        _add_own(each, own)


def signed_seconds(seconds: float) -> str:
    """A difference of durations with its sign."""
    return f"{'+' if seconds > 0 else '−' if seconds < 0 else ''}{seconds_text(abs(seconds))}"


def gate_table() -> Table:
    """The numbers that decide a verdict, in words."""
    looks = ", ".join(str(look.pairs) for look in gate.LOOKS)
    rows = (
        ("chance that identical code is accepted, at most", f"{gate.ALPHA:.0%}"),
        ("gain that counts as none", f"{gate.NULL_MARGIN - 1:.0%}"),
        ("smallest gain worth a review, unless set otherwise", f"{gate.MIN_SPEEDUP - 1:.0%}"),
        ("pairs after which the test may stop", looks),
        ("fresh pairs behind every published figure", str(gate.PUBLISHED_PAIRS)),
        ("confidence of the intervals", f"{gate.CONFIDENCE:.0%}"),
        (
            "chance that a patch that slows nothing is refused as if it did",
            f"{gate.GUARD_ALPHA:.0%}",
        ),
    )
    return Table("The gate's numbers", ("what", "value"), rows)
