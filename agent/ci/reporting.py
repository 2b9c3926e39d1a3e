"""The folder a job uploads: the page for people, the documents for programs."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from perfagent.agent.report_sources import DIFFERENCE, SAMPLES, sources
from perfagent.tools.report import Material, Result, Setting, result_page


def write_report(markdown: str, folder: Path, run: Path | None = None, result: Result | None = None) -> Path:
    """Write the report of a step: summary.md and, of a finished run, report.html with the documents it is drawn from.

    Args:
        markdown: what the job's summary says.
        folder: made when absent.
        run: a run folder.
        result: the run's as the step judged it; None for the run's own.

    Returns:
        The folder.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "summary.md").write_text(markdown, "utf-8", "replace")
    if run is None or not (run / "result.json").exists():
        return folder
    found = sources(run)
    asked = json.loads((run / "run.json").read_text("utf-8"))
    setting = Setting(run.name, asked.get("started"), asked.get("machine", ""))
    judged = result or found.result
    page = result_page(Material(judged, found.samples, found.difference, setting))
    (folder / "report.html").write_text(page, "utf-8", "replace")
    (folder / "result.json").write_text(judged.to_json() + "\n", "utf-8", "replace")
    for name in (SAMPLES, DIFFERENCE):
        if (run / name).exists():
            shutil.copy(run / name, folder / name)
    return folder


def output_folder(given: Path | None, environ: Mapping[str, str]) -> Path:
    """The folder for what a step makes: the one given, else a fresh one where the runner keeps temporary files."""
    if given is not None:
        folder = given.expanduser().resolve()
        folder.mkdir(parents=True, exist_ok=True)
        return folder
    return Path(tempfile.mkdtemp(prefix="perfagent-ci-", dir=environ.get("RUNNER_TEMP") or None))
