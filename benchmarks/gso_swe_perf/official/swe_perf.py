"""SWE-Perf's protocol: the efficiency tests, timed before and after the patch in one container.

As the SWE-Perf harness (run_evaluation.py, test_spec.py) does it: one script installs the project, takes the files of
the expert's test patch from the base commit, runs the efficiency tests 3 times to warm up and 20 times measured, each
time in one pytest process, and takes those files back again. It runs on the base, then the patch is applied, then it
runs again. A test's time is that of its call: fixtures are not timed. Only what the harness prints for the record
(`git status`, `git show`, `git diff`) is left out.

What follows from it, and stays as it is published:
- the timed tests are the only check; files of tests that the expert's patch did not change are not restored, so a patch
  may rewrite those and `conftest.py`, and be timed with them;
- all tests of a run share one process, and all runs one container, so caches in memory and on disk count as speed;
- reports lie in the patched tree: a patch that keeps pytest from writing them may bring its own;
- a test that has no call, as it is skipped or its fixture fails, makes the harness lose the whole instance.
"""

from __future__ import annotations

import json
import re
import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING

from perfagent.benchmarks.gso_swe_perf.official.attempts import Attempt, Stopped
from perfagent.benchmarks.gso_swe_perf.official.patches import SWE_PERF, apply, base_revision, last_line
from perfagent.benchmarks.gso_swe_perf.records import Outcome, Status, SwePerfTimings, TestTime

if TYPE_CHECKING:
    from perfagent.benchmarks.gso_swe_perf.datasets import SwePerfInstance
    from perfagent.benchmarks.gso_swe_perf.places import Arena

#: Source: SWE-Perf harness, constants.py (`test_all_cmd`) and test_spec.py.
PYTEST = (
    "pytest -rA --durations=0 --disable-warnings --tb=no --continue-on-collection-errors -vv --json-report"
    " --json-report-file={report} {tests}"
)
#: Files that a diff changes or removes, not new ones. Source: SWE-Perf harness, DIFF_MODIFIED_FILE_REGEX.
_CHANGED = re.compile(r"^--- a/(.*)", re.MULTILINE)
#: The harness installs it anew every time, for which a container without a network is no place.
_PLUGIN = "python -c 'import pytest_jsonreport' 2> /dev/null || python -m pip install -q pytest-json-report"


@dataclass(frozen=True, slots=True)
class SwePerfProtocol:
    """The protocol's constants, as published.

    Attributes:
        warmups, runs: of pytest on each side. Source: SWE-Perf harness, test_spec.py (REPEAT_TIME).
        limit_s: for each side. Source: SWE-Perf harness, run_evaluation.py (--timeout).
    """

    warmups: int = 3
    runs: int = 20
    limit_s: float = 1800.0


PUBLISHED = SwePerfProtocol()


def measure_swe_perf(
    arena: Arena, instance: SwePerfInstance, patch: str, subject: str, protocol: SwePerfProtocol = PUBLISHED
) -> Outcome:
    """Time an instance's efficiency tests before and after a patch.

    Tests that fail or are gone are in the figures, and for the score to judge. An empty patch is not run, as published.

    Raises:
        SandboxError: the arena broke.
    """
    attempt = Attempt(arena, instance, subject)
    if not patch.strip():
        return attempt.ended("empty_patch", "the prediction holds no patch")
    try:
        base = base_revision(arena, instance)
        prepared = arena.run(_PLUGIN)
        if prepared.exit_code != 0:
            detail = "pytest-json-report is not in the environment and cannot be installed"
            raise Stopped("error", f"{detail}: {last_line(prepared)}")
        script = evaluation_script(instance, base, protocol)
        before = _side(arena, attempt, script, protocol, "base_failed")
        apply(arena, patch, SWE_PERF)
        after = _side(arena, attempt, script, protocol, "tests_failed")
    except Stopped as stopped:
        return attempt.ended(stopped.status, stopped.detail)
    return attempt.ended("graded", figures=SwePerfTimings(base=before, patch=after))


def evaluation_script(instance: SwePerfInstance, base: str, protocol: SwePerfProtocol) -> str:
    """The script of one side, as bash; it goes on after failures, so that the test files are taken back in any case."""
    files = " ".join(map(shlex.quote, _CHANGED.findall(instance.test_patch)))
    restore = f"git checkout {shlex.quote(base)} {files}".rstrip()
    tests = " ".join(map(shlex.quote, instance.efficiency_test))
    reports = ["report.json"] * protocol.warmups + [_report(run) for run in range(protocol.runs)]
    runs = [PYTEST.format(report=report, tests=tests) for report in reports]
    return "\n".join([*instance.recipe.install, restore, *runs, restore])


def _report(run: int) -> str:
    return f"report{run}.json"


def _side(
    arena: Arena, attempt: Attempt, script: str, protocol: SwePerfProtocol, failure: Status
) -> tuple[dict[str, TestTime], ...]:
    """Run the script and read what its measured runs reported.

    Raises:
        Stopped: with the status `failure`.
    """
    finished = arena.run(script, protocol.limit_s)
    if finished.timed_out:
        raise Stopped(failure, f"the efficiency tests did not end within {protocol.limit_s:g} s")
    attempt.executions += protocol.warmups + protocol.runs
    side = []
    for run in range(protocol.runs):
        content = arena.get(f"{arena.place.tree}/{_report(run)}")
        if content is None:
            raise Stopped(failure, f"pytest left no report: {last_line(finished)}")
        side.append(read_report(content, failure))
    arena.run("rm -rf report*.json")
    return tuple(side)


def read_report(content: bytes, failure: Status) -> dict[str, TestTime]:
    """Every test of one report of pytest-json-report, with its outcome and the seconds of its call.

    Raises:
        Stopped: with the status `failure`: it is no such report, or a test has no call.
    """
    try:
        tests = json.loads(content)["tests"]
        return {test["nodeid"]: TestTime(outcome=test["outcome"], seconds=test["call"]["duration"]) for test in tests}
    except KeyError as error:
        raise Stopped(failure, f"a test was not called: its report has no {error}") from None
    except (ValueError, TypeError):
        raise Stopped(failure, "pytest's report cannot be read") from None
