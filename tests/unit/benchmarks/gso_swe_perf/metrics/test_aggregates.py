"""GSO's aggregates, against numpy's where it has them."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perfagent.benchmarks.gso_swe_perf.metrics.aggregates import aggregate, harmonic_mean, speedups

RATIOS = st.lists(st.floats(0.01, 1000), min_size=2, max_size=20)


@given(RATIOS)
def test_they_are_the_formulas_in_numpy(ratios: list[float]) -> None:
    import numpy as np

    found, logs = aggregate(ratios), np.log(ratios)
    assert found.gm == pytest.approx(np.exp(np.mean(logs)), rel=1e-12)
    assert found.gsd == pytest.approx(np.exp(np.std(logs, ddof=1)), rel=1e-9)
    assert found.hm == pytest.approx(len(ratios) / sum(1 / ratio for ratio in ratios), rel=1e-12)


def test_the_arithmetic_one_is_of_means_so_that_long_tests_weigh_more() -> None:
    means = (10.0 + 1.0) / 2, (5.0 + 2.0) / 2
    assert aggregate([2.0, 0.5], means).am == pytest.approx(11 / 7)


def test_slower_is_below_one_and_not_one() -> None:
    assert aggregate([0.9, 1.0, 1.1, 2.0]).slowdown_perc == 25.0


def test_a_test_that_took_no_time_is_infinitely_faster() -> None:
    assert speedups([1.0, 1.0], [0.0, 0.5]) == (math.inf, 2.0)
    assert harmonic_mean([math.inf, 2.0]) == 4.0


def test_one_test_has_no_deviation() -> None:
    assert aggregate([2.0]).gsd is None


def test_no_test_is_no_figure() -> None:
    with pytest.raises(ValueError, match="no test"):
        aggregate([])
