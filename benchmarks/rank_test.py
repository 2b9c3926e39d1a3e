"""The Mann-Whitney U test, as `scipy.stats.mannwhitneyu(method="auto")` decides it, without scipy.

Up to eight values on either side without ties the null distribution is counted (Mann and Whitney 1947); otherwise it is
the normal approximation with correction for ties and for continuity.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache

#: scipy counts exactly while one side has at most this many values and no two values are equal.
EXACT_UP_TO = 8


def mann_whitney_p(larger: Sequence[float], smaller: Sequence[float]) -> float:
    """One-sided p-value for "`larger` tends to be larger than `smaller`".

    Args:
        larger, smaller: at least one value each, of any unit.
    """
    ordered = sorted(smaller)
    u = sum(bisect_left(ordered, value) + bisect_right(ordered, value) for value in larger) / 2
    return p_of_u(u, tie_term([*larger, *smaller]), len(larger), len(ordered))


def tie_term(values: Sequence[float]) -> int:
    """Sum of t^3 - t over the groups of t equal values."""
    if len(set(values)) == len(values):
        return 0
    return sum(count**3 - count for count in Counter(values).values())


@lru_cache(maxsize=4096)
def p_of_u(u: float, ties: int, n: int, m: int) -> float:
    """P(U >= u) when both sides have one distribution.

    Args:
        u: pairs won by the first side, ties as one half.
        ties: see `tie_term`.
        n, m: sizes of the sides.
    """
    if not ties and min(n, m) <= EXACT_UP_TO:
        counts = _ways(n, m)
        return sum(counts[math.ceil(u) :]) / math.comb(n + m, n)
    total = n + m
    variance = n * m / 12 * (total + 1 - ties / (total * (total - 1)))
    distance = u - n * m / 2 - 0.5
    if variance <= 0:  # every value is the same
        return 1.0
    return 0.5 * math.erfc(distance / math.sqrt(2 * variance))


@lru_cache(maxsize=64)
def _ways(n: int, m: int) -> tuple[int, ...]:
    """How many of the orders of n and m values give U = 0, 1, ..., n*m: the Gaussian binomial's coefficients."""
    counts = [1] + [0] * (n * m)
    for part in range(1, n + 1):
        for index in range(n * m, part + m - 1, -1):  # times (1 - q^(m + part)) ...
            counts[index] -= counts[index - part - m]
        for index in range(part, n * m + 1):  # ... divided by (1 - q^part)
            counts[index] += counts[index - part]
    return tuple(counts)
