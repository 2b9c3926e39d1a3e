"""eff@k: the efficiency of an attempt, and the expected best of k."""

from __future__ import annotations

import math
from itertools import combinations
from statistics import fmean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perfagent.benchmarks.gso_swe_perf.metrics.eff import (
    eff_at_k,
    efficiency,
    level_efficiency,
)


@given(st.lists(st.floats(0, 1.5), min_size=1, max_size=7), st.data())
def test_it_is_the_mean_best_over_all_choices_of_k(efficiencies: list[float], data: st.DataObject) -> None:
    k = data.draw(st.integers(1, len(efficiencies)))
    assert eff_at_k(efficiencies, k) == pytest.approx(fmean(map(max, combinations(efficiencies, k))))


def test_too_few_attempts_are_an_error() -> None:
    with pytest.raises(ValueError, match="at least 3"):
        eff_at_k([1.0, 0.5], 3)


@pytest.mark.parametrize(
    ("seconds", "expected"), [(1.0, 1.0), (1.5, 0.5), (2.0, 0.0), (9.0, 0.0), (0.5, 1.5), (math.inf, 0)]
)
def test_a_time_counts_between_the_experts_and_the_limit(seconds: float, expected: float) -> None:
    assert level_efficiency(seconds, 1.0, 2.0) == expected


def test_levels_share_the_limit_of_the_longest_and_weigh_by_hardness() -> None:
    assert efficiency([1.0, 4.0], [1.0, 2.0]) == pytest.approx((3 / 3 + 0) / 2)
    assert efficiency([1.0, 4.0], [1.0, 2.0], hardness=[3, 1]) == pytest.approx(0.75)


def test_after_a_cut_off_level_the_others_do_not_count() -> None:
    assert efficiency([math.inf, 1.0], [1.0, 1.0]) == 0.0
