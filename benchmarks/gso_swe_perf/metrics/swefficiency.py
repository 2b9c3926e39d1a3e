"""SWE-fficiency's speedup ratio to the expert, its harmonic mean, and the views that the score lacks.

Formulas are those of the SWE-fficiency harness (scripts/eval/get_report.py).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from perfagent.benchmarks.gso_swe_perf.metrics.aggregates import geometric_mean
from perfagent.benchmarks.gso_swe_perf.records import SwefficiencyTimings

#: What a missing or incorrect patch counts as: it neither gains nor loses.
NO_SPEEDUP = 1.0
#: From here on a patch counts as matching the expert, as GSO counts.
MATCHES_EXPERT = 0.95
#: How many of the worst tasks `worst_weight` looks at.
WORST = 10


@dataclass(frozen=True, slots=True)
class SwefficiencyFigures:
    """One row of the harness's table.

    Attributes:
        raw_speedup: before / after of the patch, whether it is correct or not.
        correctness_pct: share of the PASS_TO_PASS tests that pass, 0..1.
        correct: all of them pass and the guard found nothing.
    """

    raw_speedup: float
    correctness_pct: float
    correct: bool

    @property
    def speedup(self) -> float:
        """What counts: 1 for an incorrect patch; below 1 for a correct one that is slower."""
        return self.raw_speedup if self.correct else NO_SPEEDUP


def figures(
    timings: SwefficiencyTimings, required: Iterable[str] = (), *, finished: bool = True
) -> SwefficiencyFigures:
    """Judge an instance.

    Args:
        required: its PASS_TO_PASS tests; one that has no outcome failed.
        finished: the protocol came to its end; a run whose tests left no output is incorrect, with none required too.
    """
    asked = set(required) | set(timings.tests)
    passed = sum(timings.tests.get(test, False) for test in asked)
    share = passed / len(asked) if asked else 1.0
    return SwefficiencyFigures(
        before_over_after(timings), share, finished and share == 1.0 and not timings.introspection
    )


def before_over_after(timings: SwefficiencyTimings) -> float:
    """The workload's speedup as it printed it; infinite when it took no time."""
    return timings.before_mean / timings.after_mean if timings.after_mean > 0 else math.inf


def speedup_ratio(speedup: float, expert: float) -> float:
    """SR: the patch's speedup as a share of the expert's; 0 where the expert's is 0, as published."""
    if speedup == expert != 0:  # both may be infinite
        return 1.0
    return speedup / expert if expert else 0.0


def score(ratios: Sequence[float]) -> float:
    """The harmonic mean of SR over all instances: one ratio of 0 makes it 0; 0 without instances."""
    if not ratios or min(ratios) <= 0:
        return 0.0
    return len(ratios) / math.fsum(1 / ratio for ratio in ratios)


def geometric(ratios: Sequence[float]) -> float:
    """The geometric mean of SR; 0 without instances."""
    return geometric_mean(ratios) if ratios else 0.0


def share_matching(ratios: Sequence[float]) -> float:
    """Share of instances with SR of at least 0.95, whether correct or not, as SR alone is published."""
    return sum(ratio >= MATCHES_EXPERT for ratio in ratios) / len(ratios) if ratios else 0.0


def worst_weight(ratios: Sequence[float]) -> float:
    """Share of the score's denominator, the sum of 1 / SR, that its ten largest terms make up: who decides it."""
    terms = sorted((1 / ratio if ratio > 0 else math.inf for ratio in ratios), reverse=True)
    if not terms or math.isinf(terms[0]):
        return 1.0
    return math.fsum(terms[:WORST]) / math.fsum(terms)
