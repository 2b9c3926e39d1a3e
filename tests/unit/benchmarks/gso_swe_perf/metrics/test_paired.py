"""Our verifier's verdicts on the benchmarks' scales, and what they overturn."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from perfagent.benchmarks.gso_swe_perf.datasets import GsoInstance, SwefficiencyInstance, SwePerfInstance
from perfagent.benchmarks.gso_swe_perf.metrics import overturned, score
from perfagent.benchmarks.gso_swe_perf.records import Outcome

Outcomes = Callable[..., Outcome]
GOOD: dict[str, Any] = {"speedups": {"w": 2.0}, "expert": {"w": 1.0}, "interval": (1.8, 2.2)}


@pytest.mark.parametrize(
    ("verdict", "figures", "why"),
    [
        ("faster", GOOD, ""),
        ("not_faster", GOOD, "not faster"),
        ("tests", {"detail": "2 tests fail"}, "2 tests fail"),
        ("faster", GOOD | {"speedups": {"w": 1.14}}, "1.15 is asked"),
        ("faster", GOOD | {"expert": {"w": 0.94}}, "0.95 is asked"),
        ("faster", GOOD | {"expert": {}}, "not compared with the expert"),
    ],
)
def test_gso_asks_for_a_proof_and_for_the_experts_speed(
    gso_instance: Callable[[str], GsoInstance],
    paired_outcome: Outcomes,
    verdict: str,
    figures: dict[str, Any],
    why: str,
) -> None:
    row = score("gso", [gso_instance("a")], [paired_outcome("gso", "a", verdict, **figures)], "m", "paired").rows[0]
    assert row.solved is not bool(why) and why in row.detail


def test_the_expert_is_not_compared_with_itself(
    gso_instance: Callable[[str], GsoInstance], paired_outcome: Outcomes
) -> None:
    outcome = paired_outcome("gso", "a", subject="gold", speedups={"w": 2.0})
    assert score("gso", [gso_instance("a")], [outcome], "gold", "paired").rows[0].solved


def test_swe_perf_asks_for_a_proof_and_counts_its_lower_bound(
    swe_perf_instance: Callable[[str], SwePerfInstance], paired_outcome: Outcomes
) -> None:
    outcomes = [paired_outcome("swe-perf", "a", speedups={"w": 1.1}, interval=(1.05, 1.2))]
    row = score("swe-perf", [swe_perf_instance("a")], outcomes, "m", "paired").rows[0]
    assert row.solved and row.value == pytest.approx(1 - 1 / 1.05)


def test_swefficiency_counts_a_failed_check_as_the_base(
    swefficiency_instance: Callable[[str], SwefficiencyInstance], paired_outcome: Outcomes
) -> None:
    gold = paired_outcome("swefficiency", "a", subject="gold", speedups={"w": 4.0})
    mine = paired_outcome("swefficiency", "a", "equivalence", detail="another value")
    row = score("swefficiency", [swefficiency_instance("a")], [gold, mine], "m", "paired").rows[0]
    assert (row.value, row.correct, row.detail) == (0.25, False, "another value")


def test_verdicts_are_overturned_either_way(
    gso_instance: Callable[[str], GsoInstance], gso_outcome: Outcomes, paired_outcome: Outcomes
) -> None:
    instances = [gso_instance(name) for name in "abcd"]
    ours = {"a": ("equivalence", {"detail": "another value"}), "b": ("faster", GOOD), "c": ("faster", GOOD)}
    outcomes = [
        gso_outcome("a", 2, 1, 1),  # officially solved, and wrong
        gso_outcome("b", 2, 1, 0.9),  # officially a tenth too slow
        gso_outcome("c", 2, 1, 1),
        gso_outcome("d", 2, 1, 1),  # not measured by us
        *(paired_outcome("gso", name, verdict, **figures) for name, (verdict, figures) in ours.items()),
    ]
    found = overturned(score("gso", instances, outcomes, "m"), score("gso", instances, outcomes, "m", "paired"))
    assert [(each.instance_id, each.direction) for each in found] == [("a", "rejected"), ("b", "accepted")]
    assert found[0].reason == "another value" and "0.900" in found[1].reason
