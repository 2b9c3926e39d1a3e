"""Reports as one HTML file that needs nothing else and asks for nothing."""

from perfagent.tools.report.html.page import calibration_page, result_page

__all__ = ["calibration_page", "result_page"]
