"""The best of several rollouts, by our own verifier."""

from __future__ import annotations

from typing import Any

import pytest

from perfagent.benchmarks.gso_swe_perf.generating import best_of
from perfagent.benchmarks.gso_swe_perf.records import Rollout


def rollout(number: int, **fields: Any) -> Rollout:
    return Rollout(instance_id="a", rollout=number, **fields)


def test_the_highest_lower_bound_wins_whatever_the_estimate() -> None:
    lucky = rollout(0, patch="x", speedup=3.0, interval=(1.1, 8.0))
    sure = rollout(1, patch="y", speedup=1.5, interval=(1.4, 1.6))
    assert best_of([lucky, sure]) is sure


def test_the_earlier_of_equals_wins() -> None:
    equals = [rollout(number, patch="x", interval=(1.2, 1.3)) for number in (1, 0, 2)]
    assert best_of(equals).rollout == 0


def test_any_patch_is_better_than_none() -> None:
    slow = rollout(1, patch="x", interval=(1.01, 1.02))
    assert best_of([rollout(0, interval=(2.0, 3.0)), slow]) is slow
    assert best_of([rollout(1), rollout(0)]).rollout == 0


def test_nothing_is_chosen_from_nothing() -> None:
    with pytest.raises(ValueError, match="empty"):
        best_of([])
