"""Forest plots without a library: one logarithmic axis for all rows, and its drawing in characters."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from perfagent.tools.report.document import PatchReport
from perfagent.tools.report.measured import BenchmarkFigure

#: An axis reaches at least from one to the other, or noise would look like news.
NARROWEST = (0.95, 1.05)

Measured = BenchmarkFigure | PatchReport


@dataclass(frozen=True, slots=True)
class Axis:
    """A logarithmic axis of speedups, from `low` to `high`."""

    low: float
    high: float

    def share(self, value: float) -> float:
        """Where a value stands, 0 at the low end and 1 at the high end; what lies beyond stands at the end."""
        if not self.low < value < self.high:
            return 0.0 if value <= self.low else 1.0
        return math.log(value / self.low) / math.log(self.high / self.low)


def axis_of(figures: Sequence[Measured]) -> Axis:
    """The axis that holds every row's speedup and interval."""
    ends = [*NARROWEST]
    for figure in figures:
        ends += [value for value in marks(figure) if value > 0 and math.isfinite(value)]
    return Axis(min(ends), max(ends))


def marks(figure: Measured) -> tuple[float, ...]:
    """The interval's low end, the speedup and the high end; nothing where nothing was measured."""
    if not figure.speedup:
        return ()
    low, high = figure.interval or (figure.speedup, figure.speedup)
    return (low, figure.speedup, high)


def interval_plots(figures: Sequence[Measured], width: int) -> list[str]:
    """One line of `width` characters a row, such as `  ┆    ├──●─┤`; `┆` stands at 1x, where nothing changed.

    Of two marks in one place the speedup covers the interval's ends, and those cover the line at 1x.
    """
    axis = axis_of(figures)
    columns = [[round(axis.share(value) * (width - 1)) for value in (1.0, *marks(figure))] for figure in figures]
    return [_line(width, *row) for row in columns]


def _line(width: int, one: int, *found: int) -> str:
    cells = [" "] * width
    cells[one] = "┆"
    if found:
        low, middle, high = found
        cells[low:high] = "─" * (high - low)
        if low < high:
            cells[low], cells[high] = "├", "┤"
        cells[middle] = "●"
    return "".join(cells)
