"""The folder a job uploads: the report for people, the document for programs."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

#: Of a run folder, what a reader of the report may want as data.
DOCUMENTS = ("result.json", "samples.json", "difference.json")


def write_report(markdown: str, runs: Sequence[Path], folder: Path) -> Path:
    """Write the report of a step; its folder.

    Args:
        markdown: what the job's summary says.
        runs: finished run folders; the first one's report is written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "summary.md").write_text(markdown, "utf-8", "replace")
    for run in runs:
        for name in (*DOCUMENTS, "report.md"):
            if (run / name).exists():
                shutil.copy(run / name, folder / name)
    return folder
