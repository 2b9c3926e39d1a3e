"""How the cost grows with the size of the input, on both sides."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from perfagent.tools.report.charts.drawing import NARROW, WIDTH, drawn
from perfagent.tools.report.charts.palette import BASELINE, GAIN
from perfagent.tools.report.charts.scales import (
    apart,
    axis,
    cost_label,
    in_units,
    log_position,
    log_ticks,
    padded,
    room_for,
)
from perfagent.tools.report.measured import GrowthFigure
from perfagent.tools.report.words import METRICS, exponent_text, size_text

HEIGHT = 260
LEFT, MARGIN = 78, 196
"""Pixels left of the plot for its axis, and right of it for the names of the lines."""
HALF_LABEL = 34
"""Pixels that half of the last size's label may take."""
LINE = 17
"""Pixels of a name above the plot."""

_SIDES = (("baseline", BASELINE, "circle", [5, 3]), ("candidate", GAIN, "diamond", [1, 0]))
_GLYPHS = {"circle": "●", "diamond": "◆"}


def growth_chart(growth: GrowthFigure, *, width: int = WIDTH) -> str:
    """Cost over size with both axes logarithmic: a power law is a straight line, and its slope is the exponent.

    Args:
        growth: with two sizes or more.
        width: pixels.

    Raises:
        ValueError: there are fewer sizes.
    """
    if len(growth.sizes) < 2:
        raise ValueError(f"the growth of {growth.benchmark} has {len(growth.sizes)} sizes, and a line needs two")
    narrow = width < NARROW
    margin = HALF_LABEL if narrow else MARGIN
    plot = width - margin - LEFT
    domain = padded(*_ends([cost for column in _columns(growth) for cost in column]))
    x = _sizes(growth, plot)
    title = METRICS.get(growth.metric, growth.metric) + " of one execution"
    y_axis = axis(log_ticks(*domain, 7), cost_label(growth.metric), title, titleX=12 - LEFT)
    y = {"field": "cost", "type": "quantitative", "scale": {"type": "log", "domain": domain, "nice": False},
         "axis": y_axis}  # fmt: skip
    spec = {
        "width": plot,
        "height": HEIGHT,
        "autosize": "none",
        "padding": {"left": LEFT, "right": margin, "top": 12 + (LINE * 2 if narrow else 0), "bottom": 42},
        "encoding": {"x": x, "y": y},
        "layer": _lines(growth, domain, narrow),
    }
    told = "; ".join(_names(growth))
    return drawn(spec, f"{growth.benchmark}: {title} at {len(growth.sizes)} sizes; {told}")


def _sizes(growth: GrowthFigure, plot: int) -> dict[str, Any]:
    """The axis of the sizes: a tick at each, a label where there is room."""
    sizes = [each.size for each in growth.sizes]
    domain = padded(*_ends(sizes), 0.03)
    labels = [size_text(size, growth.multiples) for size in sizes]
    shown = room_for(labels, [log_position(size, domain, plot) for size in sizes])
    named = " : ".join(f"datum.value == {sizes[index]} ? '{labels[index]}'" for index in shown) + " : ''"
    title = "size, as a multiple of the judged one" if growth.multiples else "size"
    scale = {"type": "log", "domain": domain, "nice": False}
    return {"field": "size", "type": "quantitative", "scale": scale, "axis": axis(sizes, named, title, grid=False)}


def _columns(growth: GrowthFigure) -> tuple[list[float], list[float]]:
    """The costs of both sides, as they are drawn."""
    before, after = ([each.baseline_s for each in growth.sizes], [each.candidate_s for each in growth.sizes])
    return in_units(before, growth.metric), in_units(after, growth.metric)


def _ends(values: Sequence[float]) -> tuple[float, float]:
    return min(values), max(values)


def _lines(growth: GrowthFigure, domain: tuple[float, float], narrow: bool) -> list[dict[str, Any]]:
    """Each side's line with its name at the end; above the plot where there is no room beside it."""
    columns = _columns(growth)
    heights = [HEIGHT - log_position(column[-1], domain, HEIGHT) for column in columns]
    layers: list[dict[str, Any]] = []
    for row, ((_, colour, shape, dash), column, name, height, place) in enumerate(
        zip(_SIDES, columns, _names(growth), heights, apart(heights), strict=True)
    ):
        values = [{"size": each.size, "cost": cost} for each, cost in zip(growth.sizes, column, strict=True)]
        point = {"filled": True, "size": 60, "shape": shape, "color": colour, "opacity": 1}
        line = {"type": "line", "color": colour, "strokeWidth": 2, "strokeDash": dash, "point": point}
        words = {"type": "text", "align": "left", "baseline": "middle", "color": colour}
        layers.append({"data": {"values": values}, "mark": line})
        if narrow:
            at = {"x": {"value": 0}, "y": {"value": LINE * (row - 2)}}
            layers.append(
                {"data": {"values": [{}]}, "mark": {**words, "text": f"{_GLYPHS[shape]} {name}"}, "encoding": at}
            )
        else:
            layers.append(
                {"data": {"values": values[-1:]}, "mark": {**words, "text": name, "dx": 10, "dy": place - height}}
            )
    return layers


def _names(growth: GrowthFigure) -> list[str]:
    """What stands at each line's end: the side and its exponent."""
    fits = (growth.baseline, growth.candidate)
    return [
        side + (f" {exponent_text(fit.value, fit.interval)}" if fit is not None else "")
        for (side, *_), fit in zip(_SIDES, fits, strict=True)
    ]
