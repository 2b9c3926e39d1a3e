"""Axes, ticks and labels that charts share."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any

from perfagent.tools.report.charts.drawing import CHARACTER_PX

#: Costs that lie further apart than this factor are drawn on a logarithmic axis.
LOGARITHMIC_FROM = 4.0

#: Log units beyond the outermost value: where all are equal, the axis still has a length, and ticks of four digits.
LEAST_ROOM = 0.004

#: Pixels between two labels' middles, so that they do not touch.
LABEL_PX = 15.0

_TIME = (
    "datum.value >= 1 ? format(datum.value, ',.6~r') + ' s'"
    " : datum.value >= 1e-3 ? format(datum.value * 1e3, '.6~r') + ' ms'"
    " : datum.value >= 1e-6 ? format(datum.value * 1e6, '.6~r') + ' µs'"
    " : format(datum.value * 1e9, '.6~r') + ' ns'"
)
_BYTES = "format(datum.value, ',.6~r') + ' MiB'"
RATIO_LABEL = "format(datum.value, ',.4~r') + 'x'"
MIRRORED_LABEL = "format(datum.value, ',.3~r') + 'x'"
"""For the ends of an axis whose lower half are reciprocals, such as 0.667x."""


def cost_label(metric: str) -> str:
    """The Vega expression that labels a tick of a cost as `in_units` gives it."""
    return _BYTES if metric == "memory" else _TIME


def in_units(costs: Iterable[float], metric: str) -> list[float]:
    """Costs as they are drawn: seconds, or MiB for `memory`, so that ticks are round there too."""
    return [cost / 2**20 if metric == "memory" else cost for cost in costs]


def log_position(value: float, domain: tuple[float, float], length: float) -> float:
    """Pixels from the low end of a logarithmic axis."""
    low, high = domain
    return length * math.log(value / low) / math.log(high / low)


def padded(low: float, high: float, share: float = 0.06) -> tuple[float, float]:
    """Both ends further out by a share of their distance on a logarithmic axis, and by LEAST_ROOM at least."""
    room = max(math.log(high / low) * share, LEAST_ROOM)
    return low * math.exp(-room), high * math.exp(room)


def log_ticks(low: float, high: float, most: int = 6) -> list[float]:
    """Round numbers for a logarithmic axis: a handful evenly apart for a narrow range, of 1, 2, 5 for a wide one."""
    if high / low < LOGARITHMIC_FROM:
        return even_ticks(low, high, most)
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    for digits in ((1, 2, 5), (1, 3), (1,)):
        found = [d * 10.0**power for power in range(first, last + 1) for d in digits if low <= d * 10.0**power <= high]
        if len(found) <= most:
            return found
    return found[:: -(-len(found) // most)]


def even_ticks(low: float, high: float, most: int = 6) -> list[float]:
    """At most `most` round numbers in a range."""
    rough = (high - low) / most
    unit = 10.0 ** math.floor(math.log10(rough))
    step = next(unit * factor for factor in (1, 2, 2.5, 5, 10) if unit * factor >= rough)
    return [round(n * step, 12) for n in range(math.ceil(low / step), math.floor(high / step) + 1)]


def ratio_ticks(reach: float, each_side: int = 3) -> list[float]:
    """Ticks for an axis from 1 / reach to reach: 1, and mirrored factors on its two sides."""
    powers = [d * 10.0**p for p in range(7) for d in (1, 1.5, 2, 3, 5)]
    above = [t for t in (1.01, 1.02, 1.05, 1.1, 1.2, 1.3, *powers[1:]) if t <= reach]
    # Those that lie most evenly between 1 and the end.
    wanted = [reach ** ((n + 1) / each_side * 0.95) for n in range(each_side)]
    chosen = sorted({min(above, key=lambda t: abs(math.log(t / w))) for w in wanted}) if above else []
    return [1 / t for t in reversed(chosen)] + [1.0] + chosen


def axis(values: Sequence[float], label: str, title: str | None = None, **more: Any) -> dict[str, Any]:
    """A Vega axis with ticks where we say."""
    return {"values": list(values), "labelExpr": label, "title": title, "labelOverlap": False, **more}


def apart(wanted: Sequence[float], distance: float = LABEL_PX) -> list[float]:
    """Positions for labels near those wanted, in the same order of size, at least `distance` apart."""
    order = sorted(range(len(wanted)), key=lambda index: wanted[index])
    placed = list(wanted)
    for above, below in pairwise(order):
        placed[below] = max(placed[below], placed[above] + distance)
    moved = (sum(placed) - sum(wanted)) / len(placed) if placed else 0.0
    return [position - moved for position in placed]


def room_for(labels: Sequence[str], places: Sequence[float], gap: float = 8.0) -> list[int]:
    """Which labels of an axis to show so that none meets another: the last, and before it as many as fit.

    Args:
        labels: from left to right.
        places: pixels of their middles, ascending.
        gap: pixels left free between two.
    """
    shown: list[int] = []
    free = math.inf
    for index in range(len(labels) - 1, -1, -1):
        half = len(labels[index]) * CHARACTER_PX / 2
        if places[index] + half <= free:
            shown.append(index)
            free = places[index] - half - gap
    return shown[::-1]


def fitted(text: str, pixels: float, character: float = CHARACTER_PX) -> str:
    """A text that fits, its middle left out where it does not: both ends of a benchmark's id tell most."""
    room = max(int(pixels / character), 5)
    if len(text) <= room:
        return text
    head = (room - 1) // 3
    return f"{text[:head]}…{text[len(text) - (room - 1 - head) :]}"
