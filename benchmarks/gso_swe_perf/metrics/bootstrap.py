"""Bootstrap intervals over instances, for any score: how far a score would move on other instances of the kind.

BCa (Efron, "Better Bootstrap Confidence Intervals", 1987) rather than the percentile interval: harmonic means of
speedup ratios are decided by few instances, so that their bootstrap distribution is skewed and biased; BCa moves the
quantiles for both. Of 600 samples of 100 instances from a published run of SWE-fficiency its 95 % intervals held the
whole run's harmonic mean in 80 % (percentile intervals 75 %), its geometric mean in 91 % (92 %) and the share of
matched experts in 95 % (95 %). No resampling sees the rare, very bad instance that a sample lacks: read the harmonic
mean's interval as a lower bound of its uncertainty. Measurement noise within an instance is in its outcome and hence in
the interval.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from statistics import NormalDist, fmean
from typing import TypeVar

Item = TypeVar("Item")

RESAMPLES = 2000  # the 2.5 % quantile then rests on 50 of them
CONFIDENCE = 0.95


def bootstrap(
    items: Sequence[Item],
    score: Callable[[Sequence[Item]], float],
    seed: int = 0,
    resamples: int = RESAMPLES,
    confidence: float = CONFIDENCE,
) -> tuple[float, float] | None:
    """Bounds of `score` over instances; the same for the same seed.

    Args:
        items: one an instance.
        score: of any list of them as long as `items`, or one shorter.

    Returns:
        None when resampling says nothing: fewer than two instances, or all resamples score the same.
    """
    if len(items) < 2:
        return None
    draw = random.Random(seed)
    drawn = sorted(score(draw.choices(items, k=len(items))) for _ in range(resamples))
    if drawn[0] == drawn[-1]:
        return None
    normal = NormalDist()
    bias = normal.inv_cdf(_share_below(drawn, score(items)))
    skew = _acceleration([score([*items[:index], *items[index + 1 :]]) for index in range(len(items))])
    tail = (1 - confidence) / 2

    def bound(share: float) -> float:
        z = bias + normal.inv_cdf(share)
        moved = normal.cdf(bias + z / (1 - skew * z)) if skew * z < 1 else float(z > 0)
        return drawn[min(len(drawn) - 1, max(0, int(moved * len(drawn))))]

    return bound(tail), bound(1 - tail)


def _share_below(drawn: Sequence[float], observed: float) -> float:
    """Share of resamples below the observed score, equal ones as one half; kept off 0 and 1."""
    below = sum((value < observed) + 0.5 * (value == observed) for value in drawn)
    return min(max(below, 0.5), len(drawn) - 0.5) / len(drawn)


def _acceleration(left_out: Sequence[float]) -> float:
    """Skewness of the score's influence values, from scores that leave one instance out each."""
    mean = fmean(left_out)
    squares = sum((mean - value) ** 2 for value in left_out)
    cubes = sum((mean - value) ** 3 for value in left_out)
    return float(cubes / (6 * squares**1.5)) if squares > 0 else 0.0
