"""Scores over several rollouts of one agent: Opt_p@k and eff@k, estimated without bias, with intervals."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import fmean
from typing import Literal

from perfagent.benchmarks.gso_swe_perf.metrics import gso
from perfagent.benchmarks.gso_swe_perf.metrics.bootstrap import bootstrap
from perfagent.benchmarks.gso_swe_perf.metrics.eff import eff_at_k as eff_of_attempts
from perfagent.benchmarks.gso_swe_perf.metrics.opt_at_k import Run
from perfagent.benchmarks.gso_swe_perf.metrics.records import InstanceScore, Scores, Total

#: One instance's rows, one a rollout.
Attempts = Sequence[InstanceScore]


def run_of(scores: Scores, threshold: float = gso.OPT_THRESHOLD) -> Run:
    """One rollout's official GSO score as a run for Opt_p@k; every instance counts as seen.

    Args:
        threshold: p.
    """
    solved = frozenset(row.instance_id for row in scores.rows if reaches(row, threshold))
    return Run(frozenset(row.instance_id for row in scores.rows), solved)


def reaches(row: InstanceScore, threshold: float) -> bool:
    """Whether a row of an official GSO score reaches p of the expert's speed; at 0 whoever passed does."""
    if threshold == 0:
        return row.correct
    return bool(row.figures.get("opt_base")) and row.ratio is not None and row.ratio > threshold


def eff_at_k(rollouts: Sequence[Scores], k: int) -> float | None:
    """ENAMEL's eff@k over instances; None where some efficiency is unknown.

    Raises:
        ValueError: there are fewer than k rollouts.
    """
    attempts = _attempts(rollouts)
    if not 1 <= k <= len(rollouts):
        raise ValueError(f"eff@{k} needs at least {k} rollouts, there are {len(rollouts)}")
    return fmean(_best_of(each, k) for each in attempts) if attempts and _all_known(attempts) else None


def rollout_totals(rollouts: Sequence[Scores]) -> tuple[Total, ...]:
    """What the best of k of these rollouts is expected to reach, for k = 1, 2, ... as many as there are.

    `opt_at_<k>` for GSO (`solved_at_<k>` for the others) in percent, and `eff_at_<k>`, where every efficiency is known.

    Args:
        rollouts: scores of one benchmark, protocol and list of instances.

    Raises:
        ValueError: they are of several.
    """
    attempts = _attempts(rollouts)
    if not attempts:
        return ()
    word = "opt" if rollouts[0].benchmark == "gso" else "solved"
    totals = []
    for k in range(1, len(rollouts) + 1):
        tells = f"solved by the best of {k}, expected"
        totals.append(_total(f"{word}_at_{k}", [100 * _solved_by(each, k) for each in attempts], "%", tells))
        if _all_known(attempts):
            tells = f"ENAMEL's efficiency of the best of {k}"
            totals.append(_total(f"eff_at_{k}", [_best_of(each, k) for each in attempts], "share", tells))
    return tuple(totals)


def _attempts(rollouts: Sequence[Scores]) -> list[Attempts]:
    kinds = {(each.benchmark, each.protocol, tuple(row.instance_id for row in each.rows)) for each in rollouts}
    if len(kinds) > 1:
        raise ValueError("rollouts have to be of one benchmark, protocol and list of instances")
    return list(zip(*(each.rows for each in rollouts), strict=True))


def _all_known(attempts: Sequence[Attempts]) -> bool:
    return all(row.efficiency is not None for each in attempts for row in each)


def _best_of(attempts: Attempts, k: int) -> float:
    return eff_of_attempts([row.efficiency or 0.0 for row in attempts], k)


def _solved_by(attempts: Attempts, k: int) -> float:
    """1 - C(n - c, k) / C(n, k) for c of n solved (Chen et al., 2021)."""
    missed = len(attempts) - sum(row.solved for row in attempts)
    return 1 - math.comb(missed, k) / math.comb(len(attempts), k)


def _total(name: str, values: Sequence[float], unit: Literal["%", "share"], tells: str) -> Total:
    low, high = bootstrap(values, fmean) or (None, None)
    return Total(name=name, value=fmean(values), low=low, high=high, unit=unit, tells=tells)
