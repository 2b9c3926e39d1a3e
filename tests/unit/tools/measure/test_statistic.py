"""The label-swap test against brute force, and what must hold for any data."""

from __future__ import annotations

import random
from collections.abc import Callable
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perfagent.tools.errors import MeasurementError
from perfagent.tools.measure.statistic import (
    LogCosts,
    every_swap,
    exceedances,
    log_speedup,
    p_value,
    random_swaps,
)

Noisy = Callable[[int, float, int], LogCosts]

COST = st.integers(-50, 50)
"""A narrow range, so that ties happen all the time."""


@st.composite
def costs(draw: st.DrawFn, least: int = 1, most: int = 7, values: st.SearchStrategy[int] = COST) -> LogCosts:
    count = draw(st.integers(least, most))
    side = st.lists(values, min_size=count, max_size=count).map(tuple)
    return LogCosts(draw(side), draw(side))


def brute_force_sums(data: LogCosts) -> list[int]:
    """h times S under all swaps."""
    sums = []
    for swap in product((False, True), repeat=len(data.baseline)):
        rows = zip(data.baseline, data.candidate, swap, strict=True)
        swapped = [(b, a) if exchange else (a, b) for a, b, exchange in rows]
        sums.append(LogCosts(*zip(*swapped, strict=True)).half_sum)
    return sums


@given(costs(most=8))
def test_enumerated_p_value_is_what_brute_force_counts(data: LogCosts) -> None:
    sums = brute_force_sums(data)
    assert p_value(data, 0.0, 0.01, "") == sum(s >= data.half_sum for s in sums) / len(sums)


@given(costs(most=6))
def test_size_is_exact_when_labels_are_exchangeable(data: LogCosts) -> None:
    """Over all equally likely labellings, P(p <= a) <= a for every a."""
    rows = list(zip(data.baseline, data.candidate, strict=True))
    labellings = product((False, True), repeat=len(rows))
    relabelled = (
        [(b, a) if flip else (a, b) for (a, b), flip in zip(rows, flips, strict=True)] for flips in labellings
    )
    values = [p_value(LogCosts(*zip(*pairs, strict=True)), 0.0, 0.01, "") for pairs in relabelled]
    assert all(sum(p <= a for p in values) <= a * len(values) + 1e-9 for a in values)


@given(costs(least=11, most=12))
@settings(max_examples=20)
def test_enumeration_is_complete_across_batches(data: LogCosts) -> None:
    found = sum(exceedances([data], swaps).bit_count() for swaps in every_swap(len(data.baseline)))
    assert found == sum(s >= data.half_sum for s in brute_force_sums(data))


def test_every_batch_holds_different_swaps() -> None:
    batches = list(every_swap(12))
    seen = {
        (i, field, *(kept >> 64 * field & 1 for kept in b.kept)) for i, b in enumerate(batches) for field in (0, 1023)
    }
    assert [batch.count for batch in batches] == [1024] * 4
    assert len({labels[2:] for labels in seen}) == 8


def test_random_swaps_are_fair_and_complete() -> None:
    batches = list(random_swaps(3, 5000, random.Random(4)))
    kept = [sum(batch.kept[pair].bit_count() for batch in batches) for pair in range(3)]
    assert sum(batch.count for batch in batches) == 5000
    assert all(abs(count - 2500) < 150 for count in kept)


@given(costs(least=2, most=9))
def test_exchanging_the_sides_negates_the_statistic(data: LogCosts) -> None:
    assert log_speedup(data.reversed()) == -log_speedup(data)


@given(costs(least=2, most=9), st.integers(-(10**9), 10**9))
def test_a_faster_clock_changes_nothing(data: LogCosts, step: int) -> None:
    rescaled = LogCosts(tuple(c + step for c in data.baseline), tuple(c + step for c in data.candidate))
    assert log_speedup(rescaled) == log_speedup(data)
    assert p_value(rescaled, 0.0, 0.01, "") == p_value(data, 0.0, 0.01, "")


@given(st.integers(6, 20), st.floats(0, 0.1), st.floats(-0.1, 0.1), st.floats(0, 0.1), st.integers(0, 99))
@settings(max_examples=40)
def test_p_value_never_falls_as_the_margin_grows(
    noisy: Noisy, n: int, gain: float, margin: float, more: float, seed: int
) -> None:
    data = noisy(n, gain, seed)
    assert p_value(data, margin, 0.01, "x") <= p_value(data, margin + more, 0.01, "x")


def test_drawn_p_value_agrees_with_enumeration(noisy: Noisy) -> None:
    data = noisy(13, 0.02, 5)
    exact = sum(s >= data.half_sum for s in brute_force_sums(data)) / 2**13
    assert p_value(data, 0.0, 0.01, "seed") == pytest.approx(exact, rel=0.3)


def test_a_small_level_draws_enough_swaps_to_be_reached(noisy: Noisy) -> None:
    assert p_value(noisy(30, 0.5, 1), 0.0, 0.01, "s") == 1 / 4001
    assert p_value(noisy(30, 0.5, 1), 0.0, 0.0002, "s") == 1 / 35001


def test_costs_too_far_apart_are_refused_not_wrapped() -> None:
    wild = LogCosts((0,) * 12, (2**60,) * 12)
    with pytest.raises(MeasurementError, match="too many orders"):
        p_value(wild, 0.0, 0.01, "s")
