"""Intervals over instances."""

from __future__ import annotations

import random
from collections.abc import Sequence
from statistics import fmean

import pytest

from perfagent.benchmarks.gso_swe_perf.metrics import bootstrap


def mean(values: Sequence[float]) -> float:
    return fmean(values)


def test_it_is_near_the_textbooks_for_a_mean_of_normal_values() -> None:
    values = [random.Random(i).gauss(10, 1) for i in range(200)]
    bounds = bootstrap(values, mean)
    assert bounds is not None
    assert bounds[0] == pytest.approx(fmean(values) - 1.96 / 200**0.5, abs=0.03)
    assert bounds[1] == pytest.approx(fmean(values) + 1.96 / 200**0.5, abs=0.03)


def test_the_same_seed_gives_the_same_bounds() -> None:
    values = [0.0, 1.0, 1.0, 5.0, 2.0]
    assert bootstrap(values, mean, seed=4) == bootstrap(values, mean, seed=4) != bootstrap(values, mean, seed=5)


@pytest.mark.parametrize("values", [[], [1.0], [1.0, 1.0, 1.0]])
def test_nothing_to_resample_says_nothing(values: list[float]) -> None:
    assert bootstrap(values, mean) is None


def test_a_skewed_score_has_a_skewed_interval() -> None:
    values = [1.0] * 40 + [30.0, 60.0, 90.0]
    bounds = bootstrap(values, mean)
    assert bounds is not None and bounds[1] - fmean(values) > 1.3 * (fmean(values) - bounds[0])
