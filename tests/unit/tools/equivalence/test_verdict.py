"""Which tests can be trusted, and how a candidate is judged by them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from perfagent.tools.equivalence import StableTests, TestRun, baseline_tests, judge_candidate, judge_tests
from perfagent.tools.errors import BuildError, WorkloadError

WORDS = {"p": "passed", "f": "failed", "e": "error", "s": "skipped", "x": "xfailed", "X": "xpassed"}


def run_of(text: str, **more: Any) -> TestRun:
    """A run from `a=p b=f`: test names and the first letters of how they ended."""
    outcomes = {name: WORDS[letter] for name, _, letter in (word.partition("=") for word in text.split())}
    return TestRun.model_validate({"outcomes": outcomes, "seconds": 1.0, "complete": True, **more})


def learn(*texts: str) -> StableTests:
    """What the baseline teaches when its runs end as given, one after another."""
    runs = iter(texts)
    return baseline_tests(lambda _: run_of(next(runs)))


def test_the_baseline_is_run_twice_and_sorted_into_groups() -> None:
    stable = learn("a=p b=f c=s d=x e=e f=X", "a=p b=f c=s d=x e=e f=X")
    assert (stable.passing, stable.failing, stable.skipped) == (("a",), ("b", "e"), ("c", "d", "f"))
    assert stable.flaky == ()


def test_a_third_run_when_the_first_two_differ() -> None:
    stable = learn("a=p b=p c=p d=f", "a=p b=f d=e", "a=p b=p c=p d=f")
    assert (stable.passing, stable.flaky, stable.failing) == (("a",), ("b", "c"), ("d",))


@pytest.mark.parametrize(
    ("run", "error", "told"),
    [
        (run_of(""), WorkloadError, "the target has no tests"),
        (
            run_of("a=f", evidence={"a": ["x", "E boom"]}),
            WorkloadError,
            "none of the unit tests .1. passes.*a: E boom",
        ),
        (run_of("a=s"), WorkloadError, "none of the unit tests .1. passes"),
        (run_of("a=p", complete=False, error="killed"), WorkloadError, "do not run at the baseline: killed"),
        (
            run_of("", collection_errors={"t.py": "no x"}, error="no x"),
            BuildError,
            "cannot be imported.*no x",
        ),
    ],
)
def test_a_baseline_that_cannot_judge_is_refused(run: TestRun, error: type[Exception], told: str) -> None:
    with pytest.raises(error, match=told):
        baseline_tests(lambda _: run)


BASE = StableTests(passing=("a", "b"), flaky=("w",), failing=("z",), seconds=1.0)


@pytest.mark.parametrize(
    ("text", "group", "names"),
    [
        ("a=p b=f", "failed", ("b",)),
        ("a=p b=e", "failed", ("b",)),
        ("a=p", "vanished", ("b",)),
        ("a=p b=s", "newly_skipped", ("b",)),
        ("a=p b=x", "newly_skipped", ("b",)),
    ],
)
def test_a_candidate_that_breaks_a_stable_test_is_refused(text: str, group: str, names: tuple[str, ...]) -> None:
    verdict = judge_tests(BASE, run_of(text))
    assert not verdict.ok
    assert getattr(verdict, group) == names
    assert verdict.passed == 1


def test_other_tests_do_not_judge() -> None:
    verdict = judge_tests(BASE, run_of("a=p b=p w=f z=f new=f"))
    assert (verdict.ok, verdict.passed, verdict.flaky, verdict.evidence) == (True, 2, ("w",), ())


def test_a_module_that_no_longer_imports_is_told() -> None:
    verdict = judge_tests(BASE, run_of("a=p b=p", collection_errors={"t.py": "ImportError: x"}))
    assert (verdict.ok, verdict.uncollectable) == (False, ("t.py",))
    assert verdict.evidence == ("t.py cannot be collected: ImportError: x",)


def test_a_run_that_did_not_end_is_never_accepted() -> None:
    assert not judge_tests(BASE, run_of("a=p b=p", complete=False)).ok
    assert judge_tests(BASE, run_of("a=p", complete=False, error="killed")).evidence[0] == "killed"


def test_a_stopped_run_does_not_call_the_rest_vanished() -> None:
    verdict = judge_tests(BASE, run_of("a=f", complete=False, stopped=True))
    assert (verdict.failed, verdict.vanished) == (("a",), ())


def test_evidence_names_groups_and_shows_the_last_lines() -> None:
    many = StableTests(passing=tuple(f"t{i:02}" for i in range(30)), seconds=1.0)
    why = {name: ["one", "two"] for name in many.passing}
    verdict = judge_tests(many, run_of(" ".join(f"{name}=f" for name in many.passing), evidence=why))
    assert verdict.evidence[:4] == ("30 failed: t00, t01, t02 and 27 more", "t00:", "    one", "    two")
    assert len(verdict.evidence) == 40


class Runs:
    """Runs of a candidate and of the baseline that end as given, with a log of what was asked."""

    def __init__(self, candidate: Sequence[TestRun], baseline: Sequence[TestRun] = ()) -> None:
        self._candidate, self._baseline = iter(candidate), iter(baseline)
        self.log: list[object] = []

    def candidate(self, names: Sequence[str], stop: bool) -> TestRun:
        self.log.append((tuple(names), stop))
        return next(self._candidate)

    def baseline(self) -> TestRun:
        self.log.append("baseline")
        return next(self._baseline)


def test_a_good_candidate_is_run_once() -> None:
    runs = Runs([run_of("a=p b=p")])
    assert judge_candidate(BASE, runs.candidate, runs.baseline).ok
    assert runs.log == [((), True)]


def stopped(text: str) -> TestRun:
    return run_of(text, complete=False, stopped=True)


def test_a_failure_that_stays_needs_no_baseline() -> None:
    runs = Runs([stopped("a=f"), run_of("a=f")])
    verdict = judge_candidate(BASE, runs.candidate, runs.baseline)
    assert (verdict.ok, verdict.failed, verdict.unsteady) == (False, ("a",), ())
    assert runs.log == [((), True), (("a",), False)]


def test_a_failure_that_goes_away_is_the_candidates_unless_the_baseline_has_it_too() -> None:
    runs = Runs([stopped("a=f"), run_of("a=p")], [run_of("a=p b=p")] * 3)
    verdict = judge_candidate(BASE, runs.candidate, runs.baseline)
    assert (verdict.ok, verdict.failed, verdict.unsteady) == (False, ("a",), ("a",))
    assert runs.log[2:] == ["baseline"] * 3


def test_what_the_baseline_fails_too_excuses_and_the_rest_is_run() -> None:
    runs = Runs([stopped("a=f"), run_of("a=p"), run_of("a=p b=p")], [run_of("a=f b=p")])
    verdict = judge_candidate(BASE, runs.candidate, runs.baseline)
    assert (verdict.ok, verdict.passed, verdict.flaky) == (True, 1, ("a",))
    assert runs.log[-1] == ((), False)


def test_a_flaky_test_that_stops_the_run_does_not_hide_the_rest() -> None:
    runs = Runs([stopped("w=f"), run_of("w=f a=p b=f"), run_of("b=f")])
    assert judge_candidate(BASE, runs.candidate, runs.baseline).failed == ("b",)


def test_a_module_that_stops_the_run_decides() -> None:
    runs = Runs([run_of("", complete=False, stopped=True, collection_errors={"t.py": "x"})])
    assert judge_candidate(BASE, runs.candidate, runs.baseline).uncollectable == ("t.py",)


def test_records_survive_json() -> None:
    verdict = judge_tests(BASE, run_of("a=f"))
    assert type(verdict).model_validate_json(verdict.model_dump_json()) == verdict
    assert StableTests.model_validate_json(BASE.model_dump_json()) == BASE
