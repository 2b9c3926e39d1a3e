"""Opt@k by order, by chance, and exactly."""

from __future__ import annotations

import pytest

from perfagent.benchmarks.gso_swe_perf.metrics import (
    Run,
    natural_order,
    opt_at_k,
    opt_at_k_expected,
    opt_at_k_smooth,
)

ALL = frozenset("abcd")
RUNS = [Run(ALL, frozenset("a")), Run(ALL, frozenset("ab")), Run(ALL, frozenset("c"))]


def test_the_first_k_count_and_any_of_them_is_enough() -> None:
    assert [opt_at_k(RUNS, 4, k) for k in (1, 2, 3)] == [25.0, 50.0, 75.0]


def test_scores_have_two_decimals_as_published() -> None:
    assert opt_at_k([Run(ALL, frozenset("ab"))], 102, 1) == 1.96


def test_the_expectation_is_over_all_choices_of_k_runs() -> None:
    a, b, c = 1 - 0 / 3, 1 - 1 / 3, 1 - 1 / 3
    assert opt_at_k_expected(RUNS, 4, 2) == pytest.approx((a + b + c) / 4 * 100)


def test_shuffles_estimate_the_expectation_and_are_the_same_every_time() -> None:
    found = opt_at_k_smooth(RUNS, 2)
    assert found == opt_at_k_smooth(RUNS, 2)
    assert found == pytest.approx(opt_at_k_expected(RUNS, 4, 2), abs=3)


def test_with_all_runs_drawn_nothing_is_left_to_chance() -> None:
    assert opt_at_k_smooth(RUNS, 3) == opt_at_k_expected(RUNS, 4, 3) == 75.0


def test_an_instance_that_fewer_runs_saw_counts_with_those() -> None:
    runs = [Run(frozenset("a"), frozenset("a")), Run(frozenset("b"), frozenset())]
    assert opt_at_k_expected(runs, 2, 2) == 50.0


def test_nothing_seen_is_nothing_solved() -> None:
    assert (opt_at_k([], 0, 1), opt_at_k_smooth([], 1), opt_at_k_expected([], 0, 1)) == (0, 0, 0)


def test_ten_comes_after_two() -> None:
    names = ["run_10.json", "run_2.json", "other", "run²_1.json"]
    assert sorted(names, key=natural_order) == ["other", "run_2.json", "run_10.json", "run²_1.json"]
