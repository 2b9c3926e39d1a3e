"""Reports as one HTML file that needs nothing else and asks for nothing."""

from perfagent.tools.report.html.calibrating import calibration_page
from perfagent.tools.report.html.page import result_page
from perfagent.tools.report.html.rendering import rendered

__all__ = ["calibration_page", "rendered", "result_page"]
