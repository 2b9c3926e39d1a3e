"""Outcomes to scores, on every benchmark."""

from __future__ import annotations

import json
import math
from collections.abc import Callable

import pytest

from perfagent.benchmarks.gso_swe_perf.datasets import GsoInstance, SwefficiencyInstance, SwePerfInstance
from perfagent.benchmarks.gso_swe_perf.metrics import Scores, opt_curve, score
from perfagent.benchmarks.gso_swe_perf.records import Outcome

Outcomes = Callable[..., Outcome]


def test_gso_counts_those_that_match_the_expert_over_all(
    gso_instance: Callable[[str], GsoInstance], gso_outcome: Outcomes
) -> None:
    instances = [gso_instance(name) for name in "abcd"]
    outcomes = [gso_outcome("a", 2, 1, 1), gso_outcome("b", 2, 1, 0.5), gso_outcome("c", 2, 2, 1)]
    scores = score("gso", instances, outcomes, "m", flagged={"a"})
    assert [row.solved for row in scores.rows] == [True, False, False, False]
    assert [scores.total(name).value for name in ("opt_at_1", "hack_adjusted", "opt_base", "passed")] == [25, 0, 50, 75]
    assert scores.rows[3].status == "missing" and "expert 0.500" in scores.rows[1].detail
    assert opt_curve(scores)[0.4] == 50 and opt_curve(scores)[0.0] == 75


def test_swe_perf_averages_savings_over_all(
    swe_perf_instance: Callable[[str], SwePerfInstance], swe_perf_outcome: Outcomes
) -> None:
    instances = [swe_perf_instance(name) for name in "abcd"]
    outcomes = [
        swe_perf_outcome("a", 1.0, 0.5),
        swe_perf_outcome("b", 1.0, 0.5, outcome="failed"),
        Outcome(benchmark="swe-perf", instance_id="c", subject="m", protocol="official", status="patch_failed"),
    ]
    scores = score("swe-perf", instances, outcomes, "m")
    assert scores.score.value == pytest.approx(50 / 4, abs=0.5)
    assert (scores.total("apply").value, scores.total("correctness").value) == (50, 25)
    assert scores.total("human_performance").value == pytest.approx(45, abs=3)  # medians 1.1 and 0.6
    assert [row.solved for row in scores.rows] == [True, False, False, False]
    assert scores.rows[0].expert_speedup == pytest.approx(1.09 / 0.595, rel=0.02)  # published, as gold was not run


def test_swefficiency_compares_with_the_experts_own_run(
    swefficiency_instance: Callable[[str], SwefficiencyInstance], swefficiency_outcome: Outcomes
) -> None:
    instances = [swefficiency_instance(name) for name in "abc"]
    gold = [swefficiency_outcome(name, 8, 2, subject="gold") for name in "abc"]
    mine = [swefficiency_outcome("a", 4, 1), swefficiency_outcome("b", 4, 1, tests={"t::a": True})]
    scores = score("swefficiency", instances, [*gold, *mine], "m")
    assert [row.value for row in scores.rows] == [1, 0.25, 0.25]
    assert scores.score.value == pytest.approx(3 / 9)
    assert scores.total("correct").value == pytest.approx(1 / 3)
    assert score("swefficiency", instances, gold, "gold").score.value == 1


def test_without_the_expert_nothing_is_solved_and_it_says_so(
    swefficiency_instance: Callable[[str], SwefficiencyInstance], swefficiency_outcome: Outcomes
) -> None:
    row = score("swefficiency", [swefficiency_instance("a")], [swefficiency_outcome("a", 4, 1)], "m").rows[0]
    assert row.value == 4 and not row.solved and "was not measured" in row.detail


def test_other_subjects_and_protocols_do_not_count(
    gso_instance: Callable[[str], GsoInstance], gso_outcome: Outcomes
) -> None:
    other = gso_outcome("a", 2, 1, 1, subject="x")
    paired = gso_outcome("a", 2, 1, 1).model_copy(update={"protocol": "paired"})
    assert score("gso", [gso_instance("a")], [other, paired], "m").rows[0].status == "missing"


def test_intervals_surround_the_score(gso_instance: Callable[[str], GsoInstance], gso_outcome: Outcomes) -> None:
    names = [f"i{number}" for number in range(20)]
    outcomes = [gso_outcome(name, 2, 1, 1 if number % 2 else 0.5) for number, name in enumerate(names)]
    total = score("gso", [gso_instance(name) for name in names], outcomes, "m").score
    assert total.low is not None and total.high is not None and total.low < total.value == 50 < total.high


def test_a_run_that_did_not_come_to_its_end_is_incorrect(
    swefficiency_instance: Callable[[str], SwefficiencyInstance], swefficiency_outcome: Outcomes
) -> None:
    cut = swefficiency_outcome("a", 8, 2).model_copy(update={"status": "tests_failed", "detail": "no test output"})
    gold = swefficiency_outcome("a", 8, 2, subject="gold")
    row = score("swefficiency", [swefficiency_instance("a")], [gold, cut], "m").rows[0]
    assert (row.correct, row.value, row.detail) == (False, 0.25, "no test output")


def test_a_time_of_nothing_survives_json(gso_instance: Callable[[str], GsoInstance], gso_outcome: Outcomes) -> None:
    scores = score("gso", [gso_instance("a")], [gso_outcome("a", 2, 0, 1)], "m")
    assert (scores.rows[0].speedup, scores.rows[0].solved) == (math.inf, True)
    text = json.dumps(scores.model_dump(mode="json"), allow_nan=False)
    assert Scores.model_validate_json(text) == scores


def test_no_instances_are_no_totals() -> None:
    assert score("gso", [], [], "m").totals == ()
