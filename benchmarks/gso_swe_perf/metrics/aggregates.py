"""GSO's aggregates of paired test times, in the order of operations of its harness (grading/metrics.py).

Where that harness would divide by zero or take the deviation of one value, the figure is None or infinite here.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean


@dataclass(frozen=True, slots=True)
class Aggregates:
    """How much faster one phase is than another, over an instance's tests.

    Attributes:
        am: mean of the earlier phase's test means / that of the later's: long tests weigh more. None without times.
        gm: geometric mean of the tests' speedups.
        gsd: geometric standard deviation of them, with n - 1; None for one test.
        hm: harmonic mean of them.
        slowdown_perc: percent of tests that got slower.
    """

    am: float | None
    gm: float
    gsd: float | None
    hm: float
    slowdown_perc: float

    def named(self, phases: str) -> dict[str, float | None]:
        """By GSO's names, for phases such as `patch_base`."""
        return {
            f"am_speedup_{phases}": self.am,
            f"gm_speedup_{phases}": self.gm,
            f"gsd_speedup_{phases}": self.gsd,
            f"slowdown_perc_{phases}": self.slowdown_perc,
            f"hm_speedup_{phases}": self.hm,
        }


def speedups(before: Sequence[float], after: Sequence[float]) -> tuple[float, ...]:
    """Each test's mean before / after, seconds; infinite where after is 0. A test that one side lacks is left out."""
    return tuple(b / a if a > 0 else math.inf for b, a in zip(before, after, strict=False))


def aggregate(ratios: Sequence[float], means: tuple[float, float] | None = None) -> Aggregates:
    """Summarize the speedups of an instance's tests.

    Args:
        ratios: of the tests, at least one.
        means: the two phases' means over tests, in seconds, for `am`.

    Raises:
        ValueError: there is no test.
    """
    if not ratios:
        raise ValueError("no test to aggregate")
    return Aggregates(
        am=None if means is None else means[0] / means[1] if means[1] > 0 else math.inf,
        gm=geometric_mean(ratios),
        gsd=_geometric_deviation(ratios),
        hm=harmonic_mean(ratios),
        slowdown_perc=sum(ratio < 1 for ratio in ratios) / len(ratios) * 100,
    )


def geometric_mean(ratios: Sequence[float]) -> float:
    """exp(mean ln r); 0 when one ratio is 0."""
    if min(ratios) <= 0:
        return 0.0
    return math.exp(fmean(map(math.log, ratios)))


def harmonic_mean(ratios: Sequence[float]) -> float:
    """n / sum(1 / r) over positive ratios, as GSO's: a ratio of 0 counts in n only; infinite when nothing is left."""
    inverse = sum(1 / ratio for ratio in ratios if ratio > 0)
    return len(ratios) / inverse if inverse else math.inf


def _geometric_deviation(ratios: Sequence[float]) -> float | None:
    deviation = sample_deviation([math.log(ratio) if ratio > 0 else -math.inf for ratio in ratios])
    return None if deviation is None else math.exp(deviation)


def sample_deviation(values: Sequence[float]) -> float | None:
    """Standard deviation with n - 1; None for one value, or for an infinite one."""
    if len(values) < 2 or not all(map(math.isfinite, values)):
        return None
    mean = fmean(values)
    return math.sqrt(sum((value - mean) ** 2 for value in values) / (len(values) - 1))
