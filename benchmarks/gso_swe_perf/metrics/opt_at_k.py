"""Opt@k over several runs: the published score, the published curve, and what that curve estimates.

Sources: GSO's opt_at_k.py (`merge_reports`) and analysis/quantitative/helpers.py (`calculate_opt_at_k_smooth`); the
unbiased estimator is that of pass@k (Chen et al., "Evaluating Large Language Models Trained on Code", 2021).
"""

from __future__ import annotations

import math
import random
import re
from collections.abc import Sequence
from dataclasses import dataclass

#: num_trials of GSO's helpers.py.
TRIALS = 500


@dataclass(frozen=True, slots=True)
class Run:
    """One run over the data set: the instances it says anything of, and those it solved."""

    seen: frozenset[str]
    solved: frozenset[str]


def natural_order(name: str) -> tuple[tuple[str, int], ...]:
    """Sort key by which `run-2` comes before `run-10`, as GSO orders prediction files."""
    parts = re.split(r"(\d+)", name)
    texts, numbers = parts[::2], [*map(int, parts[1::2]), 0]
    return tuple(zip(texts, numbers, strict=True))


def opt_at_k(runs: Sequence[Run], total: int, k: int) -> float:
    """Percent of `total` instances that one of the first k runs solved, to two decimals as published."""
    return as_published(len(frozenset().union(*(run.solved for run in runs[:k]))), total)


def as_published(solved: int, total: int) -> float:
    """A score as GSO's reports round it: percent to two decimals; 0 of 0 is 0."""
    return round(solved / total * 100, 2) if total else 0.0


def opt_at_k_smooth(runs: Sequence[Run], k: int, trials: int = TRIALS, seed: int = 0) -> float:
    """The published curve's point at k: percent solved by the first k of each instance's runs in random order.

    The published code draws without a seed and divides by the instances that any run saw; the seed is ours.
    """
    draw = random.Random(seed)
    orders = [[instance in run.solved for run in runs if instance in run.seen] for instance in _seen(runs)]
    hits = 0
    for _ in range(trials):
        for order in orders:
            draw.shuffle(order)
            hits += any(order[:k])
    return hits / trials / len(orders) * 100 if orders else 0.0


def opt_at_k_expected(runs: Sequence[Run], total: int, k: int) -> float:
    """What the curve estimates, exactly: the mean of 1 - C(n - c, k) / C(n, k), in percent of `total`.

    n runs saw the instance, c solved it; an instance with n < k counts as at k = n.
    """
    expected = 0.0
    for instance in _seen(runs):
        tries = [instance in run.solved for run in runs if instance in run.seen]
        drawn = min(k, len(tries))
        expected += 1 - math.comb(len(tries) - sum(tries), drawn) / math.comb(len(tries), drawn)
    return expected / total * 100 if total else 0.0


def _seen(runs: Sequence[Run]) -> list[str]:
    return sorted(frozenset().union(*(run.seen for run in runs)))
