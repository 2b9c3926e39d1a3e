"""Several rollouts of one agent."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from perfagent.benchmarks.gso_swe_perf.datasets import GsoInstance
from perfagent.benchmarks.gso_swe_perf.metrics import (
    Scores,
    eff_at_k,
    opt_at_k,
    opt_at_k_expected,
    rollout_totals,
    run_of,
    score,
)
from perfagent.benchmarks.gso_swe_perf.records import Outcome

Rollouts = Callable[..., list[Scores]]


@pytest.fixture
def rollouts(gso_instance: Callable[[str], GsoInstance], gso_outcome: Callable[..., Outcome]) -> Rollouts:
    """One score a rollout, from the seconds of its patches of a, b, ...; the expert takes 1, the base 2."""

    def make(*patches: tuple[float, ...]) -> list[Scores]:
        instances = [gso_instance(name) for name in "abc"[: len(patches[0])]]
        return [
            score(
                "gso", instances, [gso_outcome(i.instance_id, 2, s, 1) for i, s in zip(instances, of, strict=True)], "m"
            )
            for of in patches
        ]

    return make


def test_eff_at_k_takes_the_best_of_the_rollouts(rollouts: Rollouts) -> None:
    runs = rollouts((1.0,), (1.5,))
    assert (eff_at_k(runs, 1), eff_at_k(runs, 2)) == (0.75, 1.0)
    with pytest.raises(ValueError, match="at least 3"):
        eff_at_k(runs, 3)


def test_rollouts_are_runs_for_opt_at_k(rollouts: Rollouts) -> None:
    runs = [run_of(each) for each in rollouts((1.0, 1.9), (1.9, 1.0))]
    assert [opt_at_k(runs, 2, k) for k in (1, 2)] == [50, 100]
    assert opt_at_k([run_of(each, threshold=1) for each in rollouts((1.0, 1.0))], 2, 1) == 0


def test_totals_are_the_estimators_with_intervals(rollouts: Rollouts) -> None:
    scores = rollouts((1.0, 1.9, 1.9), (1.0, 1.0, 1.9))
    totals = {each.name: each for each in rollout_totals(scores)}
    assert list(totals) == ["opt_at_1", "eff_at_1", "opt_at_2", "eff_at_2"]
    assert totals["opt_at_2"].value == pytest.approx(opt_at_k_expected([run_of(each) for each in scores], 3, 2))
    assert totals["eff_at_2"].value == eff_at_k(scores, 2)
    one = totals["opt_at_1"]
    assert one.low is not None and one.high is not None and one.low <= one.value <= one.high
    assert one.value == pytest.approx(50)


def test_rollouts_of_different_instances_are_not_mixed(rollouts: Rollouts) -> None:
    with pytest.raises(ValueError, match="one benchmark"):
        rollout_totals([*rollouts((1.0,)), *rollouts((1.0, 1.0))])
    assert rollout_totals([]) == ()
