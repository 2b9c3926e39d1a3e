"""What the verifier writes into the ledger of ideas."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from perfagent.agent.nodes.verifier import verifier
from perfagent.agent.services import Services
from perfagent.agent.state import Edited, Idea, RunState, Task, Tried

IDEA = Idea(id="x", title="A set", path="pkg/words.py", qualname="unique", origin="model")


def test_a_task_without_an_edit_is_told_with_its_reason(open_services: Callable[..., Services]) -> None:
    services = open_services()
    edited = Edited(task=Task(idea=IDEA, start=1, attempt=2), why="gave up", again=True, history="h")
    state = cast("RunState", {"head": services.target.head, "edited": [edited.model_dump()]})
    update = verifier(state, services)
    assert (update["accepted"], update["counts"], update["waiting"]) == (None, {}, [])
    assert [Tried(**each) for each in update["tried"]] == [
        Tried(idea="x", title="A set", verdict="no_edit", place="pkg/words.py:unique", reason="gave up", origin="model",
              head=services.target.head, start=1, attempt=2, again=True, history="h")
    ]  # fmt: skip
