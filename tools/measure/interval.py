"""The interval that inverts the label-swap test, and the estimate that carries it.

An end of the interval is the speedup at which the one-sided p-value crosses half of what the confidence
leaves. With the swaps held fixed that p-value is monotone in the speedup tested (see statistic.py), so that
there is one crossing, and bisection finds it. The interval is exact when a patch scales the run time by a
constant factor.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Sequence
from statistics import fmean

from perfagent.tools.errors import MeasurementError
from perfagent.tools.measure.constants import CONFIDENCE, INTERVAL_TOLERANCE, SWAPS
from perfagent.tools.measure.records import Estimate, MetricName, Pair
from perfagent.tools.measure.statistic import (
    LogCosts,
    Swaps,
    every_swap,
    exceedances,
    log_speedup,
    random_swaps,
)


def interval(series: Sequence[LogCosts], seed: str, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """Both ends, in log units, of the mean log speedups that the two-sided label-swap test does not reject.

    Args:
        series: one benchmark, or several measured in the same pairs.
        seed: of the swaps, when there are too many to enumerate.

    Raises:
        MeasurementError: there are too few pairs for any bound at this confidence.
    """
    pairs = len(series[0].baseline)
    tail = (1 - confidence) / 2
    if 2.0**-pairs > tail:
        raise MeasurementError(f"{pairs} pairs are too few for a {confidence:.0%} interval", code="PA504")
    if 2**pairs <= SWAPS:
        batches, allowed = tuple(every_swap(pairs)), tail * 2**pairs
    else:  # Drawn swaps do not hold the observed labels, which count as one of them.
        batches, allowed = tuple(random_swaps(pairs, SWAPS, random.Random(seed))), tail * (SWAPS + 1) - 1
    low = _lower_bound(series, batches, allowed)
    return low, -_lower_bound([costs.reversed() for costs in series], batches, allowed)


def _lower_bound(series: Sequence[LogCosts], batches: Sequence[Swaps], allowed: float) -> float:
    """The largest margin that no more than `allowed` swaps reach, to INTERVAL_TOLERANCE, rounded outward."""

    def rejected(margin: float) -> bool:
        moved = [costs.shifted(margin) for costs in series]
        return sum(exceedances(moved, swaps).bit_count() for swaps in batches) <= allowed

    kept = fmean(log_speedup(costs) for costs in series)
    low = next(margin for margin in _steps_down(kept) if rejected(margin))
    while kept - low > INTERVAL_TOLERANCE:
        middle = (low + kept) / 2
        low, kept = (middle, kept) if rejected(middle) else (low, middle)
    return low


def _steps_down(start: float) -> Iterator[float]:
    step = 0.02
    while True:
        yield start - step
        step *= 2


def estimate(
    series: Sequence[Sequence[Pair]], metrics: Sequence[MetricName], seed: str, confidence: float = CONFIDENCE
) -> Estimate:
    """The speedup of a fixed set of pairs with its interval; the geometric mean for several benchmarks.

    Args:
        series: the pairs of each benchmark.
        metrics: the metric of each benchmark.
        seed: of the label swaps.

    Raises:
        MeasurementError: too few pairs (six are needed for 95 %), or a cost that is not above zero.
    """
    costs = [LogCosts.of(pairs, metric) for pairs, metric in zip(series, metrics, strict=True)]
    low, high = interval(costs, seed, confidence)
    return Estimate(
        speedup=math.exp(fmean(log_speedup(each) for each in costs)),
        low=math.exp(low),
        high=math.exp(high),
        confidence=confidence,
        pairs=len(series[0]),
        metric=metrics[0] if len(set(metrics)) == 1 else "mixed",
    )
