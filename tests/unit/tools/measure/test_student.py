"""Student's t against tables, and the winsorised sample."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perfagent.tools.measure.student import Winsorised, incomplete_beta, robust_sd, t_quantile, t_survival


@pytest.mark.parametrize(
    ("t", "freedom", "tail"),
    [
        (6.313752, 1, 0.05),
        (2.015048, 5, 0.05),
        (3.364930, 5, 0.01),
        (5.893430, 5, 0.001),
        (2.093024, 19, 0.025),
        (3.290527, 10**7, 0.0005),
    ],
)
def test_tail_of_students_t_is_the_tables(t: float, freedom: int, tail: float) -> None:
    assert t_survival(t, freedom) == pytest.approx(tail, rel=1e-5)
    assert t_quantile(tail, freedom) == pytest.approx(t, rel=1e-5)


@given(st.floats(-50, 50), st.integers(1, 200))
def test_tails_add_up(t: float, freedom: int) -> None:
    assert t_survival(t, freedom) + t_survival(-t, freedom) == pytest.approx(1.0)


@given(st.floats(0, 1))
def test_incomplete_beta_of_one_and_two_has_a_closed_form(x: float) -> None:
    assert incomplete_beta(1, 2, x) == pytest.approx(1 - (1 - x) ** 2, abs=1e-12)


def test_an_outlier_is_pulled_in() -> None:
    sample = Winsorised.of([0.09, 0.10, 0.11, 0.10, 0.095, 5.0])
    assert sample.mean < 0.11
    assert sample.p_above(0.0) < 0.001


def test_equal_differences_decide_without_a_spread() -> None:
    sample = Winsorised.of([0.25] * 6)
    assert (sample.p_above(0.1), sample.p_above(0.25), sample.p_above(0.3)) == (0.0, 0.5, 1.0)
    assert sample.p_below(0.3) == 0.0


def test_a_majority_of_equal_values_does_not_hide_the_others() -> None:
    assert Winsorised.of([0.2, 0.2, 0.2, 0.2, -0.1, 0.5]).error > 0


def test_robust_sd_of_a_normal_sample_is_its_sd() -> None:
    grid = [(rank + 0.5) / 999 for rank in range(999)]
    logistic = [math.log(share / (1 - share)) for share in grid]
    assert robust_sd(logistic) == pytest.approx(1.4826 * math.log(3), rel=0.01)
