"""What identical code looks like here, and which gains are seen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from perfagent.tools.measure.constants import TARGET_POWER
from perfagent.tools.report.charts.drawing import NARROW, WIDTH, drawn
from perfagent.tools.report.charts.palette import BASELINE, GAIN, LOSS, MUTED
from perfagent.tools.report.charts.scales import even_ticks, fitted

if TYPE_CHECKING:
    from perfagent.tools.measure import Calibration
    from perfagent.tools.report.calibration import CalibrationReport

ROW_HEIGHT = 150

BOLD_PX = 8.0
"""Pixels of an average character of a title."""

Spec = dict[str, Any]


def calibration_chart(report: CalibrationReport, *, width: int = WIDTH) -> str:
    """One row a benchmark: the pairs of identical code, and how often a growing gain is accepted.

    Args:
        width: pixels.
    """
    rows = [_row(calibration, width) for calibration in report.benchmarks]
    accepted = sum(each.accepted for each in report.benchmarks)
    comparisons = sum(each.comparisons for each in report.benchmarks)
    title = f"Noise of {report.pairs} pairs of identical code, accepted in {accepted} of {comparisons} comparisons"
    return drawn({"vconcat": rows, "spacing": 22}, title)


def _row(calibration: Calibration, width: int) -> Spec:
    narrow = width < NARROW
    widths = (width - 70, width - 70) if narrow else ((width - 150) * 3 // 5, (width - 150) * 2 // 5)
    noise = f"noise ±{calibration.noise:.1%}"
    seen = "no gain" if calibration.smallest_gain is None else f"{calibration.smallest_gain - 1:.0%} and more"
    sees = "too noisy to judge" if calibration.too_noisy else f"sees {seen}"
    title = {
        "text": fitted(calibration.benchmark, width - 8, BOLD_PX),
        "subtitle": f"{noise}; {sees}",
        "subtitleColor": MUTED,
    }
    charts = [_pairs(calibration, widths[0]), _power(calibration, widths[1])]
    return {"title": title, "vconcat" if narrow else "hconcat": charts, "spacing": 34}


def _pairs(calibration: Calibration, width: int) -> Spec:
    percent = [100 * (ratio - 1) for ratio in calibration.ratios]
    band = 100 * calibration.noise
    reach = 1.1 * max([band, 0.1, *map(abs, percent)])
    points = [{"pair": number, "difference": value} for number, value in enumerate(percent, 1)]
    ticks = [tick for tick in even_ticks(1, max(len(points), 2), 6) if tick == int(tick)]
    y_axis = {"title": "difference, %", "values": even_ticks(-reach, reach, 5)}
    y = {"field": "difference", "type": "quantitative", "scale": {"domain": [-reach, reach], "nice": False},
         "axis": y_axis}  # fmt: skip
    x_scale = {"domain": [0.4, len(points) + 0.6], "nice": False, "zero": False}
    x_axis = {"title": "pair of identical code", "values": ticks, "grid": False, "format": "d"}
    x = {"field": "pair", "type": "quantitative", "scale": x_scale, "axis": x_axis}
    return {
        "width": width,
        "height": ROW_HEIGHT,
        "layer": [
            {"data": {"values": [{"difference": -band, "high": band}]}, "encoding": {"y": y, "y2": {"field": "high"}},
             "mark": {"type": "rect", "color": BASELINE, "opacity": 0.18}},
            {"data": {"values": [{"difference": 0}]}, "encoding": {"y": y}, "mark": {"type": "rule", "color": MUTED}},
            {"data": {"values": points}, "encoding": {"x": x, "y": y},
             "mark": {"type": "point", "filled": True, "size": 36, "color": GAIN, "opacity": 1}},
        ],
    }  # fmt: skip


def _power(calibration: Calibration, width: int) -> Spec:
    points = [{"gain": 0.0, "accepted": 100 * calibration.accepted / calibration.comparisons}]
    points += [{"gain": 100 * (each.speedup - 1), "accepted": 100 * each.accepted} for each in calibration.power]
    y = {"field": "accepted", "type": "quantitative", "scale": {"domain": [0, 100]},
         "axis": {"title": "accepted, %", "values": [0, 20, 40, 60, 80, 100]}}  # fmt: skip
    x = {"field": "gain", "type": "quantitative", "axis": {"title": "true gain, %", "grid": False, "tickCount": 4}}
    wanted = {"type": "rule", "color": MUTED, "strokeDash": [4, 3]}
    line = {"type": "line", "color": GAIN, "point": {"color": GAIN, "filled": True, "size": 36}}
    layers: list[Spec] = [
        {"data": {"values": [{"accepted": 100 * TARGET_POWER}]}, "encoding": {"y": y}, "mark": wanted},
        {"data": {"values": points}, "encoding": {"x": x, "y": y}, "mark": line},
    ]
    if calibration.too_noisy:
        words = {"type": "text", "text": "too noisy to judge", "color": LOSS, "x": width / 2, "y": ROW_HEIGHT / 2}
        layers.append({"data": {"values": [{}]}, "mark": words})
    return {"width": width, "height": ROW_HEIGHT, "layer": layers}
