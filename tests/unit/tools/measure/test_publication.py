"""Published figures, the guard over the other benchmarks, and what fresh pairs may take back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice

import pytest

from perfagent.tools.errors import MeasurementError
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
    publish,
)

MakeRun = Callable[..., Run]
Judge = Callable[..., tuple[Confirmation, Publication]]
Series = Callable[[int], Iterator[PairsById | RunFailed]]


def test_a_faster_target_is_accepted_and_published(judge: Judge) -> None:
    confirmation, publication = judge({"a": 1.2, "b": 1.0}, ("a",))
    assert (confirmation.verdict, confirmation.accepted, publication.verdict) == ("faster", ("a",), "faster")
    assert publication.benchmarks[0].estimate.low < 1.2 < publication.benchmarks[0].estimate.high
    assert [result.verdict for result in publication.benchmarks] == ["faster", "not_faster"]
    assert publication.geometric_mean is not None
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


def test_a_gain_that_fresh_pairs_do_not_show_is_taken_back(judge: Judge, make_run: MakeRun) -> None:
    confirmation, _ = judge({"a": 1.2}, ("a",))
    same = make_run({"baseline": {"a": 1.0}, "candidate": {"a": 1.0}})
    publication = publish(PairSampler(same, 1).pairs(), Plan({"a": "cpu"}, ("a",)), confirmation)
    assert publication.verdict == "inconclusive"


def test_verdicts_survive_json(judge: Judge) -> None:
    confirmation, publication = judge({"a": 1.2, "b": 1.0}, ("a",))
    assert Confirmation.model_validate_json(confirmation.model_dump_json()) == confirmation
    assert Publication.model_validate_json(publication.model_dump_json()) == publication


def test_a_candidate_that_fails_late_is_refused(judge: Judge, failing_after: Series) -> None:
    confirmation, _ = judge({"a": 1.2}, ("a",))
    publication = publish(failing_after(19), Plan({"a": "cpu"}, ("a",)), confirmation)
    assert (publication.verdict, publication.failure, publication.pairs) == ("not_faster", "timed out", 19)


def test_too_few_pairs_are_not_published(judge: Judge, failing_after: Series) -> None:
    confirmation, _ = judge({"a": 1.2}, ("a",))
    with pytest.raises(MeasurementError, match="9 pairs cannot be published, 20 are needed"):
        publish(islice(failing_after(9), 9), Plan({"a": "cpu"}, ("a",)), confirmation)


def test_a_benchmark_of_the_plan_must_be_there(judge: Judge, failing_after: Series) -> None:
    confirmation, _ = judge({"a": 1.2}, ("a",))
    with pytest.raises(MeasurementError, match="the baseline did not report benchmark b"):
        publish(failing_after(20), Plan({"a": "cpu", "b": "cpu"}, ("a",)), confirmation)


def test_every_clock_is_shown_and_one_that_stood_still_is_not(judge: Judge) -> None:
    confirmation, _ = judge({"a": 1.2}, ("a",))
    before, after = Reading(1.0, 0.5, 0.0, 0, 0), Reading(0.8, 0.25, 0.0, 0, 0)
    series = ({"a": Pair(index, 1, True, before, after)} for index in range(20))
    result = publish(series, Plan({"a": "wall"}, ("a",)), confirmation).benchmarks[0]
    assert result.speedups == pytest.approx({"cpu": 2.0, "wall": 1.25, "adjusted": 1.25})


def test_a_worse_slow_half_is_shown(judge: Judge) -> None:
    confirmation, _ = judge({"a": 1.2}, ("a",))
    slow = [Reading(cost, cost, 0.0, 0, 1) for cost in (0.8, 0.8, 2.0)]
    before = Reading(1.0, 1.0, 0.0, 0, 1)
    series = ({"a": Pair(index, 1, True, before, slow[index % 3])} for index in range(20))
    result = publish(series, Plan({"a": "cpu"}, ("a",)), confirmation).benchmarks[0]
    assert (result.estimate.speedup, result.upper_quartile_speedup) == pytest.approx((1.25, 0.5))
