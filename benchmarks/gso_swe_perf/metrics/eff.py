"""eff@k: how near to the expert's time the best of k attempts is expected to come, with times cut off at a limit.

Source: Qiu, Zeng, Ezick, Lott and Tong, "How efficient is LLM-generated code? A rigorous & high-standard benchmark"
(ENAMEL), 2024; the efficiency score, its levels and the Rao-Blackwellized estimator are its equations, the constants
those of its demo.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

#: ENAMEL's alpha: the limit is this many times the longest reference time. A run beyond it is cut off and counts 0.
TIMEOUT_FACTOR = 2.0


def level_efficiency(seconds: float, reference: float, timeout: float) -> float:
    """max(0, T - t) / (T - t_ref): 1 at the expert's time, 0 from the limit on, above 1 when faster.

    Args:
        seconds: infinite when the run was cut off.
        timeout: T, above `reference`.
    """
    return max(0.0, timeout - seconds) / (timeout - reference)


def efficiency(
    seconds: Sequence[float],
    references: Sequence[float],
    hardness: Sequence[float] | None = None,
    factor: float = TIMEOUT_FACTOR,
) -> float:
    """A correct attempt's efficiency: the mean of its levels', weighted by hardness.

    After the first level that was cut off, the rest count 0, as they are not run.

    Args:
        seconds: of each level, the longest of its cases; infinite when cut off.
        references: the expert's, of the same levels, above zero.
        hardness: weights; all the same when None.
    """
    timeout = factor * max(references)
    weights = [1.0] * len(references) if hardness is None else hardness
    gained, cut = 0.0, False
    for time, reference, weight in zip(seconds, references, weights, strict=True):
        cut = cut or math.isinf(time)
        gained += 0.0 if cut else weight * level_efficiency(time, reference, timeout)
    return gained / sum(weights)


def eff_at_k(efficiencies: Sequence[float], k: int) -> float:
    """The expected best of k out of these n attempts, without bias.

    The numerically stable form: with the attempts in ascending order, the r-th is the best of k with probability
    C(r - 1, k - 1) / C(n, k), had from the last one down by multiplying.

    Args:
        efficiencies: of all attempts, 0 for an incorrect one.
        k: from 1 to their number.

    Raises:
        ValueError: fewer than k attempts.
    """
    count = len(efficiencies)
    if not 1 <= k <= count:
        raise ValueError(f"eff@{k} needs at least {k} attempts, there are {count}")
    probability, expected = k / count, 0.0
    for place, value in zip(range(count, k - 1, -1), sorted(efficiencies, reverse=True), strict=False):
        expected += probability * value
        if place > 1:
            probability *= 1 - (k - 1) / (place - 1)
    return expected
