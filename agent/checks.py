"""What must hold before a candidate is worth timing: it applies, it keeps to what may be edited, it builds, the unit
tests pass as before, and the benchmarks are all there and yield what they yielded at the baseline."""

from __future__ import annotations

from pathlib import Path

from perfagent.agent.services import Services
from perfagent.agent.state import Candidate, VerdictName
from perfagent.tools.equivalence import compare, judge_tests, run_tests
from perfagent.tools.errors import BuildError, EditError
from perfagent.tools.patch import Policy, guard, is_no_op_diff
from perfagent.tools.report import Check, Record, TestCounts

#: Values are read under this hash seed; which one does not matter, for unstable values are not compared.
VALUES_SEED = 1


class Checked(Record):
    """How the checks ended.

    Attributes:
        failed: the verdict when a check failed; None when the candidate may be timed.
        diff: digest of what the guard let through.
        restored: protected files whose changes were dropped.
        evidence: at most 40 lines for whoever repairs it.
    """

    failed: VerdictName | None = None
    detail: str = ""
    diff: str = ""
    restored: tuple[str, ...] = ()
    checks: tuple[Check, ...] = ()
    tests: TestCounts = TestCounts()
    evidence: tuple[str, ...] = ()


class _Failed(Exception):
    """A check failed; carries the verdict."""

    def __init__(self, verdict: VerdictName, detail: str, evidence: tuple[str, ...] = ()) -> None:
        super().__init__(detail)
        self.verdict = verdict
        self.detail = detail
        self.evidence = evidence or (detail,)


class Checker:
    """Runs the checks of one candidate, cheapest first, and stops at the first that fails."""

    def __init__(self, services: Services) -> None:
        self.services = services
        self.lab = services.lab
        self.prepared = services.lab.prepared
        self.done: list[Check] = []
        self.diff = ""
        self.restored: tuple[str, ...] = ()
        self.tests = TestCounts()

    def check(self, candidate: Candidate) -> Checked:
        """All checks of one candidate."""
        failure: _Failed | None = None
        name = ""
        try:
            name = "guard"
            self._guard(candidate)
            name = "applies"
            tree = self._applies(candidate)
            name = "same values"
            self._same_values(tree)
            name = "unit tests"
            self._unit_tests(tree)
        except _Failed as error:
            failure = error
            self.done.append(Check(name=name, ok=False, detail=error.detail))
        return Checked(
            failed=failure.verdict if failure else None,
            detail=failure.detail if failure else "",
            diff=self.diff,
            restored=self.restored,
            checks=tuple(self.done),
            tests=self.tests,
            evidence=failure.evidence[:40] if failure else (),
        )

    def _passed(self, name: str, detail: str) -> None:
        self.done.append(Check(name=name, ok=True, detail=detail))

    def _guard(self, candidate: Candidate) -> None:
        parent = self.lab.tree(candidate.parent)
        policy = Policy.of(parent, workloads=self.prepared.workload_paths(), extra=())
        try:
            report = guard(self.services.folder.get(candidate.diff), policy)
        except EditError as error:
            raise _Failed("does_not_apply", error.message) from error
        self.restored = tuple(f"{r.path}: {r.reason}" for r in report.restored)
        self.diff = self.services.folder.put(report.diff)
        if report.refused is not None:
            raise _Failed("guarded", report.refused, self.restored or (report.refused,))
        told = f"restored {'; '.join(self.restored)}" if self.restored else "only sources are changed"
        self._passed("guard", told)

    def _applies(self, candidate: Candidate) -> Path:
        diff = self.services.folder.get(self.diff)
        try:
            tree = self.lab.edited(candidate.parent, diff)
        except EditError as error:
            raise _Failed("does_not_apply", error.message) from error
        except BuildError as error:
            raise _Failed("build_failed", error.message, tuple(error.remedy.splitlines())) from error
        self._passed("applies", "the diff applies" + (" and builds" if self.services.settings.build else ""))
        return tree

    def _same_values(self, tree: Path) -> None:
        with self.lab.open({"candidate": tree}) as bench:
            values, trouble = bench.values("candidate", VALUES_SEED)
        if trouble:
            raise _Failed("tests_failed", f"a benchmark does not run: {trouble}")
        expected = self.services.folder.get_json(self.prepared.values)
        compared = 0
        for name, value in expected.items():
            if name in self.prepared.unstable:
                continue
            if name not in values:
                raise _Failed("not_equivalent", f"{name} yields no value any more")
            difference = compare(value, values[name])
            if difference is not None:
                raise _Failed("not_equivalent", f"{name}: {difference}")
            compared += 1
        self._passed("same values", _values_text(compared, len(self.prepared.unstable), len(self.prepared.benchmarks)))

    def _unit_tests(self, tree: Path) -> None:
        tests = self.prepared.tests
        if not tests.stable:
            self._passed("unit tests", "the target has none that pass stably")
            return
        copy = self.lab.writable_copy(tree, "tests")
        with self.lab.open({"candidate": copy}, writable=True) as bench:
            verdict = judge_tests(
                self.prepared.stable_tests(), lambda seed: run_tests(bench.test_site("candidate"), seed)
            )
        self.lab.discard(copy)
        self.services.progress.tested(verdict.passed)
        self.tests = TestCounts(passed=verdict.passed, failed=len(verdict.failed), flaky=len(verdict.flaky))
        if not verdict.ok:
            raise _Failed("tests_failed", verdict.summary, tuple(verdict.evidence))
        self._passed("unit tests", f"{verdict.passed} passed")


def _values_text(compared: int, unstable: int, benchmarks: int) -> str:
    if not compared:
        return f"none of {benchmarks} benchmarks yields a value that can be compared"
    note = f"; {unstable} differ between two runs of the baseline and were not compared" if unstable else ""
    return f"{compared} of {benchmarks} benchmarks yield equal values{note}"
