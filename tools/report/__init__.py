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
    EvidenceFile,
    ExponentFigure,
    GrowthFigure,
    InstructionFigure,
    ModelCost,
    Noise,
    Overall,
    PatchReport,
    Record,
    Result,
    SizeFigure,
    TestCounts,
    TimeShares,
    TriedReport,
)
from perfagent.tools.report.html import calibration_page, result_page
from perfagent.tools.report.markdown import comparison_markdown, patch_markdown, result_markdown
from perfagent.tools.report.material import Material, Setting
from perfagent.tools.report.progress import Progress, open_progress
from perfagent.tools.report.story import facts, headline, meaning, method, next_steps, overall_text, rate_text, reproduce
from perfagent.tools.report.words import (
    METRICS,
    interval_text,
    model_cost_text,
    pairs_text,
    quote,
    seconds_text,
    speedup_text,
    time_text,
)

__all__ = [
    "CALIBRATION_COLUMNS",
    "CALIBRATION_SCHEMA",
    "METRICS",
    "SCHEMA",
    "BenchmarkFigure",
    "CalibrationReport",
    "Check",
    "Cost",
    "EvidenceFile",
    "ExponentFigure",
    "GrowthFigure",
    "InstructionFigure",
    "ModelCost",
    "Noise",
    "Overall",
    "PatchReport",
    "Progress",
    "Record",
    "Result",
    "SizeFigure",
    "TestCounts",
    "TimeShares",
    "TriedReport",
    "calibration_chart",
    "calibration_headline",
    "calibration_markdown",
    "calibration_rows",
    "charts_available",
    "check_chart",
    "comparison_markdown",
    "interval_text",
    "model_cost_text",
    "open_progress",
    "pairs_text",
    "patch_markdown",
    "quote",
    "result_markdown",
    "seconds_text",
    "speedup_text",
    "time_text",
]
