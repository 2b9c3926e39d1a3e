"""SWE-Perf's proven saving: outliers dropped, then the largest saving that a rank test still accepts.

Formulas and constants are those of the SWE-Perf harness (evaluation/utils.py, check_evaluation.py).
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, chain, repeat, takewhile
from statistics import fmean

from perfagent.benchmarks.gso_swe_perf.records import SwePerfTimings, TestTime
from perfagent.benchmarks.rank_test import p_of_u, tie_term

#: Its filter keeps what lies within one interquartile range of the quartiles (its `threshold` of 1.5 is unused).
FENCE = 1.0
#: p_threshold of find_max_significant_improvement.
SIGNIFICANCE = 0.1
#: Its step, added up in floating point as there: 0.009 is reached as 0.009000000000000001.
STEP = 0.001
STEPS = tuple(takewhile(lambda saving: saving <= 1, accumulate(chain([0.0], repeat(STEP)))))
#: How a row's `duration_changes` calls the code before and after the expert's change.
_SIDES = ("base", "head")


@dataclass(frozen=True, slots=True)
class SwePerfFigures:
    """What check_evaluation.py computes of an instance with run reports.

    Attributes:
        savings: efficiency test -> proven saving, a share of the base's time; empty when `failed`.
        failed: efficiency tests that did not pass in every run of both phases, or are missing.
        speedups: efficiency test -> mean time before / after, outliers dropped.
    """

    savings: dict[str, float]
    failed: tuple[str, ...]
    speedups: dict[str, float]

    @property
    def performance(self) -> float:
        """Mean saving over the efficiency tests, 0..1; 0 when one of them failed."""
        return fmean(self.savings.values()) if self.savings else 0.0


def figures(timings: SwePerfTimings, tests: Sequence[str]) -> SwePerfFigures:
    """Judge an instance by its efficiency tests."""
    base = {test: _times(timings.base, test) for test in tests}
    patch = {test: _times(timings.patch, test) for test in tests}
    failed = tuple(test for test in tests if not (base[test] and patch[test]))
    if failed:
        return SwePerfFigures({}, failed, {})
    return _compared(base, patch)


def _times(runs: Sequence[dict[str, TestTime]], test: str) -> list[float]:
    """The test's seconds without outliers; empty unless it passed wherever it ran.

    A run without the test is no failure there, as long as another has it.
    """
    found = [run[test] for run in runs if test in run]
    return within_fences([each.seconds for each in found]) if {each.outcome for each in found} == {"passed"} else []


def _ratio(base: Sequence[float], patch: Sequence[float]) -> float:
    after = fmean(patch)
    return fmean(base) / after if after > 0 else float("inf")


def expert_figures(durations: Sequence[dict[str, dict[str, float]]], tests: Sequence[str]) -> SwePerfFigures | None:
    """The expert's figures from a row's `duration_changes`; None when these say nothing of some test."""
    times = {test: [run[test] for run in durations if test in run] for test in tests}
    if not all(times.values()):
        return None
    base, head = ({test: within_fences([run[side] for run in of]) for test, of in times.items()} for side in _SIDES)
    return _compared(base, head)


def _compared(base: dict[str, list[float]], patch: dict[str, list[float]]) -> SwePerfFigures:
    savings = {test: proven_saving(base[test], patch[test]) for test in base}
    return SwePerfFigures(savings, (), {test: _ratio(base[test], patch[test]) for test in base})


def within_fences(times: Sequence[float]) -> list[float]:
    """The times without outliers, in their order."""
    ordered = sorted(times)
    low, high = _quartile(ordered, 0.25), _quartile(ordered, 0.75)
    reach = FENCE * (high - low)
    return [time for time in times if low - reach <= time <= high + reach]


def _quartile(ordered: Sequence[float], share: float) -> float:
    """As numpy's percentile interpolates, to the last bit: a time may lie exactly on a fence."""
    place = (len(ordered) - 1) * share
    below = int(place)
    above, part = min(below + 1, len(ordered) - 1), place - below
    step = ordered[above] - ordered[below]
    return ordered[above] - step * (1 - part) if part >= 0.5 else ordered[below] + step * part


def proven_saving(base: Sequence[float], patch: Sequence[float]) -> float:
    """The last saving x, from 0 in steps of 0.001, for which base * (1 - x) is still larger than patch at p < 0.1.

    0 also when x = 0 fails already: a regression costs nothing.

    Args:
        base, patch: seconds without outliers, at least one each.
    """
    proven, after = 0.0, sorted(patch)
    for saving in STEPS:
        if _p_value([time * (1 - saving) for time in base], after) >= SIGNIFICANCE:
            break
        proven = saving
    return proven


def _p_value(larger: Sequence[float], ordered: Sequence[float]) -> float:
    """`mann_whitney_p` for values sorted once; it decides a thousand times a test."""
    u = sum(bisect_left(ordered, value) + bisect_right(ordered, value) for value in larger) / 2
    return p_of_u(u, tie_term([*larger, *ordered]), len(larger), len(ordered))
