"""From a run's folder to what its reports are written from."""

from __future__ import annotations

import json
from pathlib import Path

from perfagent.agent.report_sources import read_document, sources
from perfagent.agent.run_folder import runs_home
from perfagent.tools.report import REPRODUCE, CalibrationReport, Material, Result, Setting

CALIBRATION = "calibration.json"


def material_of(folder: Path, result: Result | None = None) -> Material:
    """A run, verification or comparison with all that is kept beside its result.

    Args:
        result: where it is not written yet.

    Raises:
        PerfagentError: it has not ended, or a document is not of this version of perfagent.
    """
    found = sources(folder, result)
    files = {file.name: file.read_bytes() for file in sorted((folder / REPRODUCE).glob("*"))}
    return Material(found.result, found.samples, found.difference, setting_of(folder), files)


def calibration_of(folder: Path) -> CalibrationReport | None:
    """A calibration; None where the run was something else; raises as `material_of`."""
    return read_document(folder / CALIBRATION, CalibrationReport)


def setting_of(folder: Path) -> Setting:
    """When and where a run was made, and what names it on the command line."""
    asked = json.loads((folder / "run.json").read_text("utf-8"))
    name = folder.name if folder.parent == runs_home() else str(folder)
    return Setting(name, asked.get("started"), asked.get("machine", ""))
