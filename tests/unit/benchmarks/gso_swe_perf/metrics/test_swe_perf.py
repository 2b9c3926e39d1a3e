"""SWE-Perf's proven saving, against the harness's formula spelled out with numpy and scipy."""

from __future__ import annotations

import random

import pytest

from perfagent.benchmarks.gso_swe_perf.metrics.swe_perf import expert_figures, figures, proven_saving, within_fences
from perfagent.benchmarks.gso_swe_perf.records import SwePerfTimings, TestTime


def times(seed: int, mean: float, spread: float, count: int = 20) -> list[float]:
    draw = random.Random(seed)
    return [round(mean * draw.lognormvariate(0, spread), 4) for _ in range(count)]


def by_scipy(base: list[float], patch: list[float]) -> float:
    import numpy as np
    from scipy.stats import mannwhitneyu

    saving, proven = 0.0, 0.0
    while saving <= 1:
        if mannwhitneyu(np.array(base) * (1 - saving), np.array(patch), alternative="greater").pvalue >= 0.1:
            break
        proven = saving
        saving += 0.001
    return proven


@pytest.mark.parametrize("seed", range(12))
def test_savings_are_the_harness_loops_to_the_last_bit(seed: int) -> None:
    base, patch = times(seed, 1.0, 0.02 * (1 + seed % 4)), times(seed + 100, 1 - 0.02 * (seed % 5), 0.03)
    if seed % 3 == 0:  # few enough values that scipy counts exactly
        base, patch = base[:6], patch[:8]
    assert proven_saving(base, patch) == by_scipy(base, patch)


@pytest.mark.parametrize("seed", range(8))
def test_fences_are_numpys(seed: int) -> None:
    import numpy as np

    values = times(seed, 0.01, 0.3, count=17 + seed)
    low, high = np.percentile(values, 25), np.percentile(values, 75)
    assert within_fences(values) == [v for v in values if low - (high - low) <= v <= high + (high - low)]


def test_a_regression_costs_nothing_and_everything_can_be_saved() -> None:
    assert proven_saving(times(1, 1.0, 0.01), times(2, 2.0, 0.01)) == 0.0
    assert proven_saving([1.0] * 20, [0.0] * 20) == pytest.approx(0.999)


def runs(seconds: float, outcome: str = "passed") -> tuple[dict[str, TestTime], ...]:
    return tuple({"a": TestTime(outcome=outcome, seconds=seconds + i / 1000)} for i in range(20))


def test_an_instance_is_the_mean_over_its_tests() -> None:
    joined = tuple({**one, "b": TestTime(outcome="passed", seconds=1.0)} for one in runs(1.0))
    faster = tuple({**one, "b": TestTime(outcome="passed", seconds=1.0)} for one in runs(0.5))
    found = figures(SwePerfTimings(base=joined, patch=faster), ["a", "b"])
    assert found.savings["b"] == 0 and found.performance == found.savings["a"] / 2 > 0.2


@pytest.mark.parametrize("patch", [(), runs(0.5, "failed"), (*runs(0.5), *runs(0.5, "failed"))])
def test_a_test_that_fails_once_or_is_missing_drops_the_instance(patch: tuple[dict[str, TestTime], ...]) -> None:
    found = figures(SwePerfTimings(base=runs(1.0), patch=patch), ["a"])
    assert found.failed == ("a",) and found.performance == 0


def test_the_experts_saving_comes_from_published_times() -> None:
    rows = [{"a": {"base": 1 + i / 1000, "head": 0.8 + i / 1000}} for i in range(20)]
    found = expert_figures(rows, ["a"])
    assert found is not None and 0.19 < found.performance < 0.21
    assert found.speedups["a"] == pytest.approx(1.247, abs=0.01)
    assert expert_figures(rows, ["b"]) is None
