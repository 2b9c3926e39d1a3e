"""The sequential test: its looks, its ways to stop, and what it may never do."""

from __future__ import annotations

import math
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perfagent.tools.measure import LOOKS, SHORT_LOOKS, Decision, Pair, Reading, SequentialTest, looks_for
from perfagent.tools.measure.records import MetricName


def reading(cost: float, wall_s: float | None = None) -> Reading:
    return Reading(wall_s or cost, cost, 0.0, 0, round(cost * 10**9))


def judge(gain: float, noise: float, seed: int, test: SequentialTest) -> Decision:
    rng = random.Random(seed)
    for index in range(40):
        before, after = (math.exp(rng.gauss(0, noise)) for _ in range(2))
        if test.add(Pair(index, 1, True, reading(before), reading(after / gain))).final:
            break
    return test.decision()


def test_shares_of_alpha_sum_to_one() -> None:
    assert sum(look.share for look in LOOKS) == pytest.approx(1.0)
    assert sum(look.share for look in SHORT_LOOKS) == pytest.approx(1.0)


def test_long_runs_get_the_short_schedule() -> None:
    assert looks_for(10.0) == LOOKS
    assert looks_for(10.5) == SHORT_LOOKS


@pytest.mark.parametrize(("gain", "verdict"), [(1.0, "not_faster"), (0.8, "not_faster"), (1.3, "faster")])
def test_clear_cases_stop_at_the_first_look(gain: float, verdict: str) -> None:
    decision = judge(gain, 0.01, 1, SequentialTest())
    assert (decision.verdict, decision.pairs, decision.look) == (verdict, 6, 1)


@pytest.mark.parametrize("gain", [1.05, 1.08])
def test_gains_below_ten_percent_wait_for_the_exact_test(gain: float) -> None:
    decision = judge(gain, 0.005, 2, SequentialTest())
    assert (decision.verdict, decision.pairs) == ("faster", 10)


def test_a_significant_gain_that_is_too_small_is_refused() -> None:
    decision = judge(1.02, 0.0005, 3, SequentialTest())
    assert decision.verdict == "not_faster"
    assert "1.03× is ruled out" in decision.reason


def test_the_smallest_gain_wanted_can_be_chosen() -> None:
    assert judge(1.02, 0.001, 3, SequentialTest(min_speedup=1.015)).verdict == "faster"
    assert judge(1.20, 0.01, 3, SequentialTest(min_speedup=1.5)).verdict == "not_faster"


def test_noise_ends_as_inconclusive_not_as_no_gain() -> None:
    verdicts = {judge(1.05, 0.25, seed, SequentialTest()).verdict for seed in range(12)}
    assert "inconclusive" in verdicts
    assert "faster" not in verdicts


def test_the_short_schedule_ends_at_fifteen_pairs() -> None:
    ends = [judge(1.04, 0.05, seed, SequentialTest(looks=SHORT_LOOKS)) for seed in range(10)]
    assert all(decision.final and decision.pairs <= 15 for decision in ends)


def test_nothing_is_decided_between_looks() -> None:
    test = SequentialTest()
    decisions = [test.add(Pair(i, 1, True, reading(1.0), reading(0.5))) for i in range(5)]
    assert {decision.verdict for decision in decisions} == {"undecided"}
    assert decisions[-1].reason == "the next look is at 6 pairs"


def test_a_stopped_test_takes_no_further_pair() -> None:
    test = SequentialTest()
    judge(1.3, 0.01, 1, test)
    with pytest.raises(ValueError, match="optional stopping"):
        test.add(test.pairs[0])


def test_five_pairs_out_of_six_are_not_enough_for_the_first_look() -> None:
    test = SequentialTest()
    for index, gain in enumerate([1.5, 1.5, 1.5, 1.5, 1.5, 1.0]):
        test.add(Pair(index, 1, True, reading(1.0), reading(1 / gain)))
    assert test.decision().verdict == "undecided"


@pytest.mark.parametrize("pairs", [6, 10])
@pytest.mark.parametrize("metric", ["cpu", "adjusted", "memory"])
def test_a_lower_cost_but_more_wall_time_is_refused(pairs: int, metric: MetricName) -> None:
    test = SequentialTest(metric=metric)
    noise = random.Random(8)
    for index in range(pairs):
        gain = 1.2 if pairs == 6 else 1.09
        before = Reading(1.0, 0.5, 0.5, 0, 10**9)
        factor = math.exp(noise.gauss(0, 0.002))
        after = Reading(1.1 * factor, 0.5 / gain, 1.1 * factor - 0.5 / gain, 0, round(10**9 / gain))
        test.add(Pair(index, 1, True, before, after))
    assert test.decision().verdict == "not_faster"
    assert "wall time rose" in test.decision().reason


def test_memory_is_judged_by_the_same_test() -> None:
    assert judge(1.3, 0.01, 1, SequentialTest(metric="memory")).verdict == "faster"
    assert judge(1.0, 0.01, 1, SequentialTest(metric="memory")).verdict == "not_faster"


@given(st.floats(0.9, 1.4), st.floats(0.001, 0.2), st.integers(0, 10**6))
@settings(max_examples=25)
def test_decisions_repeat_by_seed(gain: float, noise: float, seed: int) -> None:
    assert judge(gain, noise, seed, SequentialTest(seed=seed)) == judge(gain, noise, seed, SequentialTest(seed=seed))


@given(st.floats(1.0, 1.3), st.integers(0, 10**6))
@settings(max_examples=25)
def test_a_smaller_alpha_never_accepts_what_a_larger_one_refuses(gain: float, seed: int) -> None:
    strict = judge(gain, 0.04, seed, SequentialTest(alpha=0.001, seed=seed))
    loose = judge(gain, 0.04, seed, SequentialTest(alpha=0.05, seed=seed))
    assert strict.verdict != "faster" or loose.verdict == "faster"


def test_acceptance_at_a_level_is_a_p_value_below_it() -> None:
    ends = [judge(gain, 0.04, seed, SequentialTest()) for gain in (1.0, 1.04, 1.1) for seed in range(15)]
    assert all((end.verdict == "faster") == (end.p_value <= 0.01) for end in ends)


def test_identical_code_is_dismissed_cheaply() -> None:
    ends = [judge(1.0, 0.035, seed, SequentialTest(seed=seed)) for seed in range(60)]
    assert sum(end.verdict == "faster" for end in ends) == 0
    assert sum(2 * end.pairs for end in ends) / len(ends) <= 30
