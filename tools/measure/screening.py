"""Ranks several candidates cheaply, so that only the promising ones are confirmed.

All candidates share one baseline run a round. Screening has no right to accept, and its data are thrown away:
a test on fresh pairs cannot be inflated by the choice of what is tested, so the family error stays that of
the confirmations, for any number of candidates.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from perfagent.tools.measure.constants import SCREEN_FINALISTS, SCREEN_MIN_SHARE, SCREEN_ROUNDS
from perfagent.tools.measure.records import RunFailed
from perfagent.tools.measure.sampling import PairsById, RoundSampler, Run, pair_up
from perfagent.tools.measure.statistic import LogCosts, log_speedup
from perfagent.tools.measure.verdict import Plan

BASELINE = "baseline"


@dataclass(frozen=True, slots=True)
class Screened:
    """What screening says of one candidate.

    Attributes:
        candidate: its name.
        log_speedup: of its best target, log units; biased upward for the first of many, so never to be
        published. rounds: rounds it was measured in. promising: whether a confirmation is worth its cost.
        failure: what it died of; empty when it ran.
    """

    candidate: str
    log_speedup: float
    rounds: int
    promising: bool
    failure: str = ""


def screen(
    run: Run, candidates: Sequence[str], plan: Plan, targets: Mapping[str, Sequence[str]] | None = None
) -> list[Screened]:
    """Rank `candidates` by successive halving: some rounds for all, as many again for the best three.

    Args:
        run: measures the side "baseline" and candidates by name in one round.
        candidates: names; none is called "baseline".
        plan: its targets, metrics, smallest gain and seed are used.
        targets: what each candidate is ranked by, a part of the plan's targets; all of them when None.

    Returns:
        All candidates in the order in which to confirm them; the failed ones last.

    Raises:
        MeasurementError: the baseline failed.
    """
    race = _Race(RoundSampler(run, (BASELINE, *candidates), plan.seed), plan, targets or {})
    race.measure(candidates)
    finalists = [name for name in race.ranking() if name not in race.failures][:SCREEN_FINALISTS]
    if len(candidates) > SCREEN_FINALISTS:
        race.measure(finalists)
    ranking = race.ranking()
    ranking.sort(key=lambda name: (name in race.failures, name not in finalists))
    return [race.outcome(name) for name in ranking]


class _Race:
    """Rounds measured so far and what they say of each candidate."""

    def __init__(self, sampler: RoundSampler, plan: Plan, targets: Mapping[str, Sequence[str]]) -> None:
        self._sampler = sampler
        self._plan = plan
        self._targets = targets
        self._round = 0
        self._pairs: dict[str, list[PairsById]] = {name: [] for name in sampler.sides[1:]}
        self.failures: dict[str, str] = {}

    def measure(self, candidates: Sequence[str]) -> None:
        """SCREEN_ROUNDS rounds of the baseline and `candidates`; one that fails is left out of the rest."""
        for _ in range(SCREEN_ROUNDS):
            running = [name for name in candidates if name not in self.failures]
            if not running:
                return
            measured = self._sampler.round(self._round, (BASELINE, *running))
            self._round += 1
            for name in running:
                pairs = pair_up(measured, BASELINE, name)
                if isinstance(pairs, RunFailed):
                    self.failures[name] = pairs.detail
                else:
                    self._pairs[name].append(pairs)

    def ranking(self) -> list[str]:
        """All candidates, best first; those that failed last."""
        return sorted(self._pairs, key=self._score, reverse=True)

    def outcome(self, name: str) -> Screened:
        """What is known of one candidate."""
        score = self._score(name)
        enough = score >= SCREEN_MIN_SHARE * math.log(self._plan.min_speedup)
        return Screened(name, score, len(self._pairs[name]), enough, self.failures.get(name, ""))

    def _score(self, name: str) -> float:
        if name in self.failures:
            return -math.inf
        return max(self._target_score(name, target) for target in self._targets.get(name, self._plan.targets))

    def _target_score(self, name: str, target: str) -> float:
        column = [pairs[target] for pairs in self._pairs[name]]
        return log_speedup(LogCosts.of(column, self._plan.metrics[target]))
