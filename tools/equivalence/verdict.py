"""From runs of the tests to a verdict: which tests can be trusted, and whether a candidate breaks one of
them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pydantic import BaseModel, ConfigDict

from perfagent.tools.equivalence.tests import COMMAND_TEST, TestRun
from perfagent.tools.errors import BuildError, WorkloadError

# Different seeds, so that a test that depends on the order of a set shows itself at the baseline.
BASELINE_SEEDS = (0, 1, 2)
MAX_EVIDENCE_LINES = 40
# Runs of the baseline's own code that an unsteady test gets before the candidate is blamed.
RECHECKS = 3
# A patch that fails more tests than this has broken something; trying them again would only take time.
MAX_RETRIED = 20


class StableTests(BaseModel):
    """What the tests say at the baseline, each name a node id, sorted.

    Attributes:
        passing: passed in every run; only these judge a candidate.
        flaky: ended differently in different runs.
        failing: failed or could not be set up in every run.
        skipped: skipped, xfailed or xpassed in every run.
        collection_errors: modules that could not be collected, with why.
        seconds: wall time of the fastest run.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    passing: tuple[str, ...]
    flaky: tuple[str, ...] = ()
    failing: tuple[str, ...] = ()
    skipped: tuple[str, ...] = ()
    collection_errors: dict[str, str] = {}
    seconds: float


class TestVerdict(BaseModel):
    """What a candidate's run of the tests says.

    Attributes:
        ok: whether every stable test still passes.
        passed: how many of the baseline's stable tests passed.
        failed: stable tests that failed or could not be set up.
        vanished: stable tests without any outcome.
        newly_skipped: stable tests that were skipped or marked as expected failures.
        uncollectable: test modules that could be collected at the baseline.
        flaky: tests that are no evidence because the baseline's own code fails them at times.
        unsteady: failed tests that passed when the candidate ran them again; they count as failed.
        error: one line on what ended the run early; empty when it came to its end.
        evidence: at most 40 lines for people and models.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    __test__ = False

    ok: bool
    passed: int
    failed: tuple[str, ...] = ()
    vanished: tuple[str, ...] = ()
    newly_skipped: tuple[str, ...] = ()
    uncollectable: tuple[str, ...] = ()
    flaky: tuple[str, ...] = ()
    unsteady: tuple[str, ...] = ()
    error: str = ""
    evidence: tuple[str, ...] = ()


def baseline_tests(run: Callable[[int], TestRun]) -> StableTests:
    """Learn from the baseline which tests can be trusted: two runs with different hash seeds, a third when
    they differ.

    Args:
        run: runs every test once with the hash seed given.

    Raises:
        BuildError: nothing passes because the test modules cannot even be imported.
        WorkloadError: there are no tests, none passes, or the run does not come to its end.
    """
    runs = [_usable(run(seed)) for seed in BASELINE_SEEDS[:2]]
    if runs[0].outcomes != runs[1].outcomes:
        runs.append(_usable(run(BASELINE_SEEDS[2])))
    stable = _stable(runs)
    if not stable.passing:
        _refuse(runs[0], stable)
    return stable


def _usable(run: TestRun) -> TestRun:
    if not run.complete:
        raise WorkloadError(
            f"the tests do not run at the baseline: {run.error}", "see --test, or raise the time limit", code="PA407"
        )
    return run


def _refuse(run: TestRun, stable: StableTests) -> None:
    """Raise for a baseline that no test can judge."""
    if run.collection_errors and not run.outcomes:
        remedy = "install what the tests need with --setup, or name a test command with --test"
        raise BuildError(f"the tests cannot be imported at the baseline: {run.error}", remedy, code="PA408")
    if not run.outcomes:
        raise WorkloadError("the target has no tests", "name a test command with --test", code="PA406")
    why = next((lines[-1] for lines in run.evidence.values() if lines), "no reason was given")
    if tuple(run.outcomes) == (COMMAND_TEST,):
        raise WorkloadError(
            f"the test command fails at the baseline: {why}", "mend --test, or what it needs: --setup", code="PA407"
        )
    total = len(run.outcomes)
    first = next(iter(stable.failing or stable.flaky or stable.skipped))
    remedy = "install what they need with --setup, or name a test command with --test"
    raise WorkloadError(
        f"none of the unit tests ({total}) passes at the baseline; {first}: {why}", remedy, code="PA407"
    )


def _stable(runs: Sequence[TestRun]) -> StableTests:
    groups: dict[str, list[str]] = {"passing": [], "flaky": [], "failing": [], "skipped": []}
    for name in sorted(set().union(*(run.outcomes for run in runs))):
        groups[_steadiness([run.outcomes.get(name) for run in runs])].append(name)
    return StableTests(
        **{group: tuple(names) for group, names in groups.items()},
        collection_errors=runs[0].collection_errors,
        seconds=min(run.seconds for run in runs),
    )


def _steadiness(outcomes: Sequence[str | None]) -> str:
    """The group of a test from how it ended in each run."""
    if all(outcome == "passed" for outcome in outcomes):
        return "passing"
    if all(outcome in ("failed", "error") for outcome in outcomes):
        return "failing"
    return "skipped" if len(set(outcomes)) == 1 else "flaky"


def broken(baseline: StableTests, run: TestRun) -> tuple[str, ...]:
    """The stable tests that a run does not show to pass, sorted; those it never came to are left out when it
    stopped.
    """
    missing_counts = not run.stopped
    return tuple(
        name
        for name in baseline.passing
        if run.outcomes.get(name, "passed" if not missing_counts else None) != "passed"
    )


def judge_candidate(
    baseline: StableTests,
    run_candidate: Callable[[Sequence[str], bool], TestRun],
    run_baseline: Callable[[], TestRun],
) -> TestVerdict:
    """Run a candidate's tests and decide, stopping at the first failure, and telling broken from flaky.

    A failing test is run again, alone. If it fails again the candidate broke it. If it passes, the baseline's
    own code gets
    three more full runs to fail it: then the test is flaky and judges nobody. If the baseline never fails it,
        the candidate is
    refused although its second try passed, because making a steady test unsteady is a defect of the patch.

    Args:
        baseline: the tests that can be trusted.
        run_candidate: runs the named tests of the candidate, all when none is named, and stops at the first
            failure when told so; with a hash seed of BASELINE_SEEDS, so that what depends on the seed alone
            is known already.
        run_baseline: runs all tests of the baseline once more with that seed.
    """
    run = run_candidate((), True)
    verdict, baseline = _settled(baseline, run, run_candidate, run_baseline)
    if run.stopped and not (verdict.failed or verdict.uncollectable):
        # Only what judges nobody failed before it stopped, and the rest has not been run.
        run = run_candidate((), False)
        verdict, baseline = _settled(baseline, run, run_candidate, run_baseline)
    return verdict


def _settled(
    baseline: StableTests,
    run: TestRun,
    run_candidate: Callable[[Sequence[str], bool], TestRun],
    run_baseline: Callable[[], TestRun],
) -> tuple[TestVerdict, StableTests]:
    """The verdict on a run after second tries, and what they taught about the baseline."""
    failed = judge_tests(baseline, run).failed
    if not 0 < len(failed) <= MAX_RETRIED:
        return judge_tests(baseline, run), baseline
    again = run_candidate(failed, False)
    unsteady = [name for name in failed if again.outcomes.get(name) == "passed"]
    if unsteady:
        baseline = recheck_baseline(baseline, unsteady, run_baseline)
    return judge_tests(baseline, run, again), baseline


def recheck_baseline(
    baseline: StableTests, suspects: Sequence[str], run_baseline: Callable[[], TestRun]
) -> StableTests:
    """Move the suspects that the baseline's own code fails too, in up to three further runs, to the flaky
    tests.

    The runs are of everything and not of the suspects alone: a test that leans on its neighbours would fail
    alone and then excuse a candidate that breaks it.
    """
    found: set[str] = set()
    for _ in range(RECHECKS):
        again = run_baseline()
        found |= {name for name in suspects if again.outcomes.get(name) in ("failed", "error")}
        if found.issuperset(suspects):
            break
    passing = tuple(name for name in baseline.passing if name not in found)
    return baseline.model_copy(update={"passing": passing, "flaky": tuple(sorted({*baseline.flaky, *found}))})


def judge_tests(baseline: StableTests, run: TestRun, again: TestRun | None = None) -> TestVerdict:
    """Whether a candidate keeps every stable test passing.

    Args:
        baseline: the tests that can be trusted, as amended by `recheck_baseline`.
        run: the candidate's run.
        again: a second run of the candidate's failing tests, which only tells unsteady failures from steady
            ones.
    """
    bad = broken(baseline, run)
    failed = tuple(name for name in bad if run.outcomes.get(name) in ("failed", "error"))
    vanished = tuple(name for name in bad if name not in run.outcomes)
    newly_skipped = tuple(name for name in bad if name not in failed and name not in vanished)
    passed = sum(run.outcomes.get(name) == "passed" for name in baseline.passing)
    again_outcomes = again.outcomes if again is not None else {}
    uncollectable = tuple(sorted(set(run.collection_errors) - set(baseline.collection_errors)))
    verdict = TestVerdict(
        ok=not bad and not uncollectable and passed > 0 and run.complete,
        passed=passed,
        failed=failed,
        vanished=vanished,
        newly_skipped=newly_skipped,
        uncollectable=uncollectable,
        flaky=tuple(name for name in baseline.flaky if name in run.outcomes),
        unsteady=tuple(name for name in failed if again_outcomes.get(name) == "passed"),
        error="" if run.complete or run.stopped else run.error or "",
    )
    return verdict if verdict.ok else verdict.model_copy(update={"evidence": _evidence(verdict, run)})


def _evidence(verdict: TestVerdict, run: TestRun) -> tuple[str, ...]:
    """What to show: the run's own error, each group's size and names, and the last lines of the first
    failures.
    """
    lines = [run.error] if run.error else []
    lines += [f"{name} cannot be collected: {run.collection_errors[name]}" for name in verdict.uncollectable[:3]]
    groups = (
        ("failed", verdict.failed),
        ("vanished", verdict.vanished),
        ("newly skipped", verdict.newly_skipped),
    )
    for word, names in groups:
        if names:
            more = f" and {len(names) - 3} more" if len(names) > 3 else ""
            lines.append(f"{len(names)} {word}: {', '.join(names[:3])}{more}")
    for name in verdict.failed:
        unsteady = " (passed when run again)" if name in verdict.unsteady else ""
        lines += [f"{name}{unsteady}:", *(f"    {line}" for line in run.evidence.get(name, ()))]
        if len(lines) >= MAX_EVIDENCE_LINES:
            break
    return tuple(lines[:MAX_EVIDENCE_LINES])
