"""The rank test is scipy's."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perfagent.benchmarks.rank_test import mann_whitney_p

SIDES = st.lists(st.integers(0, 12) | st.floats(0, 12, allow_subnormal=False), min_size=1, max_size=22)


@settings(max_examples=150, deadline=None)
@given(SIDES, SIDES)
def test_it_is_scipys_with_and_without_ties(larger: list[float], smaller: list[float]) -> None:
    from scipy.stats import mannwhitneyu

    expected = mannwhitneyu(larger, smaller, alternative="greater").pvalue
    assert mann_whitney_p(larger, smaller) == pytest.approx(expected, rel=1e-9, abs=1e-15)


def test_it_is_the_textbooks() -> None:
    """Hollander & Wolfe, tritiated water diffusion: W = 30 of 10 and 5 values, one-sided p = 0.127 exact."""
    term = [0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46]
    early = [1.15, 0.88, 0.90, 0.74, 1.21]
    assert mann_whitney_p(term, early) == pytest.approx(0.1272, abs=0.0001)


def test_equal_values_prove_nothing() -> None:
    assert mann_whitney_p([1.0] * 20, [1.0] * 20) == 1.0
