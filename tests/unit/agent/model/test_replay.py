"""A whole run's conversations, replayed side by side."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from perfagent.agent.model import Message, RecordedModel, Recording, Request, Transcript
from perfagent.tools.errors import ModelError

FIRST, SECOND, OTHER = "a" * 12, "b" * 12, "c" * 12
Record = Callable[..., None]


def request(*contents: str, label: str) -> Request:
    return Request(messages=tuple(Message(role="user", content=content) for content in contents), label=label)


@pytest.fixture
def record(tmp_path: Path, scripted: Callable[..., Any]) -> Record:
    """Writes a conversation whose every question is the name and how often it was asked."""

    def write(name: str, *answers: str) -> None:
        model = RecordedModel(scripted(*answers), Transcript(tmp_path / "old" / "transcripts" / f"{name}.jsonl"))
        asked = [f"task of {name}"]
        for answer in answers:
            model.complete(request(*asked, label=name))
            asked += [answer, "go on"]

    return write


def test_parallel_conversations_get_their_own_replies(record: Record, tmp_path: Path) -> None:
    names = [f"plan-{FIRST}-0-{number}" for number in range(8)]
    for name in names:
        record(name, f"one of {name}", f"two of {name}")
    recording = Recording(tmp_path / "old")

    def converse(name: str) -> list[str]:
        model = recording.conversation(name)
        task = f"task of {name}"
        one = model.complete(request(task, label=name)).text
        return [one, model.complete(request(task, one, "go on", label=name)).text]

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(converse, names)) == [[f"one of {name}", f"two of {name}"] for name in names]


def test_commits_of_another_time_are_matched_by_order_and_kept_together(record: Record, tmp_path: Path) -> None:
    for commit in (FIRST, SECOND):
        for name in (f"plan-{commit}-0", f"plan-{commit}-0-1"):
            record(name, f"of {name}")
    recording = Recording(tmp_path / "old" / "transcripts")
    met = [f"plan-{FIRST}-0", f"plan-{FIRST}-0-1", f"plan-{OTHER}-0", f"plan-{OTHER}-0-1"]
    said = [recording.conversation(name).complete(request("task", label=name)).text for name in met]
    assert said == [f"of plan-{FIRST}-0", f"of plan-{FIRST}-0-1", f"of plan-{SECOND}-0", f"of plan-{SECOND}-0-1"]


def test_a_resumed_replay_goes_on_where_it_was(record: Record, tmp_path: Path) -> None:
    record(f"plan-{FIRST}-0", "early")
    record(f"plan-{SECOND}-0", "late", "later")
    bound, name = tmp_path / "replay.jsonl", f"plan-{OTHER}-0"
    before = Recording(tmp_path / "old", bound)
    before.conversation(f"plan-{FIRST}-0").complete(request("t", label=f"plan-{FIRST}-0"))
    assert before.conversation(name).complete(request("t", label=name)).text == "late"
    resumed = Recording(tmp_path / "old", bound).conversation(name, answered=1)
    assert resumed.complete(request("t", "late", "go on", label=name)).text == "later"


def test_a_replay_costs_nothing(record: Record, tmp_path: Path) -> None:
    record("plan", "x")
    assert Recording(tmp_path / "old").conversation("plan").complete(request("q", label="plan")).cost_usd == 0.0


def test_a_conversation_that_was_not_held_is_named(record: Record, tmp_path: Path) -> None:
    record(f"plan-{FIRST}-0", "x")
    other = Recording(tmp_path / "old").conversation(f"plan-{FIRST}-1")
    with pytest.raises(ModelError, match=f"diverges .*: that has no conversation like plan-{FIRST}-1"):
        other.complete(request("q", label=f"plan-{FIRST}-1"))


def test_what_is_not_as_it_was_is_told_once_figures_and_paths_aside(record: Record, tmp_path: Path) -> None:
    record("plan", "one", "two")
    told: list[str] = []
    model = Recording(tmp_path / "old", say=told.append).conversation("plan")
    model.complete(request("another task", label="plan"))
    model.complete(request("another task", "one", "go on", label="plan"))
    assert told == ["replaying plan: message 1 (user) is not what it was when it was recorded"]


def test_other_figures_are_no_difference(tmp_path: Path, scripted: Callable[..., Any]) -> None:
    path = tmp_path / "plan.jsonl"
    RecordedModel(scripted("x"), Transcript(path)).complete(request("in /a/b: 1.23 s, 4e-05", label="plan"))
    told: list[str] = []
    Recording(tmp_path, say=told.append).conversation("plan").complete(request("in /c: 9.9 s, 12", label="plan"))
    assert told == []


def test_a_folder_without_transcripts_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="there are no transcripts in"):
        Recording(tmp_path)
