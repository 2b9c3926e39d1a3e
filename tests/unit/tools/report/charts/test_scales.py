"""Ticks and labels."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perfagent.tools.report.charts.scales import apart, even_ticks, fitted, log_ticks, padded, ratio_ticks, room_for


@given(st.floats(1e-9, 1e5), st.floats(1.001, 1e9))
def test_an_axis_has_a_few_ticks_within_it(low: float, factor: float) -> None:
    high = low * factor
    ticks = log_ticks(low, high)
    assert 1 <= len(ticks) <= 7
    assert all(low * (1 - 1e-6) <= tick <= high * (1 + 1e-6) for tick in ticks)


@given(st.floats(1.011, 1e6))
def test_ratios_lie_the_same_on_both_sides_of_one(reach: float) -> None:
    ticks = ratio_ticks(reach)
    assert [1 / tick for tick in reversed(ticks)] == pytest.approx(ticks)
    assert 1 in ticks
    assert len(ticks) in (3, 5, 7)
    assert max(ticks) <= reach


def test_even_ticks_are_round() -> None:
    assert even_ticks(0.93, 1.17) == [0.95, 1.0, 1.05, 1.1, 1.15]


@given(st.lists(st.floats(0, 300), min_size=1, max_size=8))
def test_labels_keep_apart_and_in_order(wanted: list[float]) -> None:
    placed = apart(wanted, 15)
    order = sorted(range(len(wanted)), key=lambda index: wanted[index])
    assert all(placed[b] - placed[a] >= 15 - 1e-6 for a, b in pairwise(order))


def test_a_text_that_does_not_fit_loses_its_middle() -> None:
    assert fitted("short", 200) == "short"
    assert fitted("abcdefghijklmnopqrstuvwxyz", 67) == "abc…uvwxyz"


@given(st.lists(st.integers(1, 10**9), min_size=1, max_size=12, unique=True), st.floats(60, 800))
def test_labels_of_an_axis_never_meet(sizes: list[int], length: float) -> None:
    sizes.sort()
    labels = [f"{size:,}" for size in sizes]
    places = [length * index / len(sizes) for index in range(len(sizes))]
    shown = room_for(labels, places)
    assert shown[-1] == len(sizes) - 1
    for left, right in pairwise(shown):
        assert places[right] - places[left] >= 6.7 * (len(labels[left]) + len(labels[right])) / 2


def test_an_axis_of_equal_values_has_a_length() -> None:
    low, high = padded(1.0, 1.0)
    assert low < 1 < high
    assert len({f"{tick:.4g}" for tick in log_ticks(low, high)}) == len(log_ticks(low, high)) > 1
