"""Which of several rollouts becomes the prediction: decided without any hidden test."""

from __future__ import annotations

from collections.abc import Sequence

from perfagent.benchmarks.gso_swe_perf.records import Rollout


def best_of(rollouts: Sequence[Rollout]) -> Rollout:
    """The rollout whose speedup has the highest lower bound by our own verifier; the earlier one of equals.

    The bound and not the estimate: of several lucky figures the luckiest is the highest, and a wide interval shows it.
    A rollout without a patch is taken only when no other has one.

    Raises:
        ValueError: there is none.
    """
    return max(rollouts, key=lambda each: (bool(each.patch), _lower(each), -each.rollout))


def _lower(rollout: Rollout) -> float:
    """The lower bound of the speedup; 0 where nothing was measured, as any measured one is above it."""
    return rollout.interval[0] if rollout.interval else 0.0
