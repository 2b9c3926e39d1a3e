"""What people and programs read: the result document, Markdown, and progress on the terminal."""

from perfagent.tools.report.calibration import (
    CALIBRATION_COLUMNS,
    CALIBRATION_SCHEMA,
    CalibrationReport,
    calibration_headline,
    calibration_markdown,
    calibration_rows,
)
from perfagent.tools.report.charts import calibration_chart, charts_available, check_chart
from perfagent.tools.report.document import (
    SCHEMA,
    BenchmarkFigure,
    Check,
    Cost,
    ExponentFigure,
    GrowthFigure,
    InstructionFigure,
    Noise,
    Overall,
    PatchReport,
    Record,
    Result,
    SizeFigure,
    TestCounts,
    TriedReport,
)
from perfagent.tools.report.markdown import comparison_markdown, patch_markdown, result_markdown
from perfagent.tools.report.progress import Progress, open_progress
from perfagent.tools.report.words import METRICS, interval_text, pairs_text, quote, seconds_text, speedup_text

__all__ = [
    "CALIBRATION_COLUMNS",
    "CALIBRATION_SCHEMA",
    "METRICS",
    "SCHEMA",
    "BenchmarkFigure",
    "CalibrationReport",
    "Check",
    "Cost",
    "ExponentFigure",
    "GrowthFigure",
    "InstructionFigure",
    "Noise",
    "Overall",
    "PatchReport",
    "Progress",
    "Record",
    "Result",
    "SizeFigure",
    "TestCounts",
    "TriedReport",
    "calibration_chart",
    "calibration_headline",
    "calibration_markdown",
    "calibration_rows",
    "charts_available",
    "check_chart",
    "comparison_markdown",
    "interval_text",
    "open_progress",
    "pairs_text",
    "patch_markdown",
    "quote",
    "result_markdown",
    "seconds_text",
    "speedup_text",
]
