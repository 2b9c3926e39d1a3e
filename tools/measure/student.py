"""Student's t: its tail, its quantile, and the parametric test of the first look on winsorised pair differences."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, median, stdev

from perfagent.tools.measure.constants import MAD_TO_SD, WINSOR_MADS, WINSOR_SD_FACTOR

TINY = 1e-300
PRECISION = 1e-15


def t_survival(t: float, freedom: int) -> float:
    """P(T > t) for Student's t with `freedom` degrees of freedom (Abramowitz & Stegun 26.7.1)."""
    if math.isinf(t):
        return 0.0 if t > 0 else 1.0
    tail = incomplete_beta(freedom / 2, 0.5, freedom / (freedom + t * t)) / 2
    return tail if t >= 0 else 1 - tail


def t_quantile(tail: float, freedom: int) -> float:
    """The t that Student's t with `freedom` degrees of freedom exceeds with probability `tail`, 0 < tail <= 0.5.

    Found by bisection of `t_survival`, which falls in t, to 1e-9 of its value.
    """
    low, high = 0.0, 1.0
    while t_survival(high, freedom) > tail:
        low, high = high, 2 * high
    while high - low > 1e-9 * high:
        middle = (low + high) / 2
        low, high = (middle, high) if t_survival(middle, freedom) > tail else (low, middle)
    return high


def incomplete_beta(a: float, b: float, x: float) -> float:
    """The regularised incomplete beta function I_x(a, b), 0 <= x <= 1 (DLMF 8.17.22 on its faster side)."""
    if x in {0.0, 1.0}:
        return x
    if x > (a + 1) / (a + b + 2):
        return 1 - incomplete_beta(b, a, 1 - x)
    log_front = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    return math.exp(log_front) / (a * _beta_fraction(a, b, x))


def _beta_fraction(a: float, b: float, x: float) -> float:
    """1 + d1/(1 + d2/(1 + ...)) of DLMF 8.17.22 by Lentz's method (Applied Optics 15, 1976)."""
    value, numerator, denominator = 1.0, 1.0, 0.0
    for term in range(1, 1000):
        m = term // 2
        if term % 2:
            factor = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        else:
            factor = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        denominator = 1 / ((1 + factor * denominator) or TINY)
        numerator = (1 + factor / numerator) or TINY
        value *= numerator * denominator
        if abs(numerator * denominator - 1) < PRECISION:
            return value
    raise ArithmeticError(f"the fraction for I_{x}({a}, {b}) does not converge")


@dataclass(frozen=True, slots=True)
class Winsorised:
    """Mean and standard error of winsorised differences, with n - 1 degrees of freedom; log units."""

    mean: float
    error: float
    freedom: int

    @classmethod
    def of(cls, differences: Sequence[float]) -> Winsorised:
        """Pull differences in to median +- 2.5 robust sd, then take mean and sd.

        When more than half of them are equal the robust sd is 0 and says nothing; nothing is pulled in then.
        """
        centre = median(differences)
        reach = WINSOR_MADS * robust_sd(differences) or math.inf
        pulled = [min(max(value, centre - reach), centre + reach) for value in differences]
        error = WINSOR_SD_FACTOR * stdev(pulled) / math.sqrt(len(pulled))
        return cls(fmean(pulled), error, len(pulled) - 1)

    def p_above(self, margin: float) -> float:
        """One-sided p-value of "the mean is at most `margin`"."""
        return t_survival(self._t(margin), self.freedom)

    def p_below(self, margin: float) -> float:
        """One-sided p-value of "the mean is at least `margin`"."""
        return t_survival(-self._t(margin), self.freedom)

    def _t(self, margin: float) -> float:
        excess = self.mean - margin
        return excess / self.error if self.error else excess * math.inf if excess else 0.0


def robust_sd(values: Sequence[float]) -> float:
    """1.4826 times the median absolute deviation from the median; the values' unit."""
    centre = median(values)
    return MAD_TO_SD * median(abs(value - centre) for value in values)
