"""Charts of reports, pull requests and calibrations: functions from a record to an SVG, and from an SVG to a file."""

from perfagent.tools.report.charts.calibration import calibration_chart
from perfagent.tools.report.charts.difference import change_text, difference_chart
from perfagent.tools.report.charts.drawing import (
    charts_available,
    check_chart,
    png,
    require_charts,
    standalone,
    write_chart,
)
from perfagent.tools.report.charts.forest import forest_chart
from perfagent.tools.report.charts.growth import growth_chart
from perfagent.tools.report.charts.pairs import distribution_chart, pairs_chart, quartiles
from perfagent.tools.report.charts.palette import COLOURS, variables

__all__ = [
    "COLOURS",
    "calibration_chart",
    "change_text",
    "charts_available",
    "check_chart",
    "difference_chart",
    "distribution_chart",
    "forest_chart",
    "growth_chart",
    "pairs_chart",
    "png",
    "quartiles",
    "require_charts",
    "standalone",
    "variables",
    "write_chart",
]
