"""A forest plot in characters: `       ┆      ├──●─┤`, one line a benchmark on one logarithmic axis."""

from __future__ import annotations

import math
from collections.abc import Sequence

from perfagent.tools.report.document import BenchmarkFigure

#: The axis reaches at least from one to the other, or noise would look like news.
NARROWEST = (0.95, 1.05)


def interval_plots(figures: Sequence[BenchmarkFigure], width: int) -> list[str]:
    """One line of `width` characters a benchmark; `┆` stands at 1x, where nothing changed.

    Of two marks in one place the estimate covers the interval's ends, and those cover the line at 1x.
    """
    ends = [*NARROWEST]
    for figure in figures:
        ends += [value for value in (figure.speedup, *(figure.interval or ())) if value and math.isfinite(value)]
    low, high = math.log(min(ends)), math.log(max(ends))

    def column(value: float) -> int:
        share = (math.log(max(value, 1e-9)) - low) / (high - low)
        return min(max(round(share * (width - 1)), 0), width - 1)

    return [_line(width, column(1.0), [column(v) for v in _marks(figure)]) for figure in figures]


def _marks(figure: BenchmarkFigure) -> tuple[float, ...]:
    """The interval's low end, the estimate and the high end; nothing where nothing was measured."""
    if not figure.speedup:
        return ()
    low, high = figure.interval or (figure.speedup, figure.speedup)
    return (low, figure.speedup, high)


def _line(width: int, one: int, marks: Sequence[int]) -> str:
    cells = [" "] * width
    cells[one] = "┆"
    if marks:
        low, middle, high = marks
        cells[low:high] = "─" * (high - low)
        if low < high:
            cells[low], cells[high] = "├", "┤"
        cells[middle] = "●"
    return "".join(cells)
