from __future__ import annotations

import math
from collections.abc import Callable

import pytest

from perfagent.benchmarks.gso_swe_perf.leaderboard import Line, Scored, rank
from perfagent.benchmarks.gso_swe_perf.leaderboard.bars import MARGIN, WIDTH, Bar, bars

Make = Callable[..., Scored]


@pytest.fixture
def drawn(scored: Make) -> Callable[..., list[Bar]]:
    def draw(*speedups: float | None) -> list[Bar]:
        lines: tuple[Line, ...] = rank("gso", [scored("m", *[(each, False) for each in speedups])]).entries[0].lines
        return bars(lines)

    return draw


def test_equal_factors_are_equal_lengths_to_either_side_of_the_base(drawn: Callable[..., list[Bar]]) -> None:
    twice, half, four = drawn(2.0, 0.5, 4.0)
    assert twice.length == pytest.approx(half.length, abs=0.2)
    assert four.length == pytest.approx(2 * twice.length, abs=0.2)
    assert twice.start == twice.base == four.start
    assert half.start == pytest.approx(half.base - half.length)
    assert four.expert == pytest.approx(four.base + four.length)
    assert four.expert == WIDTH - MARGIN


def test_an_unknown_speedup_has_no_bar_but_words(drawn: Callable[..., list[Bar]]) -> None:
    (bar,) = drawn(None)
    assert bar.start is None
    assert bar.label == "speedup unknown, expert's 4x"


def test_small_differences_do_not_fill_the_axis(drawn: Callable[..., list[Bar]]) -> None:
    (bar,) = drawn(1.02)
    assert bar.length < 5


def test_speedups_without_bound_and_of_nothing_are_drawn_at_the_ends(drawn: Callable[..., list[Bar]]) -> None:
    endless, none = drawn(math.inf, 0.0)
    assert endless.start is not None
    assert endless.start + endless.length == WIDTH - MARGIN
    assert none.start == MARGIN
