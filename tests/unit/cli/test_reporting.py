"""report and show: which form goes where."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from perfagent.cli.reporting import report, show
from perfagent.tools.errors import PerfagentError, UsageError
from perfagent.tools.report import CalibrationReport, PatchReport, Result

DIFF = "--- a/x.py\n+++ b/x.py\n@@ -1 +1 @@\n-old\n+new\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A finished run, as older versions left it."""
    patch = PatchReport(id="1", idea="An idea", origin="model", diff=DIFF, speedup=1.2, interval=(1.1, 1.3), hunks=1)
    told = Result(
        command="run", run_id="r1", run_dir=str(tmp_path), repository="/x/words", status="completed", verdict="faster",
        speedup=1.2, interval=(1.1, 1.3), pairs=20, metric="cpu", patches=(patch,), branch="perfagent/r1",
    )  # fmt: skip
    (tmp_path / "run.json").write_text(json.dumps({"started": 0.0, "machine": "Linux, 2 cores"}))
    (tmp_path / "result.json").write_text(told.to_json())
    return tmp_path


@pytest.fixture
def calibration(tmp_path: Path) -> Path:
    from perfagent.tools.measure import Calibration

    values: Any = {"metric": "cpu", "noise": 0.02, "pairs": 4, "alpha": 0.01, "accepted": 1, "comparisons": 200}
    found = Calibration(benchmark="a", smallest_gain=1.04, mean_runs=18.0, ratios=(1.0,), **values)
    told = CalibrationReport(
        run_id="r", run_dir="/r", repository="/x", baseline="0" * 40, sandbox="local", python="3.11", pairs=4,
        benchmarks=(found,),
    )  # fmt: skip
    (tmp_path / "run.json").write_text("{}")
    (tmp_path / "calibration.json").write_text(told.to_json())
    return tmp_path


def test_the_page_goes_into_the_runs_folder_and_its_path_alone_is_printed(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report(str(folder))
    assert capsys.readouterr().out == f"{folder / 'report.html'}\n"
    assert "words: 1.20x faster" in (folder / "report.html").read_text()


def test_markdown_and_json_go_to_standard_output(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report(str(folder), format="md")
    text = capsys.readouterr().out
    assert text.startswith("# 1.20x faster")
    assert "- machine: Linux, 2 cores" in text
    report(str(folder), format="json")
    assert capsys.readouterr().out == (folder / "result.json").read_text() + "\n"


def test_every_form_goes_where_it_is_sent(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report(str(folder), format="md", out=folder / "told.md")
    assert capsys.readouterr().out == f"{folder / 'told.md'}\n"
    report(str(folder), out=Path("-"))
    assert capsys.readouterr().out.startswith("<!DOCTYPE html>")
    assert not (folder / "report.html").exists()


@pytest.mark.parametrize(
    "wanted", [{"format": "pdf"}, {"format": "md", "open": True}, {"out": Path("-"), "open": True}, {"out": Path("/")}]
)
def test_what_cannot_be_is_refused_in_one_line(folder: Path, wanted: dict[str, Any]) -> None:
    with pytest.raises(UsageError) as refused:
        report(str(folder), **wanted)
    assert refused.value.remedy


def test_a_run_that_has_not_ended_has_no_report(folder: Path) -> None:
    (folder / "result.json").unlink()
    with pytest.raises(PerfagentError, match="has not ended"):
        report(str(folder))


def test_a_calibration_has_every_form(calibration: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report(str(calibration))
    assert "Identical code is accepted" in Path(capsys.readouterr().out.strip()).read_text()
    report(str(calibration), format="md")
    assert "| `a` | CPU time | 2.0%" in capsys.readouterr().out
    show(str(calibration))
    assert "1 of 200" in capsys.readouterr().out
    show(str(calibration), json=True)
    assert json.loads(capsys.readouterr().out)["pairs"] == 4


def test_show_prints_the_diff_only_in_full(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    show(str(folder))
    short = capsys.readouterr().out
    show(str(folder), full=True)
    full = capsys.readouterr().out
    assert "An idea" in short
    assert f"perfagent apply {folder}" in short.replace("\n", "")
    assert "+new" not in short
    assert "+new" in full


def test_json_is_the_document_itself(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    show(str(folder), json=True)
    assert capsys.readouterr().out == (folder / "result.json").read_text() + "\n"
