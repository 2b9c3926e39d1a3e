"""The editor's conversation from its opening to its outcome."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from perfagent.agent.dialogue import (
    Actions,
    Assignment,
    Evidence,
    Facts,
    Feedback,
    FileWorkbench,
    IdeaDraft,
    LoopLimits,
    edit,
)
from perfagent.agent.model import Reply, Request
from perfagent.tools.errors import ModelError

CHANGE = ("edit", '{"path": "pkg/words.py", "old": "out = []", "new": "out = list()"}')
SUBMIT = ("submit", '{"summary": "a list"}')
FEEDBACK = Feedback(
    stage="measure",
    reason_code="not_faster",
    numbers={"speedup": "1.00x [0.98x, 1.02x]"},
    evidence="line\n" * 60,
    question="Where did the time go?",
)


@pytest.fixture
def workbench(words_repository: Path) -> FileWorkbench:
    return FileWorkbench(words_repository)


@pytest.fixture
def assignment(idea: IdeaDraft, facts: Facts) -> Assignment:
    return Assignment(idea, facts, label="editor:1")


def test_a_submitted_change(scripted: Callable[..., Any], workbench: FileWorkbench, assignment: Assignment) -> None:
    model = scripted([CHANGE, SUBMIT])
    outcome = edit(model, assignment, workbench)
    assert (outcome.status, outcome.summary, outcome.changed) == ("submitted", "a list", True)
    system, task = model.requests[0].messages
    assert "SEARCH/REPLACE" in system.content
    assert "**Keep words in a dict** (data structure, risk low)" in task.content
    assert "tests/**: the tests" in task.content
    assert model.requests[0].label == "editor:1"


@pytest.mark.parametrize(
    ("answers", "status"),
    [
        (["GIVE UP: no"], "gave_up"),
        ([[CHANGE], [CHANGE]], "limit"),
        ([Reply(text="no", finish_reason="refusal")], "failed"),
    ],
)
def test_other_ends(
    scripted: Callable[..., Any],
    workbench: FileWorkbench,
    assignment: Assignment,
    answers: list[object],
    status: str,
) -> None:
    outcome = edit(scripted(*answers), assignment, workbench, LoopLimits(turns=2))
    assert (outcome.status, bool(outcome.summary)) == (status, True)


def test_feedback_continues_the_conversation(
    scripted: Callable[..., Any], workbench: FileWorkbench, assignment: Assignment
) -> None:
    first = edit(scripted([CHANGE, SUBMIT]), assignment, workbench)
    model = scripted([("give_up", '{"reason": "it is as fast as it gets"}')])
    again = replace(assignment, feedback=FEEDBACK, history=first.messages)
    assert edit(model, again, workbench).status == "gave_up"
    asked = model.requests[0].messages
    assert asked[: len(first.messages)] == first.messages
    assert "- speedup: 1.00x [0.98x, 1.02x]" in asked[-1].content
    assert asked[-1].content.count("line\n") == 40
    assert "out = list()" not in asked[-1].content


def test_feedback_without_history_shows_the_change(
    scripted: Callable[..., Any], workbench: FileWorkbench, assignment: Assignment
) -> None:
    edit(scripted([CHANGE, SUBMIT]), assignment, workbench)
    model = scripted("GIVE UP: no")
    edit(model, replace(assignment, feedback=FEEDBACK), workbench)
    assert "+    out = list()" in model.requests[0].messages[-1].content


def test_a_change_nobody_submitted_is_known_to_be_sound_or_not(
    scripted: Callable[..., Any], workbench: FileWorkbench, assignment: Assignment
) -> None:
    outcome = edit(scripted([CHANGE]), assignment, workbench, LoopLimits(turns=1))
    assert (outcome.status, outcome.end, outcome.changed, outcome.sound) == ("limit", "turns", True, True)
    broken = ("edit", '{"path": "pkg/words.py", "old": "out = list()", "new": "out = lst()"}')
    slow = Reply(text="", tool_calls=scripted([broken]).replies[0].tool_calls, latency_s=9)
    outcome = edit(scripted(slow), assignment, workbench, LoopLimits(wall_s=5, clock=lambda: 0.0))
    assert (outcome.status, outcome.end, outcome.changed, outcome.sound) == ("limit", "time", True, False)


def test_evidence_is_told_and_actions_are_closed_whatever_happens(
    scripted: Callable[..., Any], words_repository: Path, assignment: Assignment
) -> None:
    found, closed = Evidence("diff_test.py", 9, "digest", "equal"), []
    actions = Actions(evidence=lambda: (found,), close=lambda: closed.append(True))
    workbench = FileWorkbench(words_repository, actions=actions)
    assert edit(scripted([CHANGE, SUBMIT]), assignment, workbench).evidence == (found,)
    with pytest.raises(ModelError):
        edit(scripted(ModelError("away")), assignment, workbench)
    with pytest.raises(KeyboardInterrupt):
        edit(Interrupted(), assignment, workbench)
    assert closed == [True, True, True]


class Interrupted:
    """The user presses Ctrl-C while the model answers."""

    name = "interrupted"

    def complete(self, request: Request) -> Reply:
        raise KeyboardInterrupt(request.label)
