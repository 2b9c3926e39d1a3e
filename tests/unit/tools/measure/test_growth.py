"""The exponent of a cost in the size of its input."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perfagent.tools.errors import MeasurementError
from perfagent.tools.measure import Crossing, Pair, crossing, estimate_of_few, exponent

SIZES = (1, 2, 4, 8)

MakePairs = Callable[[Sequence[float], Sequence[float]], list[Pair]]


@pytest.mark.parametrize("k", [0.0, 1.0, 2.0, 3.0])
def test_a_power_law_is_found_exactly(k: float) -> None:
    found = exponent(SIZES, [0.003 * size**k for size in SIZES])
    assert found.value == pytest.approx(k)
    assert found.interval == pytest.approx((k, k))


def test_the_textbooks_interval() -> None:
    """Slope and 95 % interval by hand: residuals 0.1 -0.1 -0.1 0.1 around slope 1, s = sqrt(0.02), t(2) = 4.3027."""
    costs = [math.exp(math.log(size) + off) for size, off in zip(SIZES, (0.1, -0.1, -0.1, 0.1), strict=True)]
    reach = 4.3027 * math.sqrt(0.04 / 2) / math.sqrt(5 * math.log(2) ** 2)
    found = exponent(SIZES, costs)
    assert found.value == pytest.approx(1)
    assert found.interval == pytest.approx((1 - reach, 1 + reach), rel=1e-4)


def test_n_log_n_lies_between_linear_and_quadratic() -> None:
    found = exponent((1000, 2000, 4000, 8000), [n * math.log(n) for n in (1000, 2000, 4000, 8000)])
    assert found.interval is not None
    assert 1 < found.interval[0] < found.value < found.interval[1] < 1.5


def test_two_sizes_have_a_slope_and_no_interval() -> None:
    assert exponent((1, 2), (1.0, 4.0)).interval is None
    assert exponent((1, 2), (1.0, 4.0)).value == pytest.approx(2)


@pytest.mark.parametrize(("sizes", "costs"), [((1,), (1.0,)), ((2, 2), (1.0, 2.0)), ((1, 2), (0.0, 1.0))])
def test_what_has_no_growth_is_an_error(sizes: tuple[int, ...], costs: tuple[float, ...]) -> None:
    with pytest.raises(MeasurementError):
        exponent(sizes, costs)


@given(st.lists(st.floats(1e-6, 1e3), min_size=4, max_size=4), st.floats(1e-3, 1e3), st.sampled_from([0.5, 0.9, 0.95]))
def test_units_do_not_matter(costs: list[float], unit: float, confidence: float) -> None:
    here, there = (exponent(SIZES, [cost * scale for cost in costs], confidence) for scale in (1.0, unit))
    assert there.value == pytest.approx(here.value, abs=1e-6)
    assert there.interval == pytest.approx(here.interval, abs=1e-5)


def test_few_pairs_have_a_t_interval(make_pairs: MakePairs) -> None:
    """Log ratios 0.1 and 0.3 in turn: none pulled in; mean 0.2, sd 0.1095, 1.08 sd over root 6, t(5) = 2.5706."""
    pairs = make_pairs([math.exp(ratio) for ratio in (0.1, 0.3) * 3], [1.0] * 6)
    found = estimate_of_few(pairs, "cpu")
    reach = 2.5706 * 1.08 * math.sqrt(0.012) / math.sqrt(6)
    assert math.log(found.speedup) == pytest.approx(0.2)
    assert (math.log(found.low), math.log(found.high)) == pytest.approx((0.2 - reach, 0.2 + reach), rel=1e-4)


def test_one_outlier_among_few_pairs_moves_little(make_pairs: MakePairs) -> None:
    steady = [1.2, 1.21, 1.19, 1.2, 1.2]
    assert estimate_of_few(make_pairs([*steady, 9.0], [1.0] * 6), "cpu").high < 1.25


def test_a_patch_that_wins_small_and_loses_large_crosses() -> None:
    recorded = {1: (1.16, 1.22), 2: (1.01, 1.06), 4: (0.97, 1.02), 8: (0.68, 0.71)}
    assert crossing(recorded) == Crossing(faster=(1, 2), slower=(8,))


@pytest.mark.parametrize("large", [(0.98, 1.01), None, (1.0, 1.4)])
def test_what_is_only_no_faster_at_a_size_does_not_cross(large: tuple[float, float] | None) -> None:
    assert crossing({1: (1.1, 1.2), 8: large}) is None
