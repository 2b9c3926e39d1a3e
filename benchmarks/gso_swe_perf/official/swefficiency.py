"""SWE-fficiency's protocol: the workload before and after the patch, the guard, and the tests that must still pass.

As the SWE-fficiency harness (run_validation.py, test_spec.py) does it, in one container: the workload, rewritten so
that no sample profits from another (see isolation); the patch; the workload again, behind a new install; test files
back as they were; the guard against introspection (see introspection); then every covering test file in a process of
its own, in random order and several at a time, those that need it alone and with a fixed hash seed. An empty patch is
measured like any other.

Otherwise than there:
- the container has the core it was opened with, not four pinned ones;
- the guard runs on our side, and a mean that is no time is refused (see workload_output);
- a row without PASS_TO_PASS: the tests that pass in the unpatched container stand in, and the outcome says so. A row
  without test files is graded by its times alone, and says so; the harness would fail it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from perfagent.benchmarks.gso_swe_perf.official import introspection, isolation
from perfagent.benchmarks.gso_swe_perf.official.attempts import Attempt, Stopped
from perfagent.benchmarks.gso_swe_perf.official.covering import CoveringTests
from perfagent.benchmarks.gso_swe_perf.official.patches import apply, base_revision, last_line, swefficiency_ladder
from perfagent.benchmarks.gso_swe_perf.official.workload_output import END, START, Printed, read_printed, started
from perfagent.benchmarks.gso_swe_perf.records import Outcome, Status, SwefficiencyTimings
from perfagent.tools.errors import MeasurementError, WorkloadError

if TYPE_CHECKING:
    from perfagent.benchmarks.gso_swe_perf.datasets import SwefficiencyInstance
    from perfagent.benchmarks.gso_swe_perf.places import Arena

#: Source: SWE-fficiency harness, test_spec.py.
WORKLOAD = "/tmp/workload.py"


@dataclass(frozen=True, slots=True)
class SwefficiencyProtocol:
    """The protocol's constants, as published.

    Attributes:
        limit_s: for each of the scripts: workload, workload again, tests.
            Source: SWE-fficiency harness, run_validation.py.
        parallel: test files at a time. Source: the same, test_spec.py (parallel_workers).
        retries: of a test file whose runner exits above 1, that is not with failed tests.
            Source: the same (NUM_RETRY).
        isolate: rewrite the workload. Source: the same, run_validation.py (process_isolation).
        strict: close the holes of the guard and of reading the workload's output; the published protocol does not.
    """

    limit_s: float = 7200.0
    parallel: int = 4
    retries: int = 2
    isolate: bool = True
    strict: bool = False


PUBLISHED = SwefficiencyProtocol()


def measure_swefficiency(
    arena: Arena, instance: SwefficiencyInstance, patch: str, subject: str, protocol: SwefficiencyProtocol = PUBLISHED
) -> Outcome:
    """Time an instance's workload before and after a patch and run its tests.

    Raises:
        SandboxError: the arena broke.
    """
    attempt = Attempt(arena, instance, subject)
    try:
        return _Measurement(arena, instance, protocol, attempt).perform(patch)
    except Stopped as stopped:
        return attempt.ended(stopped.status, stopped.detail)
    except WorkloadError as error:
        return attempt.ended("error", str(error))


class _Measurement:
    """The steps of one attempt, in the order they are taken."""

    def __init__(
        self, arena: Arena, instance: SwefficiencyInstance, protocol: SwefficiencyProtocol, attempt: Attempt
    ) -> None:
        self._arena, self._instance, self._protocol, self._attempt = arena, instance, protocol, attempt
        isolated = protocol.isolate and instance.instance_id not in isolation.EXEMPT
        self._workload = isolation.isolate(instance.workload) if isolated else instance.workload
        self._samples = isolation.samples(instance.workload)
        self._tests = CoveringTests(arena, instance, protocol.parallel, protocol.retries, protocol.limit_s)

    def perform(self, patch: str) -> Outcome:
        """All steps; what is found wrong ends them."""
        base = base_revision(self._arena, self._instance)
        before = self._timed("base_failed")
        wanted, detail = self._wanted()
        # A missing last newline is forgiven; source: SWE-fficiency harness, run_validation.py.
        patch = patch if not patch or patch.endswith("\n") else patch + "\n"
        apply(self._arena, patch, swefficiency_ladder(base))
        written = [patch, self._written(base)] if self._protocol.strict else [patch]
        after = self._timed("tests_failed")
        figures = SwefficiencyTimings(
            before_mean=before.mean,
            before_std=before.std,
            after_mean=after.mean,
            after_std=after.std,
            patch_lines=len(patch.splitlines()),
        )
        self._tests.restore(base)
        if findings := self._introspection(written):
            figures = figures.model_copy(update={"introspection": findings})
            return self._attempt.ended("tests_failed", f"the patch looks at its callers: {findings[0]}", figures)
        passed = self._tests.passed("tests_failed") if wanted else set()
        figures = figures.model_copy(update={"tests": {test: test in passed for test in wanted}})
        return self._attempt.ended("graded", detail, figures)

    def _timed(self, failure: Status) -> Printed:
        """One execution of the workload behind a new install; `failure` is for the workload's own."""
        # Again before each execution, as the patched code may have changed it.
        self._arena.put(WORKLOAD, self._workload.encode())
        finished = self._arena.run(performance_script(self._instance), self._protocol.limit_s)
        self._attempt.executions += self._samples
        if finished.timed_out:
            raise Stopped(failure, f"the workload did not end within {self._protocol.limit_s:g} s")
        try:
            return read_printed(finished.output, between_tags=self._protocol.strict)
        except MeasurementError as error:
            installs = started(finished.output) or failure == "base_failed"
            detail = f"{error}: {last_line(finished)}" if finished.exit_code else str(error)
            raise Stopped(failure if installs else "patch_failed", detail) from None

    def _wanted(self) -> tuple[tuple[str, ...], str]:
        """The tests that must pass after the patch, and what is to be said of them."""
        if not self._tests.files:
            return (), "the row names no tests: nothing but the times was looked at"
        if self._instance.pass_to_pass:
            return self._instance.pass_to_pass, ""
        wanted = tuple(sorted(self._tests.passed("base_failed")))
        if not wanted:
            raise Stopped("base_failed", "no covering test passes before the patch")
        return wanted, f"PASS_TO_PASS is not in the row: the {len(wanted)} tests that pass unpatched stand in"

    def _introspection(self, diffs: Sequence[str]) -> tuple[str, ...]:
        """What the guard objects to in several accounts of one change, one line each."""
        if self._instance.instance_id in introspection.EXEMPT:
            return ()
        look = introspection.all_findings if self._protocol.strict else introspection.published_findings
        return tuple(dict.fromkeys(str(finding) for diff in diffs for finding in look(diff, self._read)))

    def _read(self, path: str) -> str | None:
        """Text of a file of the patched tree."""
        content = self._arena.get(f"{self._arena.place.tree}/{path}")
        try:
            return content.decode() if content is not None else None
        except UnicodeDecodeError:
            return None

    def _written(self, base: str) -> str:
        """What the patch did to the tree, as git tells it, as a crafted diff can be read in two ways.

        Beside the diff, not in its place: what the patch makes git ignore is only there.
        """
        index = "GIT_INDEX_FILE=/tmp/index"
        changes = f"git diff --cached --no-color --no-ext-diff --no-renames {base}"
        finished = self._arena.run(f"{index} git read-tree {base} && {index} git add -A && {index} {changes}")
        if finished.exit_code != 0:
            raise Stopped("error", f"git cannot say what the patch changed: {last_line(finished)}")
        return finished.output


def performance_script(instance: SwefficiencyInstance) -> str:
    """The script around the workload, as bash; it ends at the first failure."""
    return "\n".join(
        ["set -exo pipefail", *instance.recipe.install, f"echo '{START}'", f"python {WORKLOAD}", f"echo '{END}'"]
    )
