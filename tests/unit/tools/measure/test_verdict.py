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
    Plan,
    Publication,
    Reading,
    Run,
    RunFailed,
    RunResult,
    confirm,
    publish,
)
from perfagent.tools.measure.verdict import TargetTests

MakeRun = Callable[..., Run]
Judge = Callable[..., tuple[Confirmation, Publication]]


@pytest.fixture
def judge(make_run: MakeRun) -> Judge:
    """Confirm and publish a candidate with these speedups: (confirmation, publication)."""

    def run(
        gains: dict[str, float], targets: tuple[str, ...], noise: float = 0.02
    ) -> tuple[Confirmation, Publication]:
        simulated = make_run({"baseline": dict.fromkeys(gains, 1.0), "candidate": gains}, noise)
        plan = Plan(dict.fromkeys(gains, "cpu"), targets, seed=3)
        *_, last = confirm(PairSampler(simulated, 1).pairs(), plan)
        return last.confirmation, publish(PairSampler(simulated, 2).pairs(), plan, last.confirmation)

    return run


def test_a_faster_target_is_accepted_and_published(judge: Judge) -> None:
    confirmation, publication = judge({"a": 1.2, "b": 1.0}, ("a",))
    assert (confirmation.verdict, confirmation.accepted, publication.verdict) == ("faster", ("a",), "faster")
    assert publication.benchmarks[0].estimate.low < 1.2 < publication.benchmarks[0].estimate.high
    assert [result.verdict for result in publication.benchmarks] == ["faster", "not_faster"]
    assert publication.geometric_mean.speedup == pytest.approx(1.2**0.5, rel=0.02)
    assert publication.total_speedup == pytest.approx(2 / (1 / 1.2 + 1), rel=0.02)


def test_a_slower_neighbour_refuses_the_candidate(judge: Judge) -> None:
    confirmation, publication = judge({"a": 1.2, "b": 0.9, "c": 1.0}, ("a",))
    assert (confirmation.verdict, publication.verdict) == ("faster", "slower_elsewhere")
    assert publication.reason.startswith("b: 0.9")


def test_a_neighbour_within_the_margin_does_not(judge: Judge) -> None:
    assert judge({"a": 1.2, "b": 0.995, "c": 0.995}, ("a",))[1].verdict == "faster"


def test_a_target_that_got_slower_beside_a_faster_one_is_guarded_too(judge: Judge) -> None:
    assert judge({"a": 1.2, "b": 0.85}, ("a", "b"))[1].verdict == "slower_elsewhere"


def test_a_gain_outside_the_targets_earns_nothing(judge: Judge) -> None:
    confirmation, publication = judge({"a": 1.0, "b": 1.5}, ("a",))
    assert (confirmation.verdict, publication.verdict) == ("not_faster", "not_faster")


def test_useless_candidate_is_refused(judge: Judge) -> None:
    confirmation, _ = judge({"a": 1.0, "b": 1.0}, ("a", "b"))
    assert confirmation.verdict in {"not_faster", "inconclusive"}
    assert confirmation.accepted == ()
    assert "a: " in confirmation.reason or "b: " in confirmation.reason


def test_a_gain_that_fresh_pairs_do_not_show_is_taken_back(judge: Judge, make_run: MakeRun) -> None:
    confirmation, _ = judge({"a": 1.2}, ("a",))
    same = make_run({"baseline": {"a": 1.0}, "candidate": {"a": 1.0}})
    publication = publish(PairSampler(same, 1).pairs(), Plan({"a": "cpu"}, ("a",)), confirmation)
    assert publication.verdict == "inconclusive"


def test_progress_is_told_after_every_pair(make_run: MakeRun) -> None:
    simulated = make_run({"baseline": {"a": 1.0}, "candidate": {"a": 1.06}}, 0.01)
    steps = list(confirm(PairSampler(simulated, 1).pairs(), Plan({"a": "cpu"}, ("a",))))
    assert [step.pairs for step in steps] == list(range(1, 11))
    assert [step.confirmation is None for step in steps] == [True] * 9 + [False]


def failing(after: int) -> Iterator[dict[str, Pair] | RunFailed]:
    good = Reading(1.0, 1.0, 0.0, 0, 1)
    yield from ({"a": Pair(index, 1, True, good, good)} for index in range(after))
    yield RunFailed("timed out")


def test_a_candidate_that_fails_is_refused_whenever_it_fails(judge: Judge) -> None:
    plan = Plan({"a": "cpu"}, ("a",))
    *_, last = confirm(failing(4), plan)
    assert (last.confirmation.verdict, last.confirmation.failure, last.pairs) == (
        "not_faster",
        "timed out",
        5,
    )
    publication = publish(failing(19), plan, judge({"a": 1.2}, ("a",))[0])
    assert (publication.verdict, publication.failure, publication.pairs) == ("not_faster", "timed out", 19)


def test_too_few_pairs_are_an_error_not_a_verdict(judge: Judge) -> None:
    plan = Plan({"a": "cpu"}, ("a",))
    with pytest.raises(MeasurementError, match="ended before the test did"):
        list(confirm(islice(failing(9), 3), plan))
    with pytest.raises(MeasurementError, match="cannot be published"):
        publish(islice(failing(9), 9), plan, judge({"a": 1.2}, ("a",))[0])


def test_plan_names_what_is_missing() -> None:
    with pytest.raises(WorkloadError, match="no such benchmark: x, y"):
        Plan({"a": "cpu"}, ("y", "a", "x"))
    with pytest.raises(WorkloadError, match="no target"):
        Plan({"a": "cpu"}, ())


def test_a_baseline_without_its_target_is_an_error() -> None:
    with pytest.raises(MeasurementError, match="did not report benchmark b"):
        TargetTests(Plan({"a": "cpu", "b": "cpu"}, ("a", "b"))).add(next(failing(1)))  # type: ignore[arg-type]


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


def test_verdicts_survive_json(judge: Judge) -> None:
    confirmation, publication = judge({"a": 1.2, "b": 1.0}, ("a",))
    assert Confirmation.model_validate_json(confirmation.model_dump_json()) == confirmation
    assert Publication.model_validate_json(publication.model_dump_json()) == publication


def test_a_run_that_loses_a_benchmark_later_is_refused(make_run: MakeRun) -> None:
    whole = make_run({"baseline": {"a": 1.0, "b": 1.0}, "candidate": {"a": 1.5}})

    def run(side: str, seed: int) -> RunResult:
        return whole(side, seed)

    *_, last = confirm(PairSampler(run, 1).pairs(), Plan({"a": "cpu", "b": "cpu"}, ("a",)))
    assert last.confirmation.failure == "lost benchmark b"
