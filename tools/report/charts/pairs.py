"""The timed pairs of one benchmark, drawn so that a reader can check the figure by eye."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import quantiles
from typing import Any

from perfagent.tools.report.charts.drawing import SIDE, WIDTH, drawn
from perfagent.tools.report.charts.palette import BASELINE, GAIN, INK, LOSS, MUTED
from perfagent.tools.report.charts.scales import (
    LABEL_PX,
    LOGARITHMIC_FROM,
    RATIO_LABEL,
    apart,
    axis,
    cost_label,
    even_ticks,
    fitted,
    in_units,
    log_position,
    log_ticks,
    padded,
)
from perfagent.tools.report.measured import BenchmarkFigure
from perfagent.tools.report.samples import SampleSeries
from perfagent.tools.report.words import METRICS, bytes_text, interval_text, seconds_text, speedup_text

PAIRS_HEIGHT = 210
ROW_HEIGHT = 62
LEFT, MARGIN = 66, 112
"""Pixels left of the plot for its axis, and right of it for what its lines mean."""

#: Factor beyond the outermost pair up to which an interval is drawn.
FURTHEST = 10.0

#: Robust standard deviations of identical code's log ratio between which 95 of 100 of its pairs lie.
NOISE_WIDTH = 1.96

_FIRST = {True: "baseline ran first", False: "candidate ran first"}

Layer = dict[str, Any]


def pairs_chart(
    series: SampleSeries, figure: BenchmarkFigure | None = None, *, noise: float | None = None, width: int = WIDTH
) -> str:
    """Each pair's speedup in the order of measurement, on a logarithmic axis that always shows 1x.

    A ratio for each pair, and not two lines of costs, because the pair is what is judged: a drift of the machine moves
    both of its runs and cancels, while a drift or an order effect that does not cancel would be seen here as a slope,
    or as two heights of the two marks. The distance of the whole cloud from 1x, against its own height and that of
    identical code, is the evidence.

    Args:
        figure: its speedup and 95 % interval are drawn as a line and a band; they rest on each side's fastest half, so
            the line is not the middle of all points where some runs were disturbed.
        noise: robust standard deviation of a pair's log ratio when identical code is compared here; drawn around 1x.
        width: pixels.
    """
    ratios = [before / after for before, after in zip(series.baseline, series.candidate, strict=True)]
    bounds = [*ratios, 1.0]
    interval = None
    if figure is not None and figure.interval is not None:
        # An interval may reach to infinity; far beyond all pairs it tells no more.
        furthest = (min(bounds) / FURTHEST, max(bounds) * FURTHEST)
        interval = max(figure.interval[0], furthest[0]), min(figure.interval[1], furthest[1])
        bounds += interval
    if noise:
        bounds += [math.exp(-NOISE_WIDTH * noise), math.exp(NOISE_WIDTH * noise)]
    domain = padded(min(bounds), max(bounds))
    plot = width - MARGIN - LEFT
    colour = _colour(figure)
    layers = _bands(interval, noise, colour) + _lines(figure, domain, plot, noise) + [_points(series, ratios, colour)]
    spec = {
        "width": plot,
        "height": PAIRS_HEIGHT,
        "autosize": "none",
        "padding": {"left": LEFT, "right": MARGIN, "top": 30, "bottom": 42},
        "layer": [_on_axes(layer, domain, len(ratios)) for layer in layers],
        "resolve": {"legend": {"shape": "shared"}},
    }
    told = f", estimate {speedup_text(figure.speedup)} (95 % CI {interval_text(figure.interval)})" if figure else ""
    return drawn(spec, f"{series.benchmark}: speedup of each of {len(ratios)} pairs{told}")


def distribution_chart(series: SampleSeries, *, width: int = WIDTH) -> str:
    """What one execution cost in every run of both sides: each run as a point, over the quartiles as a box.

    Points and quartiles, no smoothed shape: twenty runs do not tell one.

    Args:
        width: pixels.
    """
    sides = {side: in_units(getattr(series, side), series.metric) for side in ("baseline", "candidate")}
    low, high = min(map(min, sides.values())), max(map(max, sides.values()))
    logarithmic = high / low >= LOGARITHMIC_FROM
    domain = padded(low, high, 0.03)
    ticks = log_ticks(*domain, width // 110) if logarithmic else even_ticks(*domain, width // 110)
    scale = {"type": "log" if logarithmic else "linear", "domain": domain, "nice": False, "zero": False}
    title = METRICS.get(series.metric, series.metric) + " of one execution"
    x = {"type": "quantitative", "scale": scale, "axis": axis(ticks, cost_label(series.metric), title)}
    layers: list[Layer] = []
    for row, (side, costs) in enumerate(sides.items()):
        layers += _row(side, costs, row * ROW_HEIGHT, cost_text(getattr(series, side), series.metric))
    for layer in layers:
        layer["encoding"] = {"x": {"field": "x", **x}, **layer["encoding"]}
    spec = {
        "width": width - 2 * SIDE,
        "height": 2 * ROW_HEIGHT,
        "autosize": "none",
        "padding": {"left": SIDE, "right": SIDE, "top": 4, "bottom": 42},
        "layer": layers,
    }
    told = "; ".join(f"{side} {cost_text(getattr(series, side), series.metric)}" for side in sides)
    return drawn(spec, f"{series.benchmark}: {title} before and after; {told}")


def cost_text(costs: Sequence[float], metric: str) -> str:
    """The median and the number of runs, in words."""
    median = quartiles(costs)[1]
    told = bytes_text(median) if metric == "memory" else seconds_text(median)
    return f"median {told}, {len(costs)} runs"


def quartiles(costs: Sequence[float]) -> tuple[float, float, float]:
    """The three quartiles, both ends of the sample included (numpy's default)."""
    if len(costs) < 2:
        return costs[0], costs[0], costs[0]
    first, median, third = quantiles(costs, n=4, method="inclusive")
    return first, median, third


def _colour(figure: BenchmarkFigure | None) -> str:
    return LOSS if figure and figure.verdict == "slower" else GAIN


def _bands(interval: tuple[float, float] | None, noise: float | None, colour: str) -> list[Layer]:
    found = []
    if noise:
        ends = {"y": math.exp(-NOISE_WIDTH * noise), "y2": math.exp(NOISE_WIDTH * noise)}
        found.append(_band(ends, BASELINE, 0.16))
    if interval:
        found.append(_band({"y": interval[0], "y2": interval[1]}, colour, 0.2))
    return found


def _band(ends: dict[str, float], colour: str, opacity: float) -> Layer:
    return {
        "data": {"values": [ends]},
        "mark": {"type": "rect", "color": colour, "opacity": opacity},
        "encoding": {"y": {"field": "y"}, "y2": {"field": "y2"}},
    }


def _lines(figure: BenchmarkFigure | None, domain: tuple[float, float], plot: int, noise: float | None) -> list[Layer]:
    """The lines at 1x and at the estimate, with their names beside the plot where they cannot meet."""
    unchanged = ["1x: no change", "band: noise here"] if noise else ["1x: no change"]
    lines = [(1.0, unchanged, MUTED, [4, 3])]
    if figure is not None and figure.speedup is not None:
        # Not the middle of the points where a busy machine lengthened some runs, and a reader would wonder.
        estimate = [f"{speedup_text(figure.speedup)} estimate", "of fastest halves"]
        lines.append((figure.speedup, estimate, _colour(figure), [1, 0]))
    heights = [PAIRS_HEIGHT - log_position(value, domain, PAIRS_HEIGHT) for value, *_ in lines]
    found: list[Layer] = []
    for (value, label, tint, dash), height, place in zip(lines, heights, apart(heights, 2 * LABEL_PX), strict=True):
        data = {"values": [{"y": value}]}
        y = {"y": {"field": "y"}}
        rule = {"type": "rule", "color": tint, "strokeWidth": 1.5, "strokeDash": dash}
        words = {"type": "text", "align": "left", "baseline": "middle", "text": label, "color": tint, "x": plot,
                 "dx": 7, "dy": place - height - LABEL_PX / 2 * (len(label) - 1), "lineHeight": LABEL_PX}  # fmt: skip
        found += [{"data": data, "mark": rule, "encoding": y}, {"data": data, "mark": words, "encoding": y}]
    return found


def _points(series: SampleSeries, ratios: Sequence[float], colour: str) -> Layer:
    known = bool(series.baseline_first)
    coins = series.baseline_first or [True] * len(ratios)
    data = [
        {"pair": index, "y": ratio, "first": _FIRST[coin]}
        for index, (ratio, coin) in enumerate(zip(ratios, coins, strict=True), 1)
    ]
    layer: Layer = {
        "data": {"values": data},
        "mark": {"type": "point", "filled": True, "size": 46, "opacity": 1, "color": colour},
        "encoding": {"x": {"field": "pair"}, "y": {"field": "y"}},
    }
    if known:
        scale = {"domain": list(_FIRST.values()), "range": ["circle", "triangle-up"]}
        legend = {"symbolFillColor": INK, "symbolStrokeColor": INK, "direction": "horizontal"}
        layer["encoding"]["shape"] = {"field": "first", "type": "nominal", "scale": scale, "legend": legend}
    return layer


def _on_axes(layer: Layer, domain: tuple[float, float], pairs: int) -> Layer:
    """The same layer with its fields on the chart's two axes."""
    encoding = layer["encoding"]
    y_axis = axis(log_ticks(*domain), RATIO_LABEL, "speedup of the pair (baseline / candidate)", titleX=12 - LEFT)
    y = {"type": "quantitative", "scale": {"type": "log", "domain": domain, "nice": False}, "axis": y_axis}
    ticks = sorted({1, *(int(t) for t in even_ticks(1, max(pairs, 2), 8) if t == int(t) and t >= 1), pairs})
    if len(ticks) > 2 and ticks[-1] - ticks[-2] < pairs / 16:
        del ticks[-2]
    x_scale = {"domain": [0.4, pairs + 0.6], "nice": False, "zero": False}
    x_axis = axis(ticks, "datum.label", "pair, in the order of measurement", grid=False)
    encoding["y"] = {**encoding["y"], **y}
    if "x" in encoding:
        encoding["x"] = {**encoding["x"], "type": "quantitative", "scale": x_scale, "axis": x_axis}
    return layer


def _row(side: str, costs: Sequence[float], top: int, told: str) -> list[Layer]:
    """One side: its name, box and points."""
    colour = BASELINE if side == "baseline" else GAIN
    first, median, third = quartiles(costs)
    box = {"values": [{"x": first, "x2": third}]}
    middle = top + 40
    # Multiples of the golden ratio spread the points evenly, and always in the same way.
    points = [{"x": cost, "y": middle + 16 * ((index * 0.618034) % 1 - 0.5)} for index, cost in enumerate(costs)]
    flat = {"scale": {"domain": [0, 2 * ROW_HEIGHT], "range": [0, 2 * ROW_HEIGHT], "nice": False}, "axis": None}
    mark = {"type": "point", "filled": True, "size": 30, "color": colour, "opacity": 0.75,
            "shape": "circle" if side == "baseline" else "diamond"}  # fmt: skip
    name = {"type": "text", "align": "left", "baseline": "middle", "text": fitted(f"{side}: {told}", 560), "x": 0,
            "y": top + 12, "color": INK}  # fmt: skip
    return [
        {"data": box, "mark": {"type": "rect", "color": colour, "opacity": 0.22, "y": top + 28, "y2": top + 52},
         "encoding": {"x2": {"field": "x2"}}},
        {"data": {"values": points}, "mark": mark,
         "encoding": {"y": {"field": "y", "type": "quantitative", **flat}}},
        {"data": {"values": [{"x": median}]}, "encoding": {},
         "mark": {"type": "rule", "color": colour, "strokeWidth": 2.5, "y": top + 26, "y2": top + 54}},
        {"data": {"values": [{}]}, "mark": name, "encoding": {"x": {"value": 0}}},
    ]  # fmt: skip
