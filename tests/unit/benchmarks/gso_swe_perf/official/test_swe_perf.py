"""SWE-Perf's script and the reports it leaves."""

import json

import pytest

from perfagent.benchmarks.gso_swe_perf.datasets import SwePerfInstance
from perfagent.benchmarks.gso_swe_perf.official.attempts import Stopped
from perfagent.benchmarks.gso_swe_perf.official.swe_perf import PUBLISHED, evaluation_script, read_report
from perfagent.benchmarks.gso_swe_perf.records import TestTime

TEST_PATCH = """\
--- a/tests/test_a.py
+++ b/tests/test_a.py
@@ -1 +1 @@
-a
+b
--- /dev/null
+++ b/tests/test_new.py
@@ -0,0 +1 @@
+c
"""


def script(**fields: object) -> list[str]:
    row = {
        "instance_id": "o__r-1",
        "repo": "o/r",
        "base_commit": "a" * 40,
        "patch": "p",
        "test_patch": TEST_PATCH,
        "efficiency_test": ["t.py::a", "t.py::b[x y]"],
    }
    return evaluation_script(SwePerfInstance.model_validate(row | fields), "base", PUBLISHED).splitlines()


def test_three_runs_warm_up_and_twenty_are_measured() -> None:
    runs = [line for line in script() if line.startswith("pytest ")]
    assert sum("--json-report-file=report.json " in run for run in runs) == 3
    assert [f"--json-report-file=report{number}.json " in run for number, run in enumerate(runs[3:])] == [True] * 20


def test_the_options_are_the_published_ones() -> None:
    run = next(line for line in script() if line.startswith("pytest "))
    assert run == (
        "pytest -rA --durations=0 --disable-warnings --tb=no --continue-on-collection-errors -vv --json-report"
        " --json-report-file=report.json t.py::a 't.py::b[x y]'"
    )


def test_installed_then_restored_then_run_then_restored() -> None:
    lines = script()
    assert lines[0].startswith("python -m pip install")
    assert lines[1] == lines[-1] == "git checkout base tests/test_a.py"  # new files of the patch are not at the base


def test_without_a_test_patch_only_the_commit_is_named() -> None:
    assert script(test_patch="")[-1] == "git checkout base"


def test_a_report_is_outcomes_and_times_of_calls() -> None:
    tests = [{"nodeid": "t.py::a", "outcome": "failed", "setup": {"duration": 9.0}, "call": {"duration": 0.25}}]
    assert read_report(json.dumps({"tests": tests}).encode(), "base_failed") == {
        "t.py::a": TestTime(outcome="failed", seconds=0.25)
    }


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ('{"tests": [{"nodeid": "t", "outcome": "skipped"}]}', "no 'call'"),
        ("{}", "no 'tests'"),
        ("[]", "cannot be read"),
        ('{"tests": [', "cannot be read"),
        ('{"tests": [{"nodeid": "t", "outcome": "passed", "call": {"duration": "fast"}}]}', "cannot be read"),
    ],
)
def test_a_report_that_is_none_stops_the_protocol(content: str, complaint: str) -> None:
    with pytest.raises(Stopped, match=complaint) as stopped:
        read_report(content.encode(), "tests_failed")
    assert stopped.value.status == "tests_failed"
