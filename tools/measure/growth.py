"""How a cost grows with the size of the input: the exponent of a power law, and where a change of sign lies.

cost = c * size^k is a line of slope k in log cost over log size, fitted by least squares. The interval of k is
Student's t with n - 2 degrees of freedom times the slope's standard error (Draper & Smith, Applied Regression
Analysis, 3rd ed., 1998, section 1.4): it holds the noise and the distance from a power law alike, so that a cost of
n log n, or one with a large fixed part, gets the wider interval it deserves.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

from perfagent.tools.errors import MeasurementError
from perfagent.tools.measure.constants import CONFIDENCE
from perfagent.tools.measure.records import Estimate, MetricName, Pair
from perfagent.tools.measure.student import Winsorised, t_quantile


def estimate_of_few(pairs: Sequence[Pair], metric: MetricName, confidence: float = CONFIDENCE) -> Estimate:
    """The speedup of so few pairs that the label-swap interval would tell nothing.

    Mean of the winsorised log ratios, with the interval of the first look's test (see `Winsorised`); parametric, and
    so for figures that decide nothing.

    Args:
        pairs: at least two.

    Raises:
        MeasurementError: a cost is not above zero.
    """
    ratios = [math.log(pair.baseline.value(metric) / pair.candidate.value(metric)) for pair in pairs]
    sample = Winsorised.of(ratios)
    reach = t_quantile((1 - confidence) / 2, sample.freedom) * sample.error
    return Estimate(
        speedup=math.exp(sample.mean),
        low=math.exp(sample.mean - reach),
        high=math.exp(sample.mean + reach),
        confidence=confidence,
        pairs=len(pairs),
        metric=metric,
    )


@dataclass(frozen=True, slots=True)
class Exponent:
    """The exponent k of size in a cost, with its interval; None where two sizes leave nothing to judge it by."""

    value: float
    interval: tuple[float, float] | None


def exponent(sizes: Sequence[float], costs: Sequence[float], confidence: float = CONFIDENCE) -> Exponent:
    """Fit cost = c * size^k.

    Args:
        sizes: above zero, at least two different ones.
        costs: one for each size, above zero, in any unit.
        confidence: two-sided, of the interval.

    Raises:
        MeasurementError: there are no two sizes, or a number is not above zero.
    """
    if len(set(sizes)) < 2 or min(*sizes, *costs) <= 0:
        raise MeasurementError("a growth needs two sizes and costs above zero", code="PA504")
    xs, ys = [math.log(size) for size in sizes], [math.log(cost) for cost in costs]
    middle, level = fmean(xs), fmean(ys)
    spread = math.fsum((x - middle) ** 2 for x in xs)
    slope = math.fsum((x - middle) * (y - level) for x, y in zip(xs, ys, strict=True)) / spread
    freedom = len(xs) - 2
    if freedom < 1:
        return Exponent(slope, None)
    residual = math.fsum((y - level - slope * (x - middle)) ** 2 for x, y in zip(xs, ys, strict=True))
    reach = t_quantile((1 - confidence) / 2, freedom) * math.sqrt(residual / freedom / spread)
    return Exponent(slope, (slope - reach, slope + reach))


@dataclass(frozen=True, slots=True)
class Crossing:
    """Sizes at which a patch is faster, and others at which it is slower; ascending, neither empty."""

    faster: tuple[int, ...]
    slower: tuple[int, ...]


def crossing(intervals: Mapping[int, tuple[float, float] | None]) -> Crossing | None:
    """Where the intervals of the speedup exclude 1 in opposite directions; None where they do not.

    Args:
        intervals: of the speedup (baseline cost / candidate cost) by size, None for a size that has none.
    """
    known = sorted((size, bounds) for size, bounds in intervals.items() if bounds is not None)
    faster = tuple(size for size, (low, _) in known if low > 1)
    slower = tuple(size for size, (_, high) in known if high < 1)
    return Crossing(faster, slower) if faster and slower else None
