"""GSO's verdicts at their edges."""

from __future__ import annotations

import pytest

from perfagent.benchmarks.gso_swe_perf.metrics.gso import figures_of_means, figures_of_ratios, figures_of_timings
from perfagent.benchmarks.gso_swe_perf.records import GsoTimings


def means(base: float, patch: float, commit: float) -> dict[str, list[float]]:
    return {"base": [base] * 2, "patch": [patch] * 2, "commit": [commit] * 2}


@pytest.mark.parametrize(("gain", "improves"), [(1.15, True), (1.1499, False), (1.2, True), (1.0, False)])
def test_the_gain_is_rounded_to_one_decimal_as_numpy_does(gain: float, improves: bool) -> None:
    figures = figures_of_ratios({"patch_base": [gain], "patch_commit": [1.0]}, {}, {"base": 2.0, "patch": 1.0})
    assert figures.opt_base is improves


def test_a_gain_on_short_tests_does_not_make_up_for_a_loss_in_all() -> None:
    figures = figures_of_means({"base": [0.1, 10.0], "patch": [0.01, 11.0], "commit": [0.01, 11.0]})
    assert figures.aggregates["patch_base"].gm > 2
    assert not figures.opt_base


def test_the_expert_has_to_be_exceeded_at_the_threshold() -> None:
    assert figures_of_means(means(2, 1, 0.951)).opt_commit()
    assert not figures_of_means(means(2, 1, 0.949)).opt_commit()
    assert figures_of_means(means(2, 1, 0.949)).opt_commit(0.9)


def test_one_bad_test_sinks_the_harmonic_mean() -> None:
    figures = figures_of_means({"base": [9.0] * 4, "patch": [1, 1, 1, 8.0], "commit": [1.5, 1.5, 1.5, 1.0]})
    assert figures.aggregates["patch_commit"].hm < 0.95 and not figures.opt_commit()


def test_at_zero_whoever_passed_counts() -> None:
    assert figures_of_means(means(1, 2, 1)).opt_commit(0)


def test_timings_are_averaged_within_a_test_and_then_over_tests() -> None:
    timings = GsoTimings(base=((1, 3), (4, 4)), patch=((1, 1), (2, 2)), commit=((2,), (1,)))
    named = figures_of_timings(timings).named()
    assert (named["base_mean"], named["patch_mean"], named["commit_mean"]) == (3, 1.5, 1.5)
    assert named["am_speedup_patch_base"] == 2.0
    assert named["base_std"] == pytest.approx(2**0.5)


def test_a_test_without_a_time_in_some_phase_is_left_out() -> None:
    timings = GsoTimings(base=((1,), (9,)), patch=((1,), ()), commit=((1,), (9,)))
    assert figures_of_timings(timings).means["base"] == (1,)
    with pytest.raises(ValueError, match="every phase"):
        figures_of_timings(GsoTimings(base=((1,),), patch=((),), commit=((1,),)))
