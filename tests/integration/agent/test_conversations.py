"""Whole conversations over a real socket, then again from the transcript with no model at all."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from perfagent.agent.dialogue import Assignment, EditOutcome, Facts, FileWorkbench, IdeaDraft, Target, edit
from perfagent.agent.model import (
    CostLedger,
    GatewaySettings,
    LiteLLMModel,
    Metered,
    Model,
    RecordedModel,
    ReplayModel,
    Transcript,
    Waiting,
)
from perfagent.tools.errors import ModelError

OLD = "        if word not in out:\n            out.append(word)\n"
NEW = "        if word in out:\n            continue\n        out.append(word)\n"
BLOCK = f"Clearer.\n\npkg/words.py\n```python\n<<<<<<< SEARCH\n{OLD}=======\n{NEW}>>>>>>> REPLACE\n```\n"
EDIT = ("edit", {"path": "pkg/words.py", "old": OLD, "new": NEW})
SUBMIT = ("submit", {"summary": "clearer"})
CALL = "I do this.\n\n```call\n{}\n```\n"
ASSIGNMENT = Assignment(
    IdeaDraft(
        title="Try",
        target=Target(path="pkg/words.py", qualname="unique"),
        mechanism="other",
        rationale="It may help.",
        expected_gain_share=0.1,
        risk="low",
    ),
    Facts(workload="w", measured="m", min_speedup=1.03, hot=()),
)


@pytest.fixture
def run(words_repository: Path) -> Callable[[Model], tuple[EditOutcome, str]]:
    """Let a model edit the repository as committed; gives the outcome and the diff."""

    def once(model: Model) -> tuple[EditOutcome, str]:
        subprocess.run(["git", "-C", words_repository, "checkout", "-q", "."], check=True)
        workbench = FileWorkbench(words_repository)
        return edit(model, ASSIGNMENT, workbench), workbench.diff()

    return once


@pytest.fixture
def gateway(scripted_server: Any) -> LiteLLMModel:
    return LiteLLMModel(GatewaySettings("test-model", scripted_server.url), waiting=Waiting(sleep=lambda _: None))


SCRIPTS: dict[str, Callable[[Any], list[Any]]] = {
    "tools": lambda s: [s.tools(("read_file", {"path": "pkg/words.py"})), s.tools(EDIT), s.tools(SUBMIT)],
    "blocks": lambda s: [s.text(BLOCK)],
    "repaired": lambda s: [s.text(BLOCK.replace("append(word)\n===", "append(w)\n===")), s.text(BLOCK)],
    "bad json": lambda s: [s.tools(("edit", '{"path": "pkg')), s.tools(EDIT, SUBMIT)],
    "unknown tool": lambda s: [s.tools(("bash", {"command": "ls"})), s.tools(EDIT, SUBMIT)],
    "text calls": lambda s: [
        s.status(400, "this model does not support tools"),
        s.text(CALL.format(json.dumps({"tool": "read_file", "arguments": {"path": "pkg/words.py"}}))),
        s.text(CALL.format(json.dumps({"tool": EDIT[0], "arguments": EDIT[1]}))),
        s.text(CALL.format(json.dumps({"tool": SUBMIT[0], "arguments": SUBMIT[1]}))),
    ],
    "tools until they are refused": lambda s: [
        s.tools(("read_file", {"path": "pkg/words.py"})),
        s.status(400, "this model does not support tools"),
        s.text(CALL.format(json.dumps({"tool": EDIT[0], "arguments": EDIT[1]}))),
        s.text(CALL.format(json.dumps({"tool": SUBMIT[0], "arguments": SUBMIT[1]}))),
    ],
    "no tools": lambda s: [s.status(400, "this model does not support tools"), s.text(BLOCK)],
    "troubled": lambda s: [
        s.status(429, "x", {"retry-after": "1"}),
        s.status(500, "x"),
        s.cut(),
        s.text(BLOCK),
    ],
}


@pytest.mark.parametrize("name", SCRIPTS)
def test_every_road_leads_to_the_change_and_replays_without_a_model(
    name: str, scripted_server: Any, gateway: LiteLLMModel, run: Callable[..., Any], tmp_path: Path
) -> None:
    scripted_server.script(*SCRIPTS[name](scripted_server))
    transcript = Transcript(tmp_path / "transcript.jsonl")
    outcome, diff = run(RecordedModel(gateway, transcript))
    assert outcome.status == "submitted"
    assert "+        if word in out:" in diff
    requests = len(scripted_server.requests)
    replayed, diff_again = run(ReplayModel(transcript.path))
    assert (replayed.messages, diff_again) == (outcome.messages, diff)
    assert len(scripted_server.requests) == requests


def test_a_killed_run_goes_on_without_paying_twice(
    scripted_server: Any, gateway: LiteLLMModel, run: Callable[..., Any], tmp_path: Path
) -> None:
    path = tmp_path / "transcript.jsonl"
    scripted_server.script(
        scripted_server.tools(("outline", {"path": "pkg/words.py"})), scripted_server.status(401, "x")
    )
    with pytest.raises(ModelError, match="refuses the API key"):
        run(RecordedModel(gateway, Transcript(path)))
    ledger = CostLedger()
    scripted_server.script(scripted_server.tools(EDIT, SUBMIT))
    outcome, _ = run(RecordedModel(Metered(gateway, ledger, gateway.price), Transcript(path)))
    assert (outcome.status, outcome.turns, ledger.totals().calls) == ("submitted", 2, 1)


def test_a_refusal_is_an_outcome(scripted_server: Any, gateway: LiteLLMModel, run: Callable[..., Any]) -> None:
    scripted_server.script(scripted_server.refusal("not this"))
    outcome, diff = run(gateway)
    assert (outcome.status, outcome.end, outcome.summary, diff) == ("failed", "refused", "not this", "")


def test_a_replay_of_another_run_says_so(
    scripted_server: Any, gateway: LiteLLMModel, run: Callable[..., Any], tmp_path: Path
) -> None:
    transcript = Transcript(tmp_path / "transcript.jsonl")
    scripted_server.script(scripted_server.tools(("outline", {"path": "pkg/words.py"})), scripted_server.text(BLOCK))
    run(RecordedModel(gateway, transcript))
    lines = transcript.path.read_text().splitlines(keepends=True)
    transcript.path.write_text("".join(lines[:2]))
    assert json.loads(lines[1])["label"] == "editor"
    with pytest.raises(ModelError, match=r"diverges .* request 2 of editor: transcript.jsonl has no reply left for it"):
        run(ReplayModel(transcript.path))
