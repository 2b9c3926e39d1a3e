"""Screening ranks, halves, survives broken candidates and accepts nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence

import pytest

from perfagent.tools.errors import MeasurementError
from perfagent.tools.measure import Plan, Run, RunFailed, RunResult, one_by_one, screen

MakeRun = Callable[..., Run]

PLAN = Plan({"a": "cpu", "b": "cpu"}, ("a",), seed=1)


def gains(**speedups: float) -> dict[str, dict[str, float]]:
    return {"baseline": {"a": 1.0, "b": 1.0}} | {name: {"a": gain, "b": 1.0} for name, gain in speedups.items()}


def test_the_best_of_many_comes_first_after_more_rounds(make_run: MakeRun) -> None:
    ranking = screen(make_run(gains(c=1.0, d=1.2, e=1.1, f=0.9, g=1.05)), "cdefg", PLAN)
    assert [screened.candidate for screened in ranking][:3] == ["d", "e", "g"]
    assert [screened.rounds for screened in ranking] == [12, 12, 12, 6, 6]
    assert [screened.promising for screened in ranking] == [True, True, True, False, False]


def test_the_baseline_runs_once_a_round(make_run: MakeRun) -> None:
    calls: Counter[str] = Counter()
    simulated = make_run(gains(c=1.0, d=1.2, e=1.1, f=0.9))

    def run(order: Sequence[str], seed: int) -> Mapping[str, RunResult]:
        calls.update(order)
        return simulated(order, seed)

    screen(run, "cdef", PLAN)
    assert calls == {"baseline": 12, "c": 12, "d": 12, "e": 12, "f": 6}


def test_few_candidates_need_no_second_heat(make_run: MakeRun) -> None:
    assert [s.rounds for s in screen(make_run(gains(c=1.0, d=1.2)), "cd", PLAN)] == [6, 6]


def test_a_broken_candidate_is_last_and_stops_nobody(make_run: MakeRun) -> None:
    simulated = make_run(gains(c=1.3, d=1.1))

    def run(order: Sequence[str], seed: int) -> Mapping[str, RunResult]:
        return {**simulated(order, seed), "c": RunFailed("killed")}

    first, last = screen(run, "cd", PLAN)
    assert (first.candidate, first.promising) == ("d", True)
    assert (last.candidate, last.failure, last.promising) == ("c", "killed", False)


def test_the_best_target_counts(make_run: MakeRun) -> None:
    plan = Plan({"a": "cpu", "b": "cpu"}, ("a", "b"))
    speedups = {"baseline": {"a": 1.0, "b": 1.0}, "c": {"a": 0.9, "b": 1.3}, "d": {"a": 1.1, "b": 1.1}}
    assert screen(make_run(speedups), "cd", plan)[0].candidate == "c"


def test_each_candidate_is_ranked_by_its_own_targets(make_run: MakeRun) -> None:
    plan = Plan({"a": "cpu", "b": "cpu"}, ("a", "b"))
    speedups = {"baseline": {"a": 1.0, "b": 1.0}, "c": {"a": 1.1, "b": 1.5}, "d": {"a": 1.2, "b": 1.0}}
    ranking = screen(make_run(speedups), "cd", plan, {"c": ("a",), "d": ("a",)})
    assert [screened.candidate for screened in ranking] == ["d", "c"]


def test_a_broken_baseline_is_an_error() -> None:
    with pytest.raises(MeasurementError, match="the baseline failed"):
        screen(one_by_one(lambda _side, _seed: RunFailed("no such file")), "cd", PLAN)
