"""A model that answers from a list, and facts about the words repository."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from perfagent.agent.model import (
    Facts,
    HotFunction,
    IdeaDraft,
    Reply,
    Request,
    Target,
    ToolCall,
    Usage,
)
from perfagent.tools.profile.records import Hotspot


class ScriptedModel:
    """Gives its replies in order; a reply that is an exception is raised."""

    name = "scripted"

    def __init__(self, replies: Sequence[Reply | Exception]) -> None:
        self.replies = list(replies)
        self.requests: list[Request] = []
        self._lock = threading.Lock()

    def complete(self, request: Request) -> Reply:
        with self._lock:
            self.requests.append(request)
            reply = self.replies.pop(0)
        if isinstance(reply, Exception):
            raise reply
        return reply


@pytest.fixture
def scripted() -> Callable[..., ScriptedModel]:
    """Makes a model of texts, lists of (tool, JSON) pairs, replies or exceptions."""

    def make(*answers: str | list[tuple[str, str]] | Reply | Exception) -> ScriptedModel:
        return ScriptedModel([_reply(answer) for answer in answers])

    return make


def _reply(answer: str | list[tuple[str, str]] | Reply | Exception) -> Reply | Exception:
    usage = Usage(input_tokens=100, output_tokens=10)
    if isinstance(answer, str):
        return Reply(text=answer, usage=usage, cost_usd=0.01)
    if isinstance(answer, list):
        calls = tuple(ToolCall(id=f"c{i}", name=name, arguments=text) for i, (name, text) in enumerate(answer))
        return Reply(text="", tool_calls=calls, finish_reason="tool_calls", usage=usage, cost_usd=0.01)
    return answer


@pytest.fixture
def facts(words_repository: Path) -> Facts:
    """What a run would know of the words repository."""
    hotspot = Hotspot(
        path="pkg/words.py",
        qualname="unique",
        start=1,
        end=6,
        self_share=0.6,
        charged_share=0.7,
        cumulative_share=0.8,
        calls=3,
        callers=("pkg/words.py:count",),
    )
    source = (words_repository / "pkg/words.py").read_text().partition("\n\n")[0]
    return Facts(
        workload="unique() of 1 000 words",
        measured="CPU time in pairs.",
        min_speedup=1.03,
        hot=(HotFunction(hotspot=hotspot, source=source),),
        protected=("tests/**: the tests",),
        tests="pytest -q",
    )


@pytest.fixture
def idea() -> IdeaDraft:
    """The idea that makes `unique` fast."""
    return IdeaDraft(
        title="Keep words in a dict",
        target=Target(path="pkg/words.py", qualname="unique"),
        mechanism="data_structure",
        rationale="The list is searched for every word.",
        expected_gain_share=0.5,
        risk="low",
    )
