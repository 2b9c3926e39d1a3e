"""Rollouts of the agent on the small project: without a model, with a scripted one, killed and gone on with."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from perfagent.benchmarks.gso_swe_perf.datasets import load
from perfagent.benchmarks.gso_swe_perf.generating import generate
from perfagent.benchmarks.gso_swe_perf.places import Repositories
from perfagent.benchmarks.gso_swe_perf.records import Benchmark, Rollout

#: Times that a rollout is begun anew on a machine that it finds too busy to judge anything.
PATIENCE = 2

pytestmark = [pytest.mark.bubblewrap, pytest.mark.usefixtures("bubblewrap_home")]


@pytest.fixture
def roll(wordbook: Any, tmp_path: Path) -> Callable[..., Rollout]:
    """Makes a rollout on the first instance of a benchmark, in `tmp_path/jobs/a`, or beside it when that is refused."""

    def rolled(benchmark: Benchmark, setting: str = "given", number: int = 0, **flags: Any) -> Rollout:
        instance = load(benchmark, str(wordbook.files[benchmark]))[0]
        repositories = Repositories([str(wordbook.repositories)], tmp_path / "cache")
        wishes = SimpleNamespace(setting=setting, flags=flags)
        for attempt in range(PATIENCE):
            folder = tmp_path / "jobs" / "abcdef"[attempt]
            rollout = generate(instance, None, repositories, wishes, number, folder, None)
            if "nothing can be judged" not in rollout.detail:
                break
        return rollout

    return rolled


def script(server: Any, wordbook: Any) -> Callable[[dict[str, Any]], Any]:
    """A model that knows the expert's change of the first task, and then nothing more."""
    old, new = (side_of(wordbook.tasks[0].patches["expert"], sign) for sign in "-+")
    idea = {
        "title": "Count in a dict", "target": {"path": "wordbook/counting.py", "qualname": "frequencies"},
        "mechanism": "data_structure", "rationale": "The list is searched for every word.",
        "expected_gain_share": 0.9, "risk": "low",
    }  # fmt: skip
    edit = ("edit", {"path": "wordbook/counting.py", "old": old, "new": new})
    plans = [server.text(json.dumps({"ideas": [idea]}))]
    edits = [server.tools(edit, ("submit", {"summary": "a dict counts at once"}))]

    def respond(body: dict[str, Any]) -> Any:
        said = "\n".join(str(message.get("content")) for message in body["messages"])
        if "**Count in a dict** (" in said:
            return edits.pop(0) if edits else server.text("GIVE UP: nothing more")
        return plans.pop(0) if plans else server.text('{"ideas": []}')

    return respond


def side_of(patch: str, sign: str) -> str:
    """One side of a patch's only hunk."""
    lines = patch.partition("\n@@")[2].splitlines()[1:]
    return "".join(f"{line[1:]}\n" for line in lines if line[:1] in (" ", sign))


def test_a_scripted_model_finds_the_experts_change(
    roll: Any, wordbook: Any, scripted_server: Any, tmp_path: Path
) -> None:
    scripted_server.respond = script(scripted_server, wordbook)
    rollout = roll("swe-perf", "oracle", model="test-model", api_base=scripted_server.url, max_candidates=1)
    assert rollout.verdict == "faster", rollout
    folder = (tmp_path / rollout.run).parent
    check = ["git", "-C", str(folder / "repository"), "apply", "--check", "-"]
    assert subprocess.run(check, input=rollout.patch, text=True, check=False).returncode == 0
    assert rollout.interval is not None
    assert rollout.interval[0] > 1.5
    assert rollout.input_tokens > 0
    told = json.dumps(scripted_server.requests[0])
    assert "wordbook/counting.py:frequencies" in told
    kinds = [json.loads(line)["kind"] for line in (folder / "trajectory.jsonl").read_text().splitlines()]
    assert kinds[0] == "instance"
    assert kinds[-1] == "result"
    assert "exchange" in kinds


def test_the_agent_sees_nothing_of_the_history_or_the_hidden_tests(roll: Any, wordbook: Any, tmp_path: Path) -> None:
    rollout = roll("gso", number=3, no_model=True, max_candidates=1)
    folder = (tmp_path / rollout.run).parent
    objects = ["git", "-C", str(folder / "repository"), "cat-file", "--batch-all-objects", "--batch-check"]
    listed = subprocess.run(objects, capture_output=True, text=True, check=True).stdout
    assert listed.count(" commit ") == 1
    assert wordbook.tasks[0].expert not in listed
    assert [file.name for file in (folder / "workload").iterdir()] == ["prob_script.py"]
    asked = json.loads((folder / "run/run.json").read_text())["settings"]
    assert (asked["memory"], asked["seed"], asked["workload"]) == (
        "off", 3, [f"script:{folder}/workload/prob_script.py"]
    )  # fmt: skip


def test_a_rollout_that_ended_is_not_run_again(roll: Any, tmp_path: Path) -> None:
    first = roll("swefficiency", no_model=True, max_candidates=1)
    events = (tmp_path / first.run / "events.jsonl").read_text()
    assert roll("swefficiency", no_model=True, max_candidates=1) == first
    assert (tmp_path / first.run / "events.jsonl").read_text() == events


def test_an_instance_that_cannot_be_run_is_a_rollout_with_a_reason(roll: Any, tmp_path: Path) -> None:
    rollout = roll("gso", no_model=True, min_speedup=99)
    assert rollout.patch == ""
    assert "min_speedup" in rollout.detail
    assert (tmp_path / rollout.run).parent.joinpath("trajectory.jsonl").exists()
