"""SWE-fficiency's ratio and what is made of it."""

from __future__ import annotations

import math

import pytest

from perfagent.benchmarks.gso_swe_perf.metrics import swefficiency as s
from perfagent.benchmarks.gso_swe_perf.records import SwefficiencyTimings


def timings(after: float, tests: dict[str, bool], introspection: tuple[str, ...] = ()) -> SwefficiencyTimings:
    return SwefficiencyTimings(
        before_mean=6, before_std=0, after_mean=after, after_std=0, tests=tests, introspection=introspection
    )


def test_a_correct_patch_counts_as_measured_even_when_slower() -> None:
    assert s.figures(timings(2, {"t": True})).speedup == 3
    assert s.figures(timings(12, {"t": True})).speedup == 0.5


@pytest.mark.parametrize(
    ("told", "required"),
    [
        (timings(2, {"t": False}), ()),
        (timings(2, {"t": True}), ("u",)),
        (timings(2, {"t": True}, ("sys._getframe",)), ()),
    ],
)
def test_a_failed_or_missing_test_and_introspection_make_it_one(
    told: SwefficiencyTimings, required: tuple[str]
) -> None:
    found = s.figures(told, required)
    assert (found.speedup, found.correct, found.raw_speedup) == (1.0, False, 3.0)


def test_no_required_test_is_none_failed() -> None:
    assert s.figures(timings(2, {})).correct


def test_the_score_is_the_harmonic_mean_and_one_bad_task_decides_it() -> None:
    ratios = [1.0] * 99 + [0.001]
    assert s.score(ratios) == pytest.approx(100 / 1099)
    assert s.worst_weight(ratios) == pytest.approx(1009 / 1099)
    assert s.geometric(ratios) > 0.9 and s.share_matching(ratios) == 0.99


def test_ratios_at_their_ends() -> None:
    assert (s.speedup_ratio(3, 6), s.speedup_ratio(3, 0)) == (0.5, 0.0)
    assert (s.score([]), s.score([0.0, 1.0]), s.worst_weight([0.0, 1.0])) == (0, 0, 1)
    assert s.before_over_after(timings(0, {})) == math.inf
    assert (s.speedup_ratio(math.inf, math.inf), s.speedup_ratio(2, math.inf)) == (1, 0)
