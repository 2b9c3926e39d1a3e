"""The sequential test: whenever it stops, it has accepted identical code with probability at most alpha.

Look k rejects "at most 1 % faster" when its p-value is at most alpha times the look's share; the shares sum
to 1, so by the union bound the chance that any look rejects wrongly is at most alpha. Equivalently, the
smallest p_k / share_k so far is itself a valid p-value at any time; it is what `Decision.p_value` holds and
what Holm's procedure works on. The looks from the second on use the label-swap test, exact for identical
code. Six pairs have only 64 swaps, so the first look is a winsorised t test, the only step that leans on a
model of the noise. It is for gains of 10 % and more, and wants every single pair beyond the margin as well,
so that even where the model fails it cannot accept identical code in more than one of 64 cases. Stopping
for futility and the wall guard only ever refuse.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from perfagent.tools.measure.constants import (
    ALPHA,
    FIRST_FUTILITY,
    FIRST_LOOK_MIN_SPEEDUP,
    FUTILITY,
    LATE_FUTILITY_PAIRS,
    LONG_RUN_S,
    LOOKS,
    MIN_SPEEDUP,
    NULL_MARGIN,
    SHORT_LOOKS,
    WALL_GUARD_ALPHA,
    Look,
)
from perfagent.tools.measure.interval import estimate
from perfagent.tools.measure.records import METRIC_WORDS, Decision, DecisionVerdict, Estimate, MetricName, Pair
from perfagent.tools.measure.statistic import UNIT, LogCosts, log_speedup, p_value
from perfagent.tools.measure.student import Winsorised

MARGIN = math.log(NULL_MARGIN)


def looks_for(run_s: float) -> tuple[Look, ...]:
    """The schedule for runs of `run_s` seconds: the short one above ten seconds."""
    return SHORT_LOOKS if run_s > LONG_RUN_S else LOOKS


def slower_p_value(pairs: Sequence[Pair], metric: MetricName, level: float, seed: str) -> float:
    """P-value of "the candidate is at most 1 % slower": small when it is slower by more than that.

    Args:
        level: what the p-value will be held against.
        seed: of the label swaps.
    """
    return p_value(LogCosts.of(pairs, metric).reversed(), MARGIN, level, seed)


class SequentialTest:
    """Decides whether one benchmark became faster.

    Args:
        alpha: chance of accepting identical code, all looks together.
        min_speedup: smallest estimate that is accepted, such as 1.03.
        metric: the cost compared, fixed before the first pair.
        seed: of the label swaps; the same pairs and seed give the same decision.
        looks: the schedule.
    """

    def __init__(
        self,
        alpha: float = ALPHA,
        min_speedup: float = MIN_SPEEDUP,
        metric: MetricName = "cpu",
        seed: int = 0,
        looks: Sequence[Look] = LOOKS,
    ) -> None:
        self.alpha = alpha
        self.min_gain = math.log(min_speedup)
        self.metric: MetricName = metric
        self.looks = tuple(looks)
        self._seed = seed
        self._pairs: list[Pair] = []
        self._look = 0
        self._p_value = 1.0
        self._log_speedup = 0.0
        self._decision = self._decide("undecided", "no pair was measured yet")

    @property
    def pairs(self) -> tuple[Pair, ...]:
        """The pairs seen so far."""
        return tuple(self._pairs)

    def decision(self) -> Decision:
        """What the pairs so far say."""
        return self._decision

    def estimate(self) -> Estimate:
        """The speedup so far. Biased upward after an acceptance; publish from fresh pairs instead.

        Raises:
            MeasurementError: fewer than six pairs.
        """
        return estimate([self._pairs], [self.metric], f"{self._seed}:interval")

    def add(self, pair: Pair) -> Decision:
        """Take one more pair and, when a look is due, decide.

        Raises:
            ValueError: the test has stopped.
            MeasurementError: a cost in the pair is not above zero.
        """
        if self._decision.final:
            raise ValueError("the test has stopped; further pairs would be optional stopping")
        self._pairs.append(pair)
        due = self.looks[self._look]
        if len(self._pairs) < due.pairs:
            self._decision = self._decide("undecided", f"the next look is at {due.pairs} pairs")
        else:
            self._decision = self._take(due)
        return self._decision

    def raise_alpha(self, alpha: float) -> Decision:
        """Hold the evidence so far and to come against a larger alpha, set free by Holm's procedure."""
        self.alpha = max(self.alpha, alpha)
        if not self._decision.final and self._p_value <= self.alpha:
            self._decision = self._accept()
        return self._decision

    def _take(self, look: Look) -> Decision:
        self._look += 1
        costs = LogCosts.of(self._pairs, self.metric)
        self._log_speedup = log_speedup(costs)
        if self._log_speedup >= self.min_gain:
            evidence = self._first_p_value(costs) if self._look == 1 else self._swap_p_value(costs, look)
            self._p_value = min(self._p_value, evidence / look.share)
        if self._p_value <= self.alpha:
            return self._accept()
        futile = self._first_futility(costs) if self._look == 1 else self._futility(costs)
        if futile is not None:
            return futile
        if self._look == len(self.looks):
            return self._decide("inconclusive", f"{look.pairs} pairs do not settle it")
        return self._decide("undecided", f"the next look is at {self.looks[self._look].pairs} pairs")

    def _first_p_value(self, costs: LogCosts) -> float:
        differences = _differences(costs)
        sample = Winsorised.of(differences)
        needed = max(self.min_gain, math.log(FIRST_LOOK_MIN_SPEEDUP))
        if sample.mean <= needed or min(differences) <= MARGIN:
            return 1.0
        return sample.p_above(MARGIN)

    def _swap_p_value(self, costs: LogCosts, look: Look) -> float:
        return p_value(costs, MARGIN, self.alpha * look.share, self._draws("gain"))

    def _first_futility(self, costs: LogCosts) -> Decision | None:
        hopeless = Winsorised.of(_differences(costs)).p_below(self.min_gain) < FIRST_FUTILITY
        return self._too_small() if hopeless and self._log_speedup < self.min_gain else None

    def _futility(self, costs: LogCosts) -> Decision | None:
        if p_value(costs.reversed(), -self.min_gain, FUTILITY, self._draws("futility")) < FUTILITY:
            return self._too_small()
        if len(self._pairs) >= LATE_FUTILITY_PAIRS and self._log_speedup < self.min_gain / 2:
            return self._decide("inconclusive", f"{self._so_far()}, unlikely to reach {self._wanted()}")
        return None

    def _accept(self) -> Decision:
        if self.metric != "wall" and self._wall_is_slower():
            return self._decide("not_faster", f"{METRIC_WORDS[self.metric]} fell, but wall time rose significantly")
        return self._decide("faster", f"{self._so_far()}, p = {self._p_value:.2g} against {self.alpha:.2g}")

    def _wall_is_slower(self) -> bool:
        if self._look == 1:  # 2^-6 is above the guard's level: the label swaps cannot answer yet.
            costs = LogCosts.of(self._pairs, "wall")
            return Winsorised.of(_differences(costs)).p_below(-MARGIN) <= WALL_GUARD_ALPHA
        return slower_p_value(self._pairs, "wall", WALL_GUARD_ALPHA, self._draws("wall")) <= WALL_GUARD_ALPHA

    def _too_small(self) -> Decision:
        return self._decide("not_faster", f"{self._so_far()}, a gain of {self._wanted()} is ruled out")

    def _so_far(self) -> str:
        return f"{math.exp(self._log_speedup):.3f}× after {len(self._pairs)} pairs"

    def _wanted(self) -> str:
        return f"{math.exp(self.min_gain):.2f}×"

    def _draws(self, purpose: str) -> str:
        return f"{self._seed}:{len(self._pairs)}:{purpose}"

    def _decide(self, verdict: DecisionVerdict, reason: str) -> Decision:
        return Decision(
            verdict=verdict,
            reason=reason,
            pairs=len(self._pairs),
            look=self._look,
            p_value=min(1.0, self._p_value),
            log_speedup=self._log_speedup,
        )


def _differences(costs: LogCosts) -> list[float]:
    return [(a - b) * UNIT for a, b in zip(costs.baseline, costs.candidate, strict=True)]
