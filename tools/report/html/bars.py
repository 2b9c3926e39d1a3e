"""A forest plot in the rows of a table: each benchmark's speedup and interval on one logarithmic axis."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from perfagent.tools.report.plots import Axis, Measured, axis_of, marks
from perfagent.tools.report.words import interval_text, speedup_text

#: Of a drawing, in its own units, with room at both ends.
WIDTH, HEIGHT, MARGIN = 240.0, 22.0, 12.0

#: Speedups that get a tick where the axis holds them, until there are MOST_TICKS.
ROUND = (2, 0.5, 10, 5, 1.2, 0.8, 1.5, 1.1, 0.9, 1.3, 1.05, 0.95, 100, 1000, 20, 50, 200, 0.1)
MOST_TICKS = 4

#: Units that two ticks' labels keep apart.
LABEL_ROOM = 42.0

#: Units below which an interval is hidden by its middle.
NARROW = 10.0


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
    axis = axis_of(figures)

    def place(value: float) -> float:
        return round(MARGIN + axis.share(value) * (WIDTH - 2 * MARGIN), 1)

    bars = []
    for figure in figures:
        found = marks(figure)
        if found:
            low, _, high = found
            label = f"{speedup_text(figure.speedup)}, 95 % interval {interval_text(figure.interval)}"
            bars.append(Bar(label, place(1.0), place(found[1]), place(low), place(high), _tone(low, high)))
        else:
            bars.append(Bar("not measured", place(1.0)))
    ticks = sorted(_ticks(axis, place))
    return Forest(tuple(bars), tuple((place(tick), f"{tick:g}x") for tick in ticks))


def _ticks(axis: Axis, place: Callable[[float], float]) -> list[float]:
    """Round speedups whose labels have room; 1x always has one."""
    ticks = [1.0]
    for tick in ROUND:
        others = (*map(place, ticks), -LABEL_ROOM / 2, WIDTH + LABEL_ROOM / 2)
        apart = all(abs(place(tick) - other) >= LABEL_ROOM for other in others)
        if axis.low <= tick <= axis.high and apart and len(ticks) < MOST_TICKS:
            ticks.append(tick)
    return ticks


def _tone(low: float, high: float) -> str:
    return "gain" if low > 1 else "loss" if high < 1 else "open"
