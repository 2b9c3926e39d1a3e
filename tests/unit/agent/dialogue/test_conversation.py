"""A window that is far too small: only what tools said gets shorter, the task and the model's words never."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from perfagent.agent.dialogue import FileWorkbench, LoopEvent, LoopLimits, editor_toolbox, run_loop
from perfagent.agent.dialogue.conversation import Conversation
from perfagent.agent.model import Message, Reply
from perfagent.tools.errors import ModelContextExceeded

LINES = "some words of a long line\n" * 3000


def pages(count: int) -> list[list[tuple[str, str]]]:
    return [[("read_file", json.dumps({"path": "long.txt", "start": start}))] for start in range(1, count + 1)]


def work(model: Any, tree: Path, events: list[LoopEvent], window: int) -> Any:
    (tree / "long.txt").write_text(LINES)
    beginning = [Message(role="system", content="s"), Message(role="user", content="the task " * 200)]
    limits = LoopLimits(window_tokens=window)
    return run_loop(model, beginning, editor_toolbox(FileWorkbench(tree)), limits, on_event=events.append)


def test_condensing_happens_many_times_and_spares_task_and_words(
    scripted: Callable[..., Any], words_repository: Path
) -> None:
    events: list[LoopEvent] = []
    said = [
        Reply(text=f"I look at page {number}.", tool_calls=scripted(page).replies[0].tool_calls)
        for number, page in enumerate(pages(30))
    ]
    model = scripted(*said, "GIVE UP: enough")
    result = work(model, words_repository, events, window=20_000)
    assert result.end == "gave_up"
    assert sum(event.kind == "condensed" for event in events) > 5
    assert result.messages[1].content == "the task " * 200
    assert [m.content for m in result.messages if m.role == "assistant"][:30] == [reply.text for reply in said]
    sizes = [Conversation(request.messages, request.tools, 1).tokens() for request in model.requests]
    assert max(sizes) <= 20_000 * 7 // 10


def test_a_result_nobody_has_seen_is_only_cut_in_its_middle(
    scripted: Callable[..., Any], words_repository: Path
) -> None:
    model = scripted([page[0] for page in pages(6)], "GIVE UP: enough")
    result = work(model, words_repository, [], window=9_000)
    results = [message.content for message in result.messages if message.role == "tool"]
    assert all("left out for want of room" in text and "    1|" not in text[-200:] for text in results)


def test_a_provider_that_complains_is_believed_twice(scripted: Callable[..., Any], words_repository: Path) -> None:
    long = ModelContextExceeded("too long")
    read = [pages(1)[0], pages(2)[1], pages(3)[2], pages(4)[3]]
    result = work(scripted(*read, long, "GIVE UP: x"), words_repository, [], 100_000)
    assert result.end == "gave_up"
    model = scripted(*read, long, long, long)
    assert work(model, words_repository, [], 100_000).end == "context"
    assert 5 <= len(model.requests) <= 7


def test_a_window_that_fits_nothing_turn_after_turn_is_told_and_then_ends_the_work(
    scripted: Callable[..., Any], words_repository: Path
) -> None:
    result = work(scripted(*pages(60)), words_repository, [], window=6_000)
    assert (result.end, result.reason.split(",")[0]) == ("stuck", "what you look at no longer fits")
    assert result.turns < 30
