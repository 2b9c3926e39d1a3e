"""A run folder as one file of lines."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from perfagent.benchmarks.gso_swe_perf.generating import trajectory, write_trajectory


def lines(*objects: Any, torn: str = "") -> str:
    return "".join(json.dumps(each) + "\n" for each in objects) + torn


@pytest.fixture
def run(tmp_path: Path) -> Path:
    folder = tmp_path / "run"
    (folder / "transcripts").mkdir(parents=True)
    exchange = {"label": "planner", "time": 2.5, "messages": ["m"], "new": {"m": {"role": "user"}}, "reply": {"t": 1}}
    (folder / "events.jsonl").write_text(lines({"time": 1, "kind": "a"}, {"time": 3, "kind": "b"}, torn='{"time'))
    (folder / "transcripts/plan.jsonl").write_text(lines({"format": "perfagent-transcript-1"}, exchange))
    return folder


def test_events_and_exchanges_stand_in_the_order_of_time(run: Path) -> None:
    told = trajectory(run)
    assert [line["kind"] for line in told] == ["a", "exchange", "b"]
    assert told[1]["messages"] == [{"role": "user"}]
    assert told[1]["conversation"] == "plan"


def test_the_result_comes_last_with_verdicts_and_cost(run: Path) -> None:
    (run / "result.json").write_text(json.dumps({"verdict": "faster", "cost": {"usd": 0.1}, "noise": {}}))
    last = trajectory(run)[-1]
    assert (last["kind"], last["verdict"], last["cost"], last["time"]) == ("result", "faster", {"usd": 0.1}, 3.0)
    assert "noise" not in last


def test_the_first_line_says_whose_it_is(run: Path, tmp_path: Path) -> None:
    write_trajectory(run, tmp_path / "out/a.0.jsonl", {"instance_id": "a", "rollout": 0})
    first, *rest = map(json.loads, (tmp_path / "out/a.0.jsonl").read_text().splitlines())
    assert first == {"time": 1, "kind": "instance", "instance_id": "a", "rollout": 0}
    assert len(rest) == 3


def test_a_run_that_never_began_has_its_first_line_alone(tmp_path: Path) -> None:
    write_trajectory(tmp_path / "none", tmp_path / "t.jsonl", {"instance_id": "a"})
    assert len((tmp_path / "t.jsonl").read_text().splitlines()) == 1
