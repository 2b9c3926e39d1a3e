"""Trials: how often a rule accepts, what it costs, how often the interval holds the truth, what a family
does."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from perfagent.benchmarks.verdicts.noise import Machine, Source
from perfagent.benchmarks.verdicts.rules import Rule, reading
from perfagent.tools.measure import (
    PUBLISHED_PAIRS,
    AlphaLedger,
    PairSampler,
    PairsById,
    Plan,
    Reading,
    RunFailed,
    conclude,
    confirm,
    estimate,
    one_by_one,
    screen,
)

GAINS = (1.0, 1.01, 1.02, 1.03, 1.05, 1.10, 1.30)
"""True speedups; at 1 and 1.01 an acceptance is false."""


@dataclass(frozen=True, slots=True)
class Rate:
    """How many of how many; `runs` are processes of both sides, summed over the trials."""

    hits: int
    trials: int
    runs: int = 0

    @property
    def percent(self) -> float:
        """Hits in percent of trials."""
        return 100 * self.hits / self.trials

    @property
    def mean_runs(self) -> float:
        """Processes in one trial."""
        return self.runs / self.trials

    @property
    def wilson(self) -> tuple[float, float]:
        """95 % interval of the rate in percent (Wilson, J. Am. Stat. Assoc. 22, 1927)."""
        z, n = 1.959964, self.trials
        share = self.hits / n
        centre = (share + z * z / (2 * n)) / (1 + z * z / n)
        reach = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / (1 + z * z / n)
        return 100 * max(0.0, centre - reach), 100 * (centre + reach)


def add(rates: Sequence[Rate]) -> Rate:
    """Rates of several streams as one."""
    return Rate(sum(r.hits for r in rates), sum(r.trials for r in rates), sum(r.runs for r in rates))


def acceptance(rule: Rule, source: Source, gain: float, trials: int) -> Rate:
    """How often `rule` accepts a candidate that is truly `gain` times faster. The same noise for every
    rule."""
    hits = runs = 0
    for trial in range(trials):
        machine = source.machine(gain, f"{source.name}:{trial}")
        hits += rule.judge(machine, trial)
        runs += machine.processes
    return Rate(hits, trials, runs)


def coverage(stream: Source, gain: float, trials: int) -> Rate:
    """How often the published interval holds the true speedup."""
    hits = 0
    for trial in range(trials):
        sampler = _sampler({"baseline": 1.0, "candidate": gain}, stream, trial)
        measured = [_of(pairs) for pairs in islice(sampler.pairs(), PUBLISHED_PAIRS)]
        figure = estimate([[pairs["body"] for pairs in measured]], ["cpu"], str(trial))
        hits += figure.low <= gain <= figure.high
    return Rate(hits, trials, 2 * PUBLISHED_PAIRS * trials)


def family(stream: Source, candidates: int, trials: int) -> Rate:
    """How often one of `candidates` useless candidates gets through screening and two confirmations."""
    hits = runs = 0
    for trial in range(trials):
        machine = stream.machine(1.0, f"family:{stream.name}:{trial}")
        hits += _family_accepts(machine, candidates, trial)
        runs += machine.processes
    return Rate(hits, trials, runs)


def _family_accepts(machine: Machine, candidates: int, seed: int) -> bool:
    def run(_side: str, _hash_seed: int) -> dict[str, Reading]:
        return {"body": reading(machine.baseline())}

    ledger = AlphaLedger()
    plan = Plan({"body": "cpu"}, ("body",), seed=seed)
    ranking = screen(one_by_one(run), [f"candidate {number}" for number in range(candidates)], plan)
    for place, screened in enumerate(ranking[:2]):
        if not screened.promising:
            break
        confirmation_plan = Plan(plan.metrics, plan.targets, alpha=ledger.next_alpha, seed=seed)
        pairs = PairSampler(one_by_one(run), seed + 10**6 * (place + 1)).pairs()
        accepted = conclude(confirm(pairs, confirmation_plan)).verdict == "faster"
        ledger = ledger.reserve(screened.candidate).settle(accepted)
        if accepted:
            return True
    return False


def _sampler(speedups: dict[str, float], stream: Source, trial: int) -> PairSampler:
    machine = stream.machine(1.0, f"coverage:{stream.name}:{trial}")

    def run(side: str, _hash_seed: int) -> dict[str, Reading]:
        return {"body": reading(machine.baseline() / speedups[side])}

    return PairSampler(one_by_one(run), trial)


def _of(pairs: PairsById | RunFailed) -> PairsById:
    if isinstance(pairs, RunFailed):
        raise AssertionError("a simulated run cannot fail")
    return pairs
