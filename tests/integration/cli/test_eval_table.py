"""`perfagent eval ... table` on folders of evaluations."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from perfagent.benchmarks.gso_swe_perf.datasets import load
from perfagent.benchmarks.gso_swe_perf.evaluation import EvaluationFolder, Generating, Request, open_evaluation
from perfagent.benchmarks.gso_swe_perf.evaluation.folder import digest
from perfagent.benchmarks.gso_swe_perf.records import GsoTimings, Job, Outcome, Rollout

Ended = subprocess.CompletedProcess[str]
Call = Callable[..., Ended]
Make = Callable[..., EvaluationFolder]
FAST, SLOW = 1.0, 4.0


@pytest.fixture
def evaluation(tmp_path: Path) -> Make:
    """Makes the folder of an evaluation of two instances; what is patched takes 1 s (the expert's time) or 4 s."""
    row: dict[str, Any] = {"repo": "a/b", "base_commit": "c^", "opt_commit": "c", "api": "a.b", "prob_script": "x = 1"}
    rows = [{**row, "instance_id": f"a__b-{n}", "tests": ["x = 1"]} for n in range(2)]
    source = tmp_path / "rows.jsonl"
    source.write_text("".join(json.dumps(each) + "\n" for each in rows))

    def make(name: str, **subjects: tuple[float, float]) -> EvaluationFolder:
        instances = load("gso", str(source))
        ids = tuple(each.instance_id for each in instances)
        asked = Generating(name="perfagent")
        request = Request(
            benchmark="gso", dataset=str(source), digest=digest(instances), instances=ids, generating=asked
        )
        folder = open_evaluation(tmp_path / name, request, instances)
        for subject, seconds in subjects.items():
            for instance, patched in zip(ids, seconds, strict=True):
                keep(folder, subject, instance, patched)
        return folder

    return make


def keep(folder: EvaluationFolder, subject: str, instance: str, patched: float) -> None:
    timings = GsoTimings(base=((SLOW,),), patch=((patched,),), commit=((FAST,),))
    outcome = Outcome(benchmark="gso", instance_id=instance, subject=subject, protocol="official", status="graded",
                      gso=timings, executions=15, seconds=30.0)  # fmt: skip
    folder.keep(Job(id=f"{subject}-{instance}", kind="official", instance_id=instance, subject=subject), outcome)
    rollout = Rollout(instance_id=instance, rollout=0, usd=0.5, input_tokens=70, output_tokens=30, seconds=60.0)
    folder.keep(Job(id=f"generate-{instance}", kind="generate", instance_id=instance), rollout)


def test_one_evaluation_is_told_instance_by_instance(perfagent: Call, evaluation: Make) -> None:
    folder = evaluation("one", perfagent=(FAST, SLOW))
    done = perfagent("eval", "gso", "table", folder.path)
    assert done.returncode == 0, done.stderr
    lines = [" ".join(line.split()) for line in done.stdout.splitlines()]
    assert lines[0] == "GSO: 1 prediction file, 2 instances"
    assert "a__b-0 4x 4x 1x ✓ solved 0.5000 30 s 15" in lines
    assert any(line.startswith("perfagent 50 %") for line in lines)


def test_several_are_ranked_and_compared(perfagent: Call, evaluation: Make) -> None:
    one, two = evaluation("one", m=(SLOW, SLOW), gold=(FAST, FAST)), evaluation("two", m=(FAST, SLOW))
    board = json.loads(perfagent("eval", "gso", "table", one.path, two.path, "--json").stdout)
    assert board["schema"] == "perfagent/leaderboard/1"
    assert [entry["name"] for entry in board["entries"]] == ["gold", "m (two)", "m (one)"]
    values = {(each["first"], each["second"]): each["value"] for each in board["differences"]}
    assert values == {("gold", "m (two)"): 50.0, ("gold", "m (one)"): 100.0, ("m (two)", "m (one)"): 50.0}
    told = perfagent("eval", "gso", "table", one.path, two.path).stdout
    assert "+50 points" in told


def test_the_page_and_the_markdown_are_written_where_they_are_asked_for(
    perfagent: Call, evaluation: Make, tmp_path: Path
) -> None:
    folder = evaluation("one", perfagent=(FAST, SLOW))
    done = perfagent("eval", "gso", "table", folder.path, "--html", "page.html", "--markdown")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("# GSO: 1 prediction file, 2 instances\n")
    assert "| a\\_\\_b-0 | 4x | 4x | 1x | ✓ solved |" in done.stdout
    page = (tmp_path / "page.html").read_text()
    assert page.lstrip().startswith("<!DOCTYPE html>")
    assert "a__b-1" in page
    assert done.stderr.strip() == "page: page.html"


def test_what_cannot_be_told_is_refused_in_one_line(
    refused: Callable[..., str], evaluation: Make, tmp_path: Path
) -> None:
    empty = evaluation("empty").path
    assert "nothing is scored in" in refused(2, "eval", "gso", "table", empty)
    assert "holds no evaluation" in refused(1, "eval", "gso", "table", tmp_path / "nowhere")
    assert "is an evaluation of GSO" in refused(2, "eval", "swe-perf", "table", empty)
    scored = evaluation("one", perfagent=(FAST, SLOW)).path
    assert "cannot be written" in refused(2, "eval", "gso", "table", scored, "--html", tmp_path / "no/page.html")
    assert "one of them" in refused(2, "eval", "gso", "table", scored, "--json", "--markdown")
    assert "FOLDER" in refused(2, "eval", "gso", "table")
