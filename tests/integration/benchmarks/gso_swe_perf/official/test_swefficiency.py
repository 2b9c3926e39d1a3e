"""SWE-fficiency's protocol in real containers, on a small project of our own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from perfagent.benchmarks.gso_swe_perf.datasets import SwefficiencyInstance
from perfagent.benchmarks.gso_swe_perf.official.swefficiency import SwefficiencyProtocol, measure_swefficiency
from perfagent.benchmarks.gso_swe_perf.places import Arena
from perfagent.benchmarks.gso_swe_perf.records import Outcome, SwefficiencyTimings

pytestmark = pytest.mark.docker

STRICT = SwefficiencyProtocol(strict=True)
FIRST, SECOND = "test_slow.py::test_double", "test_more.py::test_text"
FORGED = "print('Mean: 0.000001')\nprint('Std Dev: 0')\n"

Measure = Callable[..., Outcome]


@pytest.fixture
def measure(arena: Arena, swefficiency: Callable[..., SwefficiencyInstance]) -> Measure:
    def run(patch: str, protocol: SwefficiencyProtocol | None = None, **fields: object) -> Outcome:
        return measure_swefficiency(
            arena, swefficiency(**fields), patch, "someone", protocol or SwefficiencyProtocol(limit_s=120)
        )

    return run


def timings(outcome: Outcome) -> SwefficiencyTimings:
    assert outcome.status == "graded", outcome.detail
    assert outcome.swefficiency is not None
    return outcome.swefficiency


def test_a_faster_patch(measure: Measure, project: Any) -> None:
    outcome = measure(project.diff({"slow.py": project.fast}))
    found = timings(outcome)
    assert found.before_mean > 0.05 > found.after_mean
    assert found.tests == {FIRST: True, SECOND: True}
    assert (outcome.executions, outcome.detail, outcome.environment) == (6, "", "local")


def test_an_empty_patch_is_measured_like_any_other(measure: Measure) -> None:
    found = timings(measure(""))
    assert min(found.before_mean, found.after_mean) > 0.05
    assert found.patch_lines == 0


def test_a_patch_that_breaks_a_test(measure: Measure, project: Any) -> None:
    assert timings(measure(project.diff({"slow.py": project.wrong}))).tests == {FIRST: True, SECOND: False}


def test_a_memo_does_not_outlive_its_sample(measure: Measure, project: Any) -> None:
    memo = project.slow.replace("import time", "import functools\nimport time").replace(
        "def d", "@functools.cache\ndef d"
    )
    assert timings(measure(project.diff({"slow.py": memo}))).after_mean > 0.05


def test_covering_tests_are_restored(measure: Measure, project: Any) -> None:
    patch = project.diff(
        {"slow.py": project.wrong, "test_more.py": "def test_text():\n    pass\n", "test_slow.py": None}
    )
    assert timings(measure(patch)).tests == {FIRST: True, SECOND: False}


def test_a_patch_that_looks_at_its_callers(measure: Measure, project: Any) -> None:
    outcome = measure(project.diff({"slow.py": "import inspect\n" + project.fast}))
    assert outcome.status == "tests_failed"
    assert outcome.swefficiency is not None
    assert outcome.swefficiency.introspection == ("slow.py:1: imports inspect",)
    assert outcome.swefficiency.tests == {}


@pytest.mark.parametrize(("protocol", "status"), [(None, "graded"), (STRICT, "tests_failed")])
def test_the_pragma_lets_a_patch_off_as_published(
    measure: Measure, project: Any, protocol: SwefficiencyProtocol | None, status: str
) -> None:
    patch = project.diff({"slow.py": "import inspect  # stackguard: allow\n" + project.fast})
    assert measure(patch, protocol).status == status


def test_a_mean_printed_by_the_patched_build_is_believed_as_published(measure: Measure, project: Any) -> None:
    found = timings(measure(project.diff({"build.py": FORGED})))
    assert (found.after_mean, found.after_std) == (0.000001, 0)


def test_a_mean_printed_by_the_patched_build_is_not_believed_when_strict(measure: Measure, project: Any) -> None:
    assert timings(measure(project.diff({"build.py": FORGED}), STRICT)).after_mean > 0.05


def test_a_patch_that_does_not_apply(measure: Measure, project: Any) -> None:
    outcome = measure(project.diff({"slow.py": project.fast}).replace("sleep(0.05)", "sleep(7)"))
    assert (outcome.status, outcome.executions) == ("patch_failed", 3)


def test_a_patch_that_breaks_the_install(measure: Measure, project: Any) -> None:
    outcome = measure(project.diff({"build.py": "raise SystemExit('no build')\n"}))
    assert (outcome.status, outcome.detail) == ("patch_failed", "the workload did not start: no build")


def test_a_patch_that_breaks_the_workload(measure: Measure, project: Any) -> None:
    outcome = measure(project.diff({"slow.py": "double = None\n"}))
    assert outcome.status == "tests_failed"
    assert outcome.detail.startswith("the workload did not end: ")


def test_a_workload_that_fails_unpatched(measure: Measure, project: Any) -> None:
    workload = "import timeit\nimport nothing\nruntimes = timeit.repeat(print)\n"
    outcome = measure(project.diff({"slow.py": project.fast}), workload=workload)
    assert (outcome.status, outcome.executions) == ("base_failed", 5)


def test_a_workload_that_takes_too_long(measure: Measure, project: Any) -> None:
    outcome = measure(project.diff({"slow.py": project.fast}), SwefficiencyProtocol(limit_s=0.1))
    assert (outcome.status, outcome.detail) == ("base_failed", "the workload did not end within 0.1 s")


def test_a_workload_that_times_nothing(measure: Measure) -> None:
    assert measure("", workload="print('Mean: 1')\n").status == "error"


def test_tests_that_pass_unpatched_stand_in_where_the_row_names_none(measure: Measure, project: Any) -> None:
    outcome = measure(project.diff({"slow.py": project.wrong}), PASS_TO_PASS=[])
    assert timings(outcome).tests == {FIRST: True, SECOND: False}
    assert outcome.detail == "PASS_TO_PASS is not in the row: the 2 tests that pass unpatched stand in"


def test_a_row_without_tests_is_graded_by_its_times(measure: Measure, project: Any) -> None:
    outcome = measure(project.diff({"slow.py": project.fast}), covering_tests=[])
    assert timings(outcome).tests == {}
    assert "names no tests" in outcome.detail


def test_files_that_must_run_alone_have_a_fixed_hash_seed(measure: Measure) -> None:
    alone = "test_alone.py::test_seed"
    fields = {"covering_tests": ["/testbed/test_alone.py"], "PASS_TO_PASS": [alone]}
    assert timings(measure("", **fields)).tests == {alone: False}
    fields["single_thread_tests"] = ["/testbed/test_alone.py"]
    assert timings(measure("", **fields)).tests == {alone: True}
