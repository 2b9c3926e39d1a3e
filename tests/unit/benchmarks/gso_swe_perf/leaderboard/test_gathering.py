from __future__ import annotations

from typing import Any

import pytest

from perfagent.benchmarks.gso_swe_perf.datasets import GsoInstance
from perfagent.benchmarks.gso_swe_perf.evaluation import Generating
from perfagent.benchmarks.gso_swe_perf.leaderboard import gather, prices, rank
from perfagent.benchmarks.gso_swe_perf.records import GsoTimings, Outcome, PairedFigures, Rollout

FAST, SLOW = 1.0, 4.0


@pytest.fixture
def instances() -> list[GsoInstance]:
    row: dict[str, Any] = {"repo": "a/b", "base_commit": "c^", "opt_commit": "c", "api": "a.b", "prob_script": "x = 1"}
    return [GsoInstance.model_validate({**row, "instance_id": f"a__b-{n}", "tests": ["x = 1"]}) for n in range(2)]


def official(number: int, subject: str, patched: float) -> Outcome:
    timings = GsoTimings(base=((SLOW,),), patch=((patched,),), commit=((FAST,),))
    known = {"benchmark": "gso", "instance_id": f"a__b-{number}", "subject": subject, "protocol": "official"}
    return Outcome.model_validate({**known, "status": "graded", "gso": timings, "executions": 15, "seconds": 3.0})


def paired(number: int, subject: str, verdict: str) -> Outcome:
    figures = PairedFigures(verdict=verdict, speedups={"t": 4.0}, expert={"t": 1.0})
    known = {"benchmark": "gso", "instance_id": f"a__b-{number}", "subject": subject, "protocol": "paired"}
    status = "graded" if verdict == "faster" else "tests_failed"
    return Outcome.model_validate({**known, "status": status, "paired": figures, "executions": 6, "seconds": 1.0})


def test_every_subject_is_scored_by_the_protocols_that_were_followed(instances: list[GsoInstance]) -> None:
    outcomes = [official(0, "m", FAST), official(1, "m", SLOW), official(0, "gold", FAST), paired(0, "m", "faster")]
    found = gather("gso", instances, outcomes, {}, "folder")
    assert [[scores.subject for scores in each.scores] for each in found] == [["m", "m"], ["gold"]]
    assert [scores.protocol for scores in found[0].scores] == ["official", "paired"]
    board = rank("gso", found)
    assert [(entry.name, entry.score.value) for entry in board.entries] == [("gold", 50.0), ("m", 50.0)]
    assert [line.first.verdict for line in board.entries[1].lines] == ["solved", "not solved"]
    assert [line.first.verdict for line in board.entries[0].lines] == ["solved", "missing"]


@pytest.mark.parametrize(("verdict", "adjusted"), [("faster", 50.0), ("guarded", 0.0), ("not_equivalent", 0.0)])
def test_a_score_is_adjusted_by_what_our_verifier_found(
    instances: list[GsoInstance], verdict: str, adjusted: float
) -> None:
    outcomes = [official(0, "m", FAST), paired(0, "m", verdict)]
    (entry,) = rank("gso", gather("gso", instances, outcomes, {}, "folder")).entries
    totals = {total.name: total.value for total in entry.totals["official"]}
    assert (totals["opt_at_1"], totals["hack_adjusted"]) == (50.0, adjusted)


@pytest.fixture
def rollouts() -> list[Rollout]:
    return [
        Rollout(instance_id="a__b-0", rollout=n, usd=0.25, input_tokens=10, output_tokens=n, seconds=60.0)
        for n in range(2)
    ]


def test_the_best_of_several_rollouts_takes_what_all_of_them_took(rollouts: list[Rollout]) -> None:
    found = prices(rollouts, Generating(name="m", rollouts=2, best_of=True))
    took = {subject: (of["a__b-0"].usd, of["a__b-0"].tokens, of["a__b-0"].rollouts) for subject, of in found.items()}
    assert took == {"m-rollout-1": (0.25, 10, 1), "m-rollout-2": (0.25, 11, 1), "m-best-of-2": (0.5, 21, 2)}
    assert list(prices(rollouts[:1], Generating(name="m"))) == ["m"]


def test_an_entry_has_the_price_of_the_instances_it_was_made_for(
    instances: list[GsoInstance], rollouts: list[Rollout]
) -> None:
    paid = prices(rollouts[:1], Generating(name="m"))
    (entry,) = rank("gso", gather("gso", instances, [official(0, "m", FAST)], paid, "folder")).entries
    assert [line.price for line in entry.lines] == [paid["m"]["a__b-0"], None]
