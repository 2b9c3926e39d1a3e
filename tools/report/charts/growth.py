"""How the cost grows with the size of the input, on both sides."""

from __future__ import annotations

from typing import Any

from perfagent.tools.report.charts.drawing import WIDTH, drawn
from perfagent.tools.report.charts.palette import BASELINE, GAIN
from perfagent.tools.report.charts.scales import apart, axis, cost_label, log_position, log_ticks, padded
from perfagent.tools.report.document import GrowthFigure
from perfagent.tools.report.words import METRICS, exponent_text, size_text

HEIGHT = 260
LEFT, MARGIN = 78, 196
"""Pixels left of the plot for its axis, and right of it for the names of the lines."""
MOST_SIZES = 8

_SIDES = (("baseline", BASELINE, "circle", [5, 3]), ("candidate", GAIN, "diamond", [1, 0]))


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
    plot = width - MARGIN - LEFT
    sizes = [each.size for each in growth.sizes]
    costs = [cost for each in growth.sizes for cost in (each.baseline_s, each.candidate_s)]
    domain = padded(min(costs), max(costs))
    labels = {size: size_text(size, growth.multiples) for size in sizes}
    wanted = sizes[:: -(-len(sizes) // MOST_SIZES)]
    named = " : ".join(f"datum.value == {size} ? '{labels[size]}'" for size in wanted) + " : ''"
    x_title = "size, as a multiple of the judged one" if growth.multiples else "size"
    x = {"field": "size", "type": "quantitative", "scale": {"type": "log", "domain": padded(sizes[0], sizes[-1], 0.03),
         "nice": False}, "axis": axis(wanted, named, x_title, grid=False)}  # fmt: skip
    title = METRICS.get(growth.metric, growth.metric) + " of one execution"
    y_axis = axis(log_ticks(*domain, 7), cost_label(growth.metric), title)
    y = {"field": "cost", "type": "quantitative", "scale": {"type": "log", "domain": domain, "nice": False},
         "axis": y_axis}  # fmt: skip
    spec = {
        "width": plot,
        "height": HEIGHT,
        "autosize": "none",
        "padding": {"left": LEFT, "right": MARGIN, "top": 12, "bottom": 42},
        "encoding": {"x": x, "y": y},
        "layer": _lines(growth, domain),
    }
    told = "; ".join(_names(growth))
    return drawn(spec, f"{growth.benchmark}: {title} at {len(sizes)} sizes; {told}")


def _lines(growth: GrowthFigure, domain: tuple[float, float]) -> list[dict[str, Any]]:
    columns = ([each.baseline_s for each in growth.sizes], [each.candidate_s for each in growth.sizes])
    heights = [HEIGHT - log_position(column[-1], domain, HEIGHT) for column in columns]
    layers = []
    for (_, colour, shape, dash), column, name, height, place in zip(
        _SIDES, columns, _names(growth), heights, apart(heights), strict=True
    ):
        values = [{"size": each.size, "cost": cost} for each, cost in zip(growth.sizes, column, strict=True)]
        point = {"filled": True, "size": 60, "shape": shape, "color": colour, "opacity": 1}
        line = {"type": "line", "color": colour, "strokeWidth": 2, "strokeDash": dash, "point": point}
        words = {"type": "text", "align": "left", "baseline": "middle", "text": name, "color": colour, "dx": 10,
                 "dy": place - height}  # fmt: skip
        layers += [{"data": {"values": values}, "mark": line}, {"data": {"values": values[-1:]}, "mark": words}]
    return layers


def _names(growth: GrowthFigure) -> list[str]:
    """What stands at each line's end: the side and its exponent."""
    fits = (growth.baseline, growth.candidate)
    return [
        side + (f" {exponent_text(fit.value, fit.interval)}" if fit is not None else "")
        for (side, *_), fit in zip(_SIDES, fits, strict=True)
    ]
