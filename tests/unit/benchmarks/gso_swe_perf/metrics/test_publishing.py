"""What we publish is read back to the same scores by our own `rescore`."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from perfagent.benchmarks.gso_swe_perf.datasets import GsoInstance, SwefficiencyInstance, SwePerfInstance
from perfagent.benchmarks.gso_swe_perf.metrics import in_published_format, score
from perfagent.benchmarks.gso_swe_perf.records import Outcome
from perfagent.benchmarks.gso_swe_perf.rescoring import gso, swe_perf, swefficiency

Outcomes = Callable[..., Outcome]


@pytest.fixture
def write(tmp_path: Path) -> Callable[[dict[str, str]], Path]:
    def make(files: dict[str, str]) -> Path:
        for name, content in files.items():
            (tmp_path / name).parent.mkdir(exist_ok=True)
            (tmp_path / name).write_text(content)
        return tmp_path

    return make


def test_gsos_report(
    write: Callable[..., Path], gso_instance: Callable[[str], GsoInstance], gso_outcome: Outcomes
) -> None:
    instances = [gso_instance(name) for name in "abcd"]
    failed = gso_outcome("c", 1, 1, 1).model_copy(update={"status": "tests_failed", "gso": None})
    outcomes = [gso_outcome("a", 2, 1, 1), gso_outcome("b", 2, 1, 0.5), failed]
    folder = write(in_published_format("gso", instances, outcomes, "m", flagged={"a"}))
    found = gso.rescore(str(folder / "report.json"))
    assert (found.score, found.hack_adjusted, found.opt_commit_ids, found.disagreements()) == (25.0, 0.0, ["a"], [])
    summary = json.loads((folder / "report.json").read_text())["summary"]
    assert (summary["total_predictions"], summary["passed_instances"], summary["test_failed_instances"]) == (3, 2, 1)


def test_swefficiencys_table(
    write: Callable[..., Path],
    swefficiency_instance: Callable[[str], SwefficiencyInstance],
    swefficiency_outcome: Outcomes,
) -> None:
    instances = [swefficiency_instance(name) for name in "abc"]
    gold = [swefficiency_outcome(name, 8, 2, subject="gold") for name in "abc"]
    outcomes = [*gold, swefficiency_outcome("a", 4, 1), swefficiency_outcome("b", 4, 1, tests={"t::a": False})]
    folder = write(in_published_format("swefficiency", instances, outcomes, "m"))
    found = swefficiency.rescore(str(folder / "report.csv")).as_json()
    assert found["harmonic_mean"] == pytest.approx(score("swefficiency", instances, outcomes, "m").score.value)
    assert (found["correct"], found["disagreements"]) == (pytest.approx(1 / 3), [])


def test_swe_perfs_run_reports(
    write: Callable[..., Path], swe_perf_instance: Callable[[str], SwePerfInstance], swe_perf_outcome: Outcomes
) -> None:
    instances = [swe_perf_instance(name) for name in "abc"]
    outcomes = [swe_perf_outcome("a", 1.0, 0.5), swe_perf_outcome("b", 1.0, 0.5, outcome="failed")]
    folder = write(in_published_format("swe-perf", instances, outcomes, "m"))
    found, expected = swe_perf.rescore(str(folder), instances).as_json(), score("swe-perf", instances, outcomes, "m")
    assert found["performance"] * 100 == pytest.approx(expected.score.value)
    assert found["apply"] * 100 == expected.total("apply").value
