"""What is on disk is enough to resume and to replay."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from perfagent.agent.model import (
    Message,
    RecordedModel,
    ReplayModel,
    Reply,
    Request,
    Transcript,
    read_transcript,
    spent,
)
from perfagent.tools.errors import ModelError

KEY = "sk-very-secret-key"


def request(*contents: str, label: str = "editor") -> Request:
    return Request(messages=tuple(Message(role="user", content=content) for content in contents), label=label)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "run" / "transcript.jsonl"


def test_a_recorded_reply_is_not_asked_for_again(path: Path, scripted: Callable[..., Any]) -> None:
    first = RecordedModel(scripted("one", "two"), Transcript(path))
    assert [first.complete(request("a")).text, first.complete(request("a")).text] == ["one", "two"]
    resumed = RecordedModel(scripted("three"), Transcript(path))
    assert [resumed.complete(request("a")).text for _ in range(3)] == ["one", "two", "three"]
    assert [exchange.reply.text for exchange in read_transcript(path)] == ["one", "two", "three"]


def test_a_message_is_written_once(path: Path, scripted: Callable[..., Any]) -> None:
    model = RecordedModel(scripted("1", "2", "3"), Transcript(path))
    for contents in (["task"], ["task", "more"], ["task", "more", "most"]):
        model.complete(request(*contents))
    assert path.read_text().count('"task"') == 1


def test_a_line_torn_by_a_crash_is_dropped(path: Path, scripted: Callable[..., Any]) -> None:
    RecordedModel(scripted("one"), Transcript(path)).complete(request("a"))
    with path.open("a") as out:
        out.write('{"digest": "12')
    resumed = RecordedModel(scripted("two"), Transcript(path))
    assert [resumed.complete(request("a")).text, resumed.complete(request("b")).text] == ["one", "two"]
    assert len(read_transcript(path)) == 2


def test_keys_never_reach_the_file(path: Path, scripted: Callable[..., Any]) -> None:
    answer = Reply(text=f"your key is {KEY}")
    RecordedModel(scripted(answer), Transcript(path, secrets=[KEY])).complete(request(f"KEY={KEY}"))
    assert KEY not in path.read_text()
    assert read_transcript(path)[0].reply.text == "your key is [secret]"


def test_what_was_spent_is_read_back(path: Path, scripted: Callable[..., Any]) -> None:
    model = RecordedModel(scripted("one", Reply(text="two")), Transcript(path))
    model.complete(request("a"))
    model.complete(request("b"))
    totals = spent(read_transcript(path))
    assert (totals.calls, totals.known_usd, totals.unpriced_calls, totals.usd) == (2, 0.01, 1, None)


def test_replay_answers_by_digest_in_any_order(path: Path, scripted: Callable[..., Any]) -> None:
    recorded = RecordedModel(scripted("A", "B"), Transcript(path))
    recorded.complete(request("a"))
    recorded.complete(request("b"))
    replay = ReplayModel(path)
    assert [replay.complete(request("b")).text, replay.complete(request("a")).text] == ["B", "A"]


def test_replay_follows_the_place_where_numbers_differ(path: Path, scripted: Callable[..., Any]) -> None:
    recorded = RecordedModel(scripted("A", "P"), Transcript(path))
    recorded.complete(request("took 1.2 s"))
    recorded.complete(request("plan", label="planner"))
    replay = ReplayModel(path)
    assert replay.complete(request("plan it", label="planner")).text == "P"
    assert replay.complete(request("took 1.3 s")).text == "A"


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (request("a", "b", "c"), "the request has 3 messages, the recorded one 1"),
        (request("a", label="planner"), "has no reply left for it"),
    ],
)
def test_replay_says_where_the_run_diverges(
    path: Path, scripted: Callable[..., Any], asked: Request, said: str
) -> None:
    RecordedModel(scripted("A"), Transcript(path)).complete(request("x"))
    with pytest.raises(ModelError, match=r"diverges .* at request 1") as caught:
        ReplayModel(path).complete(asked)
    assert said in caught.value.message


@pytest.mark.parametrize("text", ["", "no json\n", "[]\n", '{"format": "other"}\n'])
def test_what_is_no_transcript_is_named(path: Path, text: str) -> None:
    path.parent.mkdir()
    path.write_text(text)
    with pytest.raises(ModelError, match=r"transcript\.jsonl"):
        ReplayModel(path)


def test_a_missing_transcript_is_named(path: Path) -> None:
    with pytest.raises(ModelError, match="no transcript at"):
        ReplayModel(path)


def test_every_line_is_json(path: Path, scripted: Callable[..., Any]) -> None:
    RecordedModel(scripted("\u2028 \udc80"), Transcript(path)).complete(request("line\nline"))
    assert len([json.loads(line) for line in path.read_text(errors="surrogatepass").split("\n")[:-1]]) == 2
