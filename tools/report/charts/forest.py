"""Every benchmark's speedup with its interval, one below the other."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from perfagent.tools.report.charts.drawing import CHARACTER_PX, SIDE, WIDTH, drawn
from perfagent.tools.report.charts.palette import BASELINE, GAIN, INK, LOSS, MUTED
from perfagent.tools.report.charts.scales import MIRRORED_LABEL, axis, fitted, ratio_ticks
from perfagent.tools.report.measured import BenchmarkFigure
from perfagent.tools.report.words import interval_text, shared_prefix, speedup_text

ROW = 40
"""Pixels a benchmark: its name above, its interval below, so that a long name has the whole width."""
LINE = 17
"""Pixels more where name and figure do not fit beside each other."""
HEADING = 24
"""Pixels of a group's heading."""

#: The axis reaches at least this factor to both sides, so that noise around 1x does not look like an event.
LEAST_REACH = 1.05

#: Factors beyond are drawn at the end of the axis: an interval may reach to infinity.
FURTHEST_REACH = 1e6

#: Verdict of a benchmark -> colour, shape and whether the shape is filled: told by all three, never by colour alone.
MARKS = {"faster": (GAIN, "circle", True), "slower": (LOSS, "triangle-left", True)}
UNPROVED = (BASELINE, "diamond", False)

_WORDS = {"faster": "faster", "slower": "slower", "not_faster": "no gain", "inconclusive": "unclear"}


def forest_chart(figures: Sequence[BenchmarkFigure], *, width: int = WIDTH) -> str:
    """One row a benchmark on a logarithmic axis centred at 1x: equal lengths are equal factors to both sides.

    Those named as targets before the edit come first, within each group the largest speedup. What all names begin with
    is left out of them and stands in the heading.

    Args:
        width: pixels.
    """
    prefix = shared_prefix([figure.id for figure in figures])
    layers: list[dict[str, Any]] = []
    top = 0
    reach = _reach(figures)
    if prefix:
        layers.append(_text(fitted(f"all names begin with {prefix}", width - 2 * SIDE), 0, HEADING / 2, MUTED, "left"))
        top += HEADING
    for heading, group in _groups(figures):
        if heading:
            layers.append(_text(heading, 0, top + HEADING / 2, MUTED, "left"))
            top += HEADING
        for figure in group:
            row, lines = _row(figure, figure.id.removeprefix(prefix), top, width - 2 * SIDE, reach)
            layers += row
            top += ROW + LINE * (lines - 1)
    height = max(top, ROW)
    for layer in layers:
        layer["encoding"] = {**layer.get("encoding", {}), "x": _x_of(layer, reach)}
    spec = {
        "width": width - 2 * SIDE,
        "height": height,
        "autosize": "none",
        "padding": {"left": SIDE, "right": SIDE, "top": 4, "bottom": 42},
        "layer": [_centre(reach), *layers],
    }
    slower = sum(figure.verdict == "slower" for figure in figures)
    faster = sum(figure.verdict == "faster" for figure in figures)
    counted = f"{faster} faster, {slower} slower" if len(figures) > 1 else _told(figures[0]) if figures else "none"
    return drawn(spec, f"Speedup of {_count(len(figures))} with 95 % intervals: {counted}")


def _groups(figures: Sequence[BenchmarkFigure]) -> list[tuple[str, list[BenchmarkFigure]]]:
    ordered = sorted(figures, key=lambda figure: -(figure.speedup or 0.0))
    targets = [figure for figure in ordered if figure.target]
    others = [figure for figure in ordered if not figure.target]
    names = ("targets, named before the edit", "guarded: must not get slower")
    groups = [(name, group) for name, group in zip(names, (targets, others), strict=True) if group]
    return groups if others else [("", targets)]


def _reach(figures: Sequence[BenchmarkFigure]) -> float:
    bounds = [bound for figure in figures for bound in (figure.speedup, *(figure.interval or ())) if bound]
    furthest = max((abs(math.log(bound)) for bound in bounds if bound < math.inf), default=0.0)
    return math.exp(1.04 * min(max(furthest, math.log(LEAST_REACH)), math.log(FURTHEST_REACH)))


def _x_of(layer: dict[str, Any], reach: float) -> dict[str, Any]:
    if "value" in layer.get("encoding", {}).get("x", {}):
        return dict(layer["encoding"]["x"])
    scale = {"type": "log", "domain": [1 / reach, reach], "nice": False}
    ticks = axis(ratio_ticks(reach), MIRRORED_LABEL, "← slower · speedup · faster →", orient="bottom")
    return {"field": "x", "type": "quantitative", "scale": scale, "axis": ticks}


def _centre(reach: float) -> dict[str, Any]:
    layer: dict[str, Any] = {
        "data": {"values": [{"x": 1}]},
        "mark": {"type": "rule", "color": MUTED, "strokeWidth": 1.2},
    }
    return {**layer, "encoding": {"x": _x_of(layer, reach)}}


def _row(figure: BenchmarkFigure, name: str, top: int, width: int, reach: float) -> tuple[list[dict[str, Any]], int]:
    """A benchmark's layers, and the lines its name and figure take: one where both fit."""
    colour, shape, filled = MARKS.get(figure.verdict, UNPROVED)
    told = _told(figure)
    lines = 1 if len(name) + len(told) < width / CHARACTER_PX - 3 else 2
    below = LINE * (lines - 1)
    found = [
        _text(fitted(name, width), 0, top + 11, INK, "left"),
        _text(told, width, top + 11 + below, colour if figure.verdict in MARKS else MUTED, "right"),
    ]
    if not _measured(figure):
        return found, lines
    y = top + 28 + below
    speedup, *ends = (min(max(each or 1.0, 1 / reach), reach) for each in (figure.speedup, *(figure.interval or ())))
    if ends:
        low, high = ends
        found.append(
            {
                "data": {"values": [{"x": low, "x2": high}]},
                "mark": {"type": "rule", "color": colour, "strokeWidth": 2.5, "y": y},
                "encoding": {"x2": {"field": "x2"}},
            }
        )
        found += [_end(bound, y, colour) for bound in ends]
    point = {"type": "point", "filled": filled, "shape": shape, "size": 80, "color": colour, "opacity": 1, "y": y,
             "strokeWidth": 2}  # fmt: skip
    return [*found, {"data": {"values": [{"x": speedup}]}, "mark": point}], lines


def _end(bound: float, y: float, colour: str) -> dict[str, Any]:
    mark = {"type": "rule", "color": colour, "strokeWidth": 1.5, "y": y - 5, "y2": y + 5}
    return {"data": {"values": [{"x": bound}]}, "mark": mark}


def _text(text: str, x: float, y: float, colour: str, align: str) -> dict[str, Any]:
    mark = {"type": "text", "text": text, "align": align, "baseline": "middle", "color": colour, "y": y}
    return {"data": {"values": [{}]}, "mark": mark, "encoding": {"x": {"value": x}}}


def _measured(figure: BenchmarkFigure) -> bool:
    return figure.speedup is not None and 0 < figure.speedup < math.inf


def _told(figure: BenchmarkFigure) -> str:
    if not _measured(figure):
        return "not measured"
    interval = f" ({interval_text(figure.interval)})" if figure.interval else ""
    return f"{speedup_text(figure.speedup)}{interval} {_WORDS.get(figure.verdict, figure.verdict)}"


def _count(number: int) -> str:
    return "1 benchmark" if number == 1 else f"{number} benchmarks"
