"""The interval inverts the test: it moves with the data, holds the estimate, and ends where p is 2.5 %."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perfagent.tools.errors import MeasurementError
from perfagent.tools.measure import Pair
from perfagent.tools.measure.interval import estimate, interval
from perfagent.tools.measure.statistic import LogCosts, log_speedup, p_value

MakePairs = Callable[..., list[Pair]]
Noisy = Callable[[int, float, int], LogCosts]


@pytest.mark.parametrize("pairs", [6, 10, 15, 22, 40])
def test_a_shift_moves_statistic_and_interval_by_itself(noisy: Noisy, pairs: int) -> None:
    data = noisy(pairs, 0.0, pairs)
    low, high = interval([data], "s")
    shifted_low, shifted_high = interval([data.shifted(-0.25)], "s")
    assert log_speedup(data.shifted(-0.25)) - log_speedup(data) == pytest.approx(0.25)
    assert (shifted_low - low, shifted_high - high) == pytest.approx((0.25, 0.25), abs=3e-4)


@given(st.integers(6, 25), st.integers(0, 999))
@settings(max_examples=30)
def test_interval_contains_the_estimate(noisy: Noisy, pairs: int, seed: int) -> None:
    data = noisy(pairs, 0.05, seed)
    low, high = interval([data], "s")
    assert low <= log_speedup(data) <= high


@pytest.mark.parametrize("pairs", [8, 20])
def test_interval_ends_are_where_the_two_sided_p_value_is_five_percent(noisy: Noisy, pairs: int) -> None:
    data = noisy(pairs, 0.05, 3)
    low, high = interval([data], "s:interval")
    assert p_value(data, low - 0.004, 0.01, "p") <= 0.03 < p_value(data, low + 0.02, 0.01, "p") + 0.01
    assert p_value(data.reversed(), -high - 0.004, 0.01, "p") <= 0.03


def test_interval_needs_six_pairs(noisy: Noisy) -> None:
    with pytest.raises(MeasurementError, match="5 pairs are too few"):
        interval([noisy(5, 0.0, 1)], "s")


def test_geometric_mean_of_benchmarks_measured_together(make_pairs: MakePairs) -> None:
    slow = make_pairs([2.0] * 8, [1.0] * 8)
    same = make_pairs([1.0] * 8, [1.0] * 8)
    mean = estimate([slow, same], ["cpu", "cpu"], "s")
    assert mean.speedup == pytest.approx(2**0.5)
    assert estimate([slow, same], ["cpu", "wall"], "s").metric == "mixed"
