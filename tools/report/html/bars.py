"""A forest plot in the rows of a table: each benchmark's speedup and interval on one logarithmic axis."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from perfagent.tools.report.document import BenchmarkFigure, PatchReport
from perfagent.tools.report.words import interval_text, speedup_text

#: Of a drawing, in its own units, with room at both ends.
WIDTH, HEIGHT, MARGIN = 240.0, 22.0, 12.0

#: The axis spans at least from one of these to the other, or noise would look like news.
NARROWEST = (0.95, 1.05)

#: Speedups that get a tick where the axis holds them, until there are MOST_TICKS.
ROUND = (
    1.0,
    2.0,
    0.5,
    10.0,
    5.0,
    1.2,
    0.8,
    1.5,
    1.1,
    0.9,
    1.3,
    1.05,
    0.95,
    100.0,
    1000.0,
    20.0,
    50.0,
    200.0,
    500.0,
    0.1,
    0.2,
)
MOST_TICKS = 4

#: Units that two ticks' labels keep apart.
TICK_ROOM = 42.0

#: Units below which an interval is hidden by its middle.
NARROW = 10.0

Measured = BenchmarkFigure | PatchReport


@dataclass(frozen=True, slots=True)
class Bar:
    """One row's drawing, in units; without a middle nothing was measured."""

    label: str
    one: float
    middle: float | None = None
    low: float = 0.0
    high: float = 0.0
    tone: str = "open"

    @property
    def caps(self) -> bool:
        """Whether the ends of the interval can be told from its middle."""
        return self.high - self.low >= NARROW


@dataclass(frozen=True, slots=True)
class Forest:
    """The rows' drawings and the ticks of their axis, each with its place and what it says."""

    bars: tuple[Bar, ...]
    ticks: tuple[tuple[float, str], ...]


def forest(figures: Sequence[Measured]) -> Forest:
    """One axis for all rows."""
    ends = [*NARROWEST]
    for figure in figures:
        ends += [value for value in (figure.speedup, *(figure.interval or ())) if value and math.isfinite(value)]
    low, high = math.log(min(ends)), math.log(max(ends))

    def place(value: float) -> float:
        share = (math.log(max(value, 1e-9)) - low) / (high - low)
        return round(MARGIN + min(max(share, 0.0), 1.0) * (WIDTH - 2 * MARGIN), 1)

    ticks: list[float] = []
    for tick in ROUND:
        apart = all(abs(place(tick) - other) >= TICK_ROOM for other in (*map(place, ticks), -5.0, WIDTH + 5.0))
        if low <= math.log(tick) <= high and (apart or tick == 1.0) and len(ticks) < MOST_TICKS:
            ticks.append(tick)
    bars = []
    for figure in figures:
        if not figure.speedup:
            bars.append(Bar("not measured", place(1.0)))
            continue
        start, end = figure.interval or (figure.speedup, figure.speedup)
        label = f"{speedup_text(figure.speedup)}, 95 % interval {interval_text(figure.interval)}"
        bars.append(Bar(label, place(1.0), place(figure.speedup), place(start), place(end), _tone(start, end)))
    return Forest(tuple(bars), tuple((place(tick), f"{tick:g}x") for tick in sorted(ticks)))


def _tone(low: float, high: float) -> str:
    return "gain" if low > 1 else "loss" if high < 1 else "open"
