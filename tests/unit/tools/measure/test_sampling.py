"""Order by coin, a fresh shared hash seed, and who is blamed when a run fails."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import islice

import pytest

from perfagent.tools.errors import MeasurementError
from perfagent.tools.measure import (
    PairSampler,
    Reading,
    RoundSampler,
    Run,
    RunFailed,
    RunResult,
    one_by_one,
    pair_up,
)

Calls = list[tuple[str, int]]
GOOD = Reading(1.0, 1.0, 0.0, 0, 1)


def recorder(calls: Calls, broken: str = "", at: int = 0) -> Run:
    """A run that notes its calls; side `broken` fails from its call number `at` on."""

    def run(side: str, hash_seed: int) -> RunResult:
        calls.append((side, hash_seed))
        if side == broken and sum(name == side for name, _ in calls) > at:
            return RunFailed("exit status 1")
        return {"a": GOOD, "b": GOOD}

    return one_by_one(run)


def test_a_coin_orders_each_pair_and_both_sides_share_a_seed() -> None:
    calls: Calls = []
    list(islice(PairSampler(recorder(calls), 5).pairs(), 200))
    firsts = Counter(side for side, _ in calls[::2])
    seeds = [(first[1], second[1]) for first, second in zip(calls[::2], calls[1::2], strict=True)]
    assert 75 < firsts["baseline"] < 125
    assert all(one == other for one, other in seeds)
    assert len(set(seeds)) == 200
    assert all(0 < seed < 2**32 for seed, _ in seeds)


def test_a_pair_says_which_side_ran_first() -> None:
    calls: Calls = []
    pairs = list(islice(PairSampler(recorder(calls), 1).pairs(), 20))
    said = [each["a"].baseline_first for each in pairs if not isinstance(each, RunFailed)]
    assert said == [side == "baseline" for side, _ in calls[::2]]


def test_a_resumed_series_goes_on_where_it_stopped() -> None:
    whole: Calls = []
    rest: Calls = []
    list(islice(PairSampler(recorder(whole), 9).pairs(), 12))
    list(islice(PairSampler(recorder(rest), 9).pairs(start=7), 5))
    assert whole[14:] == rest


def test_every_pair_is_reported() -> None:
    seen: list[int] = []
    sampler = PairSampler(recorder([]), 1, lambda index, pairs: seen.append(index + len(pairs)))
    list(islice(sampler.pairs(), 3))
    assert seen == [2, 3, 4]


def test_a_failing_candidate_ends_the_series() -> None:
    series = list(PairSampler(recorder([], "candidate", at=2), 1).pairs())
    assert [isinstance(each, RunFailed) for each in series] == [False, False, True]


def test_a_failing_baseline_is_no_verdict() -> None:
    with pytest.raises(MeasurementError, match="the baseline failed while measured: exit status 1"):
        PairSampler(recorder([], "baseline"), 1).pair(0)


def test_a_lost_benchmark_is_a_failure_and_a_new_one_is_none() -> None:
    def run(side: str, _seed: int) -> RunResult:
        return {"a": GOOD, "b": GOOD} if side == "baseline" else {"a": GOOD, "c": GOOD}

    assert PairSampler(one_by_one(run), 1).pair(0) == RunFailed("lost benchmark b")


def test_rounds_order_all_sides_evenly() -> None:
    sampler = RoundSampler(recorder([]), ("base", "one", "two"), 3)
    orders = Counter(measured.order for measured in sampler.rounds(600))
    assert len(orders) == 6
    assert all(60 < count < 140 for count in orders.values())


def test_the_sides_of_a_round_are_measured_together_in_its_order() -> None:
    asked: list[tuple[tuple[str, ...], int]] = []

    def run(order: Sequence[str], hash_seed: int) -> dict[str, RunResult]:
        asked.append((tuple(order), hash_seed))
        return {side: {"a": GOOD} for side in reversed(order)}

    measured = RoundSampler(run, ("base", "one", "two"), 3).round(4, ("base", "two"))
    assert asked == [(measured.order, measured.hash_seed)]
    assert sorted(measured.order) == ["base", "two"]


def test_any_two_sides_of_a_round_make_a_pair() -> None:
    measured = RoundSampler(recorder([]), ("base", "one", "two"), 3).round(4)
    pairs = pair_up(measured, "one", "two")
    assert not isinstance(pairs, RunFailed)
    assert pairs["a"].baseline_first == (measured.order.index("one") < measured.order.index("two"))
    assert (pairs["a"].index, pairs["a"].seed) == (4, measured.hash_seed)


def test_one_broken_side_leaves_the_others_of_a_round() -> None:
    measured = RoundSampler(recorder([], "one"), ("base", "one", "two"), 3).round(0)
    assert pair_up(measured, "base", "one") == RunFailed("exit status 1")
    assert not isinstance(pair_up(measured, "base", "two"), RunFailed)


def test_sides_have_names_of_their_own() -> None:
    with pytest.raises(ValueError, match="the same name: base, base"):
        RoundSampler(recorder([]), ("base", "base"), 3)
