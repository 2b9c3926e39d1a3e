"""What must hold before a candidate is worth timing: it applies, it keeps to what may be edited, it builds, the unit
tests pass as before, and the benchmarks are all there and yield what they yielded at the baseline."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from perfagent.agent.lab.bench import Bench
from perfagent.agent.lab.prepared import SizePlan
from perfagent.agent.lab.seeds import CHECK_SEED
from perfagent.agent.lab.sizing import sized
from perfagent.agent.services import Services
from perfagent.agent.state import Candidate, VerdictName
from perfagent.tools.equivalence import (
    StableValues,
    TestRun,
    TestSelection,
    TestSite,
    TestVerdict,
    compare,
    judge_candidate,
    run_tests,
)
from perfagent.tools.errors import BuildError, EditError
from perfagent.tools.measure.constants import GROWTH_TIMEOUT_S
from perfagent.tools.patch import Policy, changes_nothing, guard, read_patch
from perfagent.tools.report import RESTORED, Check, Record, TestCounts

#: How the verdict on a candidate begins under which a benchmark fails.
DOES_NOT_RUN = "a benchmark does not run"

#: Lines of evidence for whoever repairs a candidate.
EVIDENCE_LINES = 40

#: A candidate's tests may take this many times what the baseline's took, and at least MINIMUM_TESTS_S, in seconds.
TESTS_FACTOR = 10.0
MINIMUM_TESTS_S = 120.0


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

    def __init__(self, verdict: VerdictName, detail: str, evidence: Sequence[str] = ()) -> None:
        super().__init__(detail)
        self.verdict = verdict
        self.detail = detail
        self.evidence = tuple(evidence) or (detail,)


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
        """All checks of one candidate's diff."""
        return self._ended(lambda: self._changed_tree(candidate))

    def glance(self, candidate: Candidate) -> Checked:
        """The checks that run nothing: does it keep to the rules, does it apply."""
        return self._ended(lambda: self._changed_tree(candidate), run=False)

    def check_tree(self, tree: Path) -> Checked:
        """The checks of a whole other commit: its values and its tests, but no guard, for nobody hides a commit."""
        return self._ended(lambda: tree)

    def _ended(self, make_tree: Callable[[], Path], *, run: bool = True) -> Checked:
        failure: _Failed | None = None
        try:
            tree = make_tree()
            if run:
                with self.lab.open({"candidate": tree}) as bench:
                    self._step("same values", lambda: self._same_values(bench))
                    if any(plan.factor > 1 for plan in self.prepared.sizes):
                        self._step("larger inputs", lambda: self._larger_inputs(bench, tree))
                self._step("unit tests", lambda: self._unit_tests(tree))
        except _Failed as error:
            failure = error
        return Checked(
            failed=failure.verdict if failure else None,
            detail=failure.detail if failure else "",
            diff=self.diff,
            restored=self.restored,
            checks=tuple(self.done),
            tests=self.tests,
            evidence=failure.evidence[:EVIDENCE_LINES] if failure else (),
        )

    def _changed_tree(self, candidate: Candidate) -> Path:
        trees: list[Path] = []
        self._step("guard", lambda: self._guard(candidate))
        self._step("applies", lambda: self._applies(candidate, trees))
        return trees[0]

    def _step(self, name: str, check: Callable[[], str]) -> None:
        """Run one check; its text says what it saw, whether it passes or fails."""
        try:
            self.done.append(Check(name=name, ok=True, detail=check()))
        except _Failed as error:
            self.done.append(Check(name=name, ok=False, detail=error.detail))
            raise

    def _guard(self, candidate: Candidate) -> str:
        policy = Policy.of(
            self.lab.tree(candidate.parent), self.prepared.workload_paths(), paths=self.services.settings.paths
        )
        try:
            report = guard(self.services.folder.get(candidate.diff), policy)
        except EditError as error:
            raise _Failed("does_not_apply", error.message) from error
        self.restored = tuple(f"{each.path}: {each.reason}" for each in report.restored)
        self.diff = self.services.folder.put(report.diff)
        if report.refused is not None:
            raise _Failed("guarded", report.refused, self.restored)
        return f"{RESTORED}{'; '.join(self.restored)}" if self.restored else "only sources are changed"

    def _applies(self, candidate: Candidate, trees: list[Path]) -> str:
        diff = self.services.folder.get(self.diff)
        try:
            tree = self.lab.edited(candidate.parent, diff)
        except EditError as error:
            raise _Failed("does_not_apply", error.message) from error
        except BuildError as error:
            raise _Failed("build_failed", error.message, error.remedy.splitlines()) from error
        trees.append(tree)
        if changes_nothing(self.lab.tree(candidate.parent), tree, read_patch(diff)):
            raise _Failed("not_faster", "the patch changes comments or spacing only: the program is the same")
        return "the diff applies" + (" and builds" if self.lab.builder.concerns(tree, diff) else "")

    def _same_values(self, bench: Bench) -> str:
        values, trouble = bench.values("candidate", CHECK_SEED)
        if trouble:
            raise _Failed("tests_failed", f"{DOES_NOT_RUN}: {trouble}")
        known = StableValues(**self.services.folder.get_json(self.prepared.steadiness))
        expected = self.services.folder.get_json(self.prepared.values)
        names = [name for name in expected if known.comparable(name)]
        for name in names:
            if name not in values:
                raise _Failed("not_equivalent", f"{name} yields no value any more")
            difference = compare(expected[name], values[name], ignore=known.ignored(name))
            if difference is not None:
                raise _Failed("not_equivalent", f"{name}: {difference}")
        return _values_text(len(names), len(self.prepared.benchmarks))

    def _larger_inputs(self, bench: Bench, tree: Path) -> str:
        """What the benchmarks that take a size yield at a larger one: a patch may be right at the judged size only."""
        plans = [plan for plan in self.prepared.sizes if plan.factor > 1]
        return "; ".join(f"{plan.id}: {self._larger_input(bench, plan, tree)}" for plan in plans)

    def _larger_input(self, bench: Bench, plan: SizePlan, tree: Path) -> str:
        if not sized(self.prepared.plan(plan.id).workload, tree):
            return "not compared, the candidate's script takes no size"
        known = StableValues(**self.services.folder.get_json(plan.steadiness))
        if not known.comparable(plan.id):
            return f"yields nothing at {plan.factor}x that can be compared"
        larger = bench.scaled(plan.factor, GROWTH_TIMEOUT_S)
        values, trouble = larger.values("candidate", CHECK_SEED, frozenset({plan.id}))
        if trouble or plan.id not in values:
            raise _Failed("not_equivalent", f"{plan.id} fails at {plan.factor}x: {trouble or 'it yields no value'}")
        expected = self.services.folder.get_json(plan.values)[plan.id]
        difference = compare(expected, values[plan.id], ignore=known.ignored(plan.id))
        if difference is not None:
            raise _Failed("not_equivalent", f"{plan.id} is not equal at {plan.factor}x: {difference}")
        return f"equal at {plan.factor}x"

    def _unit_tests(self, tree: Path) -> str:
        if not self.prepared.stable:
            return "the target has none"
        verdict = judged_tests(self.services, tree)
        self.services.progress.tested(verdict.passed)
        broken = len(verdict.failed) + len(verdict.vanished) + len(verdict.newly_skipped)
        self.tests = TestCounts(passed=verdict.passed, failed=broken, flaky=len(verdict.flaky))
        if not verdict.ok:
            raise _Failed("tests_failed", tests_text(verdict), verdict.evidence)
        return tests_text(verdict)


def judged_tests(services: Services, tree: Path, select: Sequence[str] = ()) -> TestVerdict:
    """A tree's unit tests against those that pass stably at the baseline, in a copy they may write into.

    Args:
        select: node ids to run; all when empty.
    """
    prepared = services.lab.prepared
    stable = prepared.tests
    assert stable is not None
    if select:
        stable = stable.model_copy(update={"passing": tuple(n for n in stable.passing if _selected(n, select))})
    limit = max(MINIMUM_TESTS_S, TESTS_FACTOR * stable.seconds)

    def selection(names: Sequence[str], first: bool) -> TestSelection:
        return TestSelection(
            command=services.settings.test,
            select=tuple(names),
            exclude=prepared.benchmark_paths(),
            stop_at_first=first,
        )

    def again() -> TestRun:
        with _test_bench(services, services.lab.tree(prepared.base)) as (bench, site):
            return run_tests(bench.sandbox, site, selection((), False), timeout_s=limit, hash_seed=CHECK_SEED)

    with _test_bench(services, tree) as (bench, site):

        def run(names: Sequence[str], first: bool) -> TestRun:
            chosen = selection(names or select, first)
            return run_tests(bench.sandbox, site, chosen, timeout_s=limit, hash_seed=CHECK_SEED)

        return judge_candidate(stable, run, again)


@contextmanager
def _test_bench(services: Services, tree: Path) -> Iterator[tuple[Bench, TestSite]]:
    """A bench on a copy of a tree that its tests may write into."""
    lab = services.lab
    with lab.lent(tree) as copy, lab.open({"side": copy}, writable=True) as bench:
        yield bench, bench.test_site("side")


def tests_text(verdict: TestVerdict) -> str:
    """A verdict of the tests in one line."""
    groups = [
        (len(verdict.failed), "failed"),
        (len(verdict.vanished), "vanished"),
        (len(verdict.newly_skipped), "newly skipped"),
    ]
    told = [f"{count} {word}" for count, word in groups if count]
    first = next((name for name in (*verdict.failed, *verdict.vanished, *verdict.newly_skipped)), "")
    text = ", ".join([f"{verdict.passed} passed", *told]) + (f", first {first}" if first else "")
    return f"{text}: {verdict.error}" if verdict.error else text


def _selected(name: str, select: Sequence[str]) -> bool:
    return any(name == chosen or name.startswith((f"{chosen}::", f"{chosen}/", f"{chosen}[")) for chosen in select)


def _values_text(compared: int, benchmarks: int) -> str:
    if compared == benchmarks:
        return (
            f"all {benchmarks} benchmarks yield what they did" if benchmarks > 1 else "the benchmark yields what it did"
        )
    return f"{compared} of {benchmarks} benchmarks yield what they did; the others yield nothing that can be compared"
