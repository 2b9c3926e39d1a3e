"""SWE-Perf's run reports, joined and as pytest wrote them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from perfagent.benchmarks.gso_swe_perf.datasets import SwePerfInstance
from perfagent.benchmarks.gso_swe_perf.rescoring.swe_perf import read_run, rescore
from perfagent.tools.errors import UsageError

TEST = "tests/test_a.py::test_a"


def joined(root: Path, name: str, base: float, patch: float, ended: str = "passed") -> None:
    """A run's report.json: twenty runs a thousandth apart."""
    folder = root / name
    folder.mkdir(parents=True)
    (folder / "run_instance.log").write_text("ran\n")
    phases = {
        phase: {
            str(i): {"outcome": ended if phase == "human" else "passed", "duration": s + i / 1000} for i in range(20)
        }
        for phase, s in (("base", base), ("human", patch))
    }
    (folder / "report.json").write_text(json.dumps({TEST: phases}))


def row(name: str) -> SwePerfInstance:
    durations = [{TEST: {"base": 1 + i / 1000, "head": 0.7 + i / 1000}} for i in range(20)]
    facts: dict[str, Any] = {"instance_id": name, "repo": "o/r", "base_commit": "b" * 40, "patch": "x"}
    return SwePerfInstance.model_validate({**facts, "efficiency_test": [TEST], "duration_changes": durations})


def test_the_figures_are_shares_of_all_instances(tmp_path: Path) -> None:
    joined(tmp_path, "a", 1.0, 0.5)
    joined(tmp_path, "b", 1.0, 0.5, ended="failed")
    (tmp_path / "c").mkdir()
    (tmp_path / "c" / "run_instance.log").write_text("patch does not apply\n")
    told = rescore(str(tmp_path), [row(name) for name in "abcd"]).as_json()
    assert (told["apply"], told["correctness"], told["with_prediction"]) == (0.5, 0.25, 3)
    assert told["performance"] == pytest.approx(0.5 / 4, abs=0.005)
    assert told["human_total_performance"] == pytest.approx(0.3, abs=0.01)
    assert told["human_performance"] == pytest.approx(0.3 / 4, abs=0.003)


def test_without_rows_the_folders_are_all_there_is(tmp_path: Path) -> None:
    joined(tmp_path, "a", 1.0, 0.5)
    told = rescore(str(tmp_path)).as_json()
    assert (told["total"], told["apply"], told["human_performance"]) == (1, 1.0, None)
    assert told["instances"]["a"]["savings"] == {TEST: pytest.approx(0.5, abs=0.01)}


def parts(folder: Path, phase: str, count: int, test: dict[str, Any]) -> None:
    (folder / phase).mkdir(parents=True)
    for number in range(count):
        (folder / phase / f"report{number}.json").write_text(json.dumps({"tests": [{"nodeid": TEST, **test}]}))


def test_pytests_own_reports_are_read_in_their_place(tmp_path: Path) -> None:
    for phase, seconds in (("report_base", 1.0), ("report", 0.5)):
        parts(tmp_path, phase, 20, {"outcome": "passed", "call": {"duration": seconds, "outcome": "passed"}})
    found = read_run(tmp_path)
    assert found is not None and (len(found.base), found.patch[0][TEST].seconds) == (20, 0.5)


def test_a_missing_run_or_a_test_that_never_ran_is_no_report(tmp_path: Path) -> None:
    good = {"outcome": "passed", "call": {"duration": 1.0}}
    parts(tmp_path / "a", "report_base", 20, good)
    parts(tmp_path / "a", "report", 19, good)
    parts(tmp_path / "b", "report_base", 20, good)
    parts(tmp_path / "b", "report", 20, {"outcome": "error"})
    assert read_run(tmp_path / "a") is read_run(tmp_path / "b") is None


def test_another_folder_is_refused_in_a_line(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no folder"):
        rescore(str(tmp_path / "nowhere"))
    with pytest.raises(UsageError, match="holds no SWE-Perf run reports"):
        rescore(str(tmp_path))
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "report.json").write_text('{"t": {"base": 3}}')
    with pytest.raises(UsageError, match=r"t\.base"):
        rescore(str(tmp_path))
