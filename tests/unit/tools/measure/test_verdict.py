"""Several benchmarks, one verdict."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from itertools import islice

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perfagent.tools.errors import MeasurementError, WorkloadError
from perfagent.tools.measure import (
    Confirmation,
    Pair,
    PairSampler,
    PairsById,
    Plan,
    Publication,
    Reading,
    Run,
    RunFailed,
    conclude,
    confirm,
)
from perfagent.tools.measure.verdict import TargetTests

MakeRun = Callable[..., Run]
Judge = Callable[..., tuple[Confirmation, Publication]]
Series = Callable[[int], Iterator[PairsById | RunFailed]]


def test_useless_candidate_is_refused(judge: Judge) -> None:
    confirmation, _ = judge({"a": 1.0, "b": 1.0}, ("a", "b"))
    assert confirmation.verdict in {"not_faster", "inconclusive"}
    assert confirmation.accepted == ()
    assert "a: " in confirmation.reason or "b: " in confirmation.reason


def test_progress_is_told_after_every_pair(make_run: MakeRun) -> None:
    simulated = make_run({"baseline": {"a": 1.0}, "candidate": {"a": 1.06}}, 0.01)
    seen: list[int] = []
    steps = list(confirm(PairSampler(simulated, 1).pairs(), Plan({"a": "cpu"}, ("a",))))
    conclude(steps, lambda step: seen.append(step.pairs))
    assert seen == list(range(1, 11))
    assert [step.confirmation is None for step in steps] == [True] * 9 + [False]


def test_a_candidate_that_fails_is_refused(failing_after: Series) -> None:
    confirmation = conclude(confirm(failing_after(4), Plan({"a": "cpu"}, ("a",))))
    assert (confirmation.verdict, confirmation.failure, confirmation.pairs) == ("not_faster", "timed out", 5)


def test_too_few_pairs_are_an_error_not_a_verdict(failing_after: Series) -> None:
    with pytest.raises(MeasurementError, match="ended before the test did"):
        conclude(confirm(islice(failing_after(9), 3), Plan({"a": "cpu"}, ("a",))))


def test_plan_names_what_is_missing() -> None:
    with pytest.raises(WorkloadError, match="no such benchmark: x, y"):
        Plan({"a": "cpu"}, ("y", "a", "x"))
    with pytest.raises(WorkloadError, match="no target"):
        Plan({"a": "cpu"}, ())


def test_a_baseline_without_its_target_is_an_error(failing_after: Series) -> None:
    with pytest.raises(MeasurementError, match="did not report benchmark b"):
        TargetTests(Plan({"a": "cpu", "b": "cpu"}, ("a", "b"))).add(next(failing_after(1)))  # type: ignore[arg-type]


def spaced(index: int, gains: list[float]) -> dict[str, Pair]:
    """A pair of each target with a gain of its own and a known wobble of 4 %."""
    wobble = 1 + 0.04 * ((index * 7) % 11 - 5) / 5
    before = Reading(1.0, 1.0, 0.0, 0, 1)
    return {
        f"t{place}": Pair(
            index, 1, True, before, dataclasses.replace(before, cpu_s=wobble / gain, wall_s=wobble / gain)
        )
        for place, gain in enumerate(gains)
    }


@given(st.lists(st.sampled_from([1.0, 1.04, 1.06, 1.08, 1.1]), min_size=2, max_size=5))
@settings(max_examples=30)
def test_targets_pass_exactly_by_holms_procedure(gains: list[float]) -> None:
    names = tuple(f"t{place}" for place in range(len(gains)))
    tests = TargetTests(Plan(dict.fromkeys(names, "cpu"), names))
    for index in range(40):
        tests.add(spaced(index, gains))
        if tests.finished:
            break
    ranked = sorted((decision.p_value, name) for name, decision in tests.decisions.items())
    levels = [0.01 / (len(ranked) - rank) for rank in range(len(ranked))]
    misses = [rank for rank, (p, _) in enumerate(ranked) if p > levels[rank]]
    assert set(tests.accepted) == {name for _, name in ranked[: misses[0] if misses else len(ranked)]}


def test_a_candidate_that_loses_a_benchmark_is_refused(make_run: MakeRun) -> None:
    run = make_run({"baseline": {"a": 1.0, "b": 1.0}, "candidate": {"a": 1.5}})
    plan = Plan({"a": "cpu", "b": "cpu"}, ("a",))
    assert conclude(confirm(PairSampler(run, 1).pairs(), plan)).failure == "lost benchmark b"
