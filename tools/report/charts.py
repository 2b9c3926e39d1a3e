"""Pictures for reports, drawn by matplotlib (the `charts` extra) without a display."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from perfagent.tools.errors import UsageError
from perfagent.tools.measure.constants import TARGET_POWER

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from perfagent.tools.measure import Calibration
    from perfagent.tools.report.calibration import CalibrationReport

FORMATS = ("svg", "png", "pdf")

ROW_INCHES = 2.6
WIDTH_INCHES = 9.0


def charts_available() -> bool:
    """Whether matplotlib is installed."""
    return find_spec("matplotlib") is not None


def check_chart(path: Path) -> None:
    """Refuse a chart before anything is measured for it.

    Raises:
        UsageError: matplotlib is missing, the format is unknown, or the folder does not exist.
    """
    if path.suffix.lstrip(".") not in FORMATS:
        raise UsageError(f"a plot cannot be written as {path.name!r}", f"end its name in .{', .'.join(FORMATS)}")
    if not path.parent.is_dir():
        raise UsageError(f"there is no folder {path.parent}", "make it, or name another file")
    if not charts_available():
        raise UsageError("plots need matplotlib, which is not installed", "pip install 'perfagent[charts]'")


def calibration_chart(report: CalibrationReport, path: Path) -> None:
    """Draw one row a benchmark: the pairs of identical code, and how often a growing gain is accepted.

    Args:
        path: file whose ending tells the format.
    """
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    count = len(report.benchmarks)
    figure = Figure(figsize=(WIDTH_INCHES, ROW_INCHES * count + 0.4), layout="constrained")
    axes = figure.subplots(count, 2, squeeze=False, width_ratios=(3, 2))
    for calibration, (left, right) in zip(report.benchmarks, axes, strict=True):
        _draw_pairs(left, calibration)
        _draw_power(right, calibration)
    # Without a date and random ids the same samples give the same file.
    metadata = {"svg": {"Date": None}, "pdf": {"CreationDate": None}}.get(path.suffix.lstrip("."))
    with rc_context({"svg.hashsalt": report.baseline}):
        figure.savefig(path, metadata=metadata)


def _draw_pairs(axes: Axes, calibration: Calibration) -> None:
    from matplotlib.ticker import MaxNLocator

    percent = [100 * (ratio - 1) for ratio in calibration.ratios]
    band = 100 * calibration.noise
    axes.axhspan(-band, band, color="tab:blue", alpha=0.15)
    axes.axhline(0, color="0.6", linewidth=0.8)
    axes.plot(range(1, len(percent) + 1), percent, "o", color="tab:blue", markersize=4)
    axes.set_title(f"{calibration.benchmark}: noise ±{band:.1f} %", fontsize=9, loc="left")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.set_xlabel("pair of identical code")
    axes.set_ylabel("difference, %")


def _draw_power(axes: Axes, calibration: Calibration) -> None:
    points = [(0.0, 100 * calibration.accepted / calibration.comparisons)]
    points += [(100 * (each.speedup - 1), 100 * each.accepted) for each in calibration.power]
    axes.plot(*zip(*points, strict=True), "o-", color="tab:orange", markersize=4)
    axes.axhline(100 * TARGET_POWER, color="0.6", linewidth=0.8, linestyle="--")
    axes.set_ylim(-3, 103)
    seen = "no gain" if calibration.smallest_gain is None else f"{calibration.smallest_gain - 1:.0%} and more"
    axes.set_title(f"sees {seen}", fontsize=9, loc="left")
    axes.set_xlabel("true gain, %")
    axes.set_ylabel("accepted, %")
    if calibration.too_noisy:
        axes.text(0.5, 0.5, "too noisy to judge", transform=axes.transAxes, ha="center", color="tab:red")
