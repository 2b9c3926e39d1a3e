"""What people and programs read: the result document, Markdown, and progress on the terminal."""

from perfagent.tools.report.document import (
    SCHEMA,
    BenchmarkFigure,
    Check,
    Cost,
    ExponentFigure,
    GrowthFigure,
    InstructionFigure,
    Noise,
    PatchReport,
    Record,
    Result,
    SizeFigure,
    TestCounts,
    TriedReport,
)
from perfagent.tools.report.markdown import patch_markdown, result_markdown
from perfagent.tools.report.progress import Progress, open_progress
from perfagent.tools.report.words import METRICS, interval_text, pairs_text, quote, speedup_text

__all__ = [
    "METRICS",
    "SCHEMA",
    "BenchmarkFigure",
    "Check",
    "Cost",
    "ExponentFigure",
    "GrowthFigure",
    "InstructionFigure",
    "Noise",
    "PatchReport",
    "Progress",
    "Record",
    "Result",
    "SizeFigure",
    "TestCounts",
    "TriedReport",
    "interval_text",
    "open_progress",
    "pairs_text",
    "patch_markdown",
    "quote",
    "result_markdown",
    "speedup_text",
]
