"""SWE-Perf's protocol in real containers, on a small project of our own."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from perfagent.benchmarks.gso_swe_perf.datasets import SwePerfInstance
from perfagent.benchmarks.gso_swe_perf.official.swe_perf import SwePerfProtocol, measure_swe_perf
from perfagent.benchmarks.gso_swe_perf.places import Arena
from perfagent.benchmarks.gso_swe_perf.records import Outcome, SwePerfTimings

pytestmark = pytest.mark.docker

SHORT = SwePerfProtocol(warmups=1, runs=2, limit_s=120)
FIRST, SECOND = "test_slow.py::test_double", "test_more.py::test_text"

Measure = Callable[..., Outcome]


@pytest.fixture
def measure(arena: Arena, swe_perf: Callable[..., SwePerfInstance]) -> Measure:
    def run(patch: str, protocol: SwePerfProtocol = SHORT, **fields: object) -> Outcome:
        return measure_swe_perf(arena, swe_perf(**fields), patch, "someone", protocol)

    return run


def timings(outcome: Outcome) -> SwePerfTimings:
    assert outcome.status == "graded", outcome.detail
    assert outcome.swe_perf is not None
    return outcome.swe_perf


def test_a_faster_patch(measure: Measure, project: Any) -> None:
    outcome = measure(project.diff({"slow.py": project.fast}))
    found = timings(outcome)
    assert [*map(set, found.base)] == [*map(set, found.patch)] == [{FIRST, SECOND}] * 2
    assert all(
        run[FIRST].seconds > 0.05 > run_after[FIRST].seconds
        for run, run_after in zip(found.base, found.patch, strict=True)
    )
    assert {test.outcome for run in found.patch for test in run.values()} == {"passed"}
    assert (outcome.executions, outcome.environment, outcome.subject) == (6, "local", "someone")


def test_a_patch_that_breaks_a_test_is_for_the_score_to_judge(measure: Measure, project: Any) -> None:
    found = timings(measure(project.diff({"slow.py": project.wrong})))
    assert [run[FIRST].outcome for run in found.patch] == ["passed", "passed"]  # 2 + 2 is twice 2
    assert [run[SECOND].outcome for run in found.base + found.patch] == ["passed", "passed", "failed", "failed"]


def test_only_test_files_that_the_expert_changed_are_restored(measure: Measure, project: Any) -> None:
    assert set(timings(measure(project.diff({"test_slow.py": None}))).patch[0]) == {FIRST, SECOND}


def test_other_test_files_may_be_removed_by_a_patch(measure: Measure, project: Any) -> None:
    assert SECOND not in timings(measure(project.diff({"test_more.py": None}))).patch[0]


def test_a_patch_git_does_not_apply_is_tried_with_fuzz(measure: Measure, project: Any) -> None:
    patch = project.diff({"slow.py": project.fast}).replace('"""Twice x."""', '"""Two x."""')
    assert timings(measure(patch)).patch[0][FIRST].seconds < 0.05


def test_a_removal_of_what_is_not_there_is_applied_backwards_as_published(measure: Measure, project: Any) -> None:
    patch = project.diff({"slow.py": project.fast}).replace("time.sleep(0.05)", "time.sleep(0.2)")
    assert timings(measure(patch)).patch[0][FIRST].seconds > 0.25


def test_a_patch_that_does_not_apply(measure: Measure, project: Any) -> None:
    patch = project.diff({"slow.py": project.wrong}).replace("time.sleep(0.05)", "time.sleep(7)")
    outcome = measure(patch)
    assert (outcome.status, outcome.executions) == ("patch_failed", 3)
    assert "does not apply" in outcome.detail


def test_an_empty_patch_is_not_run(measure: Measure) -> None:
    outcome = measure("\n")
    assert (outcome.status, outcome.executions) == ("empty_patch", 0)


def test_a_base_that_takes_too_long(measure: Measure, project: Any) -> None:
    outcome = measure(project.diff({"slow.py": project.fast}), SwePerfProtocol(warmups=1, runs=2, limit_s=0.2))
    assert (outcome.status, outcome.detail) == ("base_failed", "the efficiency tests did not end within 0.2 s")


def test_a_test_without_a_call_loses_the_instance_as_published(measure: Measure, project: Any) -> None:
    skipped = "import pytest\n\n\n@pytest.mark.skip\ndef test_text():\n    pass\n"
    outcome = measure(project.diff({"test_more.py": skipped}))
    assert (outcome.status, outcome.detail) == ("tests_failed", "a test was not called: its report has no 'call'")


def test_reports_of_the_patch_itself_are_believed_as_published(measure: Measure, project: Any) -> None:
    tests = [{"nodeid": test, "outcome": "passed", "call": {"duration": 1e-6}} for test in (FIRST, SECOND)]
    report = json.dumps({"tests": tests}) + "\n"
    exits = "import os\nos._exit(0)\n"
    found = timings(measure(project.diff({"conftest.py": exits, "report0.json": report, "report1.json": report})))
    assert {test.seconds for run in found.patch for test in run.values()} == {1e-6}


def test_an_unknown_base_commit_is_where_the_containers_repository_stands(measure: Measure, project: Any) -> None:
    patch = project.diff({"slow.py": project.fast, "test_slow.py": None})
    assert set(timings(measure(patch, base_commit="0" * 40)).patch[0]) == {FIRST, SECOND}
