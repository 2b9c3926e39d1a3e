"""From facts to ideas: the model may look around first, and has one chance to repair the form of its answer."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from pydantic import BaseModel, ValidationError

from perfagent.agent.dialogue.answers import json_values
from perfagent.agent.dialogue.facts import Facts, IdeaDraft
from perfagent.agent.dialogue.loop import run_loop
from perfagent.agent.dialogue.loop_records import LoopLimits
from perfagent.agent.dialogue.tools import planner_toolbox
from perfagent.agent.dialogue.workbench import Workbench
from perfagent.agent.model.protocol import Message, Model, Reply
from perfagent.prompts import render
from perfagent.tools.errors import ModelFormatError

_ROUNDS = 2  # the answer, and one repair
_TURNS = 40  # of a planner that looks around; the editors are who must know every line
_SHOWN_PROBLEMS = 6


class _Ideas(BaseModel):
    """The form of the planner's answer."""

    ideas: list[IdeaDraft]


def plan(
    model: Model,
    facts: Facts,
    workbench: Workbench | None = None,
    *,
    max_ideas: int = 5,
    label: str = "planner",
    limits: LoopLimits | None = None,
) -> list[IdeaDraft]:
    """At most `max_ideas` ideas, largest gain first, none expected to gain more than its target's share.

    Empty when the model says that nothing is worth trying. With a workbench the model may read, search, profile and use
    the shell before it answers; what its actions keep open is closed at the end.

    Raises:
        ModelFormatError: there was no answer of the form asked for; hotspots may stand in as ideas.
        ModelError, LimitExceeded: as Model.complete.
    """
    messages = [
        Message(role="system", content=render("planner.md")),
        Message(role="user", content=render("planner_task.md", facts=facts, max_ideas=max_ideas)),
    ]
    answer = _Answer()
    given = limits or LoopLimits(turns=_TURNS)
    try:
        tools = planner_toolbox(workbench, answer)
        result = run_loop(model, messages, tools, replace(given, format_errors=_ROUNDS), label=label)
    finally:
        if workbench is not None:
            workbench.actions.close()
    if result.error is not None:
        raise result.error
    if not result.submitted:
        problem = answer.problem.partition("\n")[0] or result.reason
        raise ModelFormatError(f"{model.name} does not manage the form of a plan ({problem})")
    bounded = [_bounded(idea, facts) for idea in answer.ideas]
    return sorted(bounded, key=lambda idea: -idea.expected_gain_share)[:max_ideas]


class _Answer:
    """Reads the planner's answers; keeps the ideas of the good one, or what was wrong with the last."""

    def __init__(self) -> None:
        self.ideas: list[IdeaDraft] = []
        self.problem = ""

    def __call__(self, reply: Reply) -> str:
        self.ideas, self.problem = read_ideas(reply)
        return self.problem


def ideas_schema() -> str:
    """The JSON schema of the answer, indented, its parts in place: what prompts/planner.schema.json holds."""
    schema = _Ideas.model_json_schema()
    return json.dumps(_inlined(schema, schema.get("$defs", {})), indent=1)


def read_ideas(reply: Reply) -> tuple[list[IdeaDraft], str]:
    """The valid ideas of an answer, however it is wrapped or cut off; with none, what is wrong with it."""
    problems: list[str] = []
    for value in json_values(reply.text):
        ideas = [idea for item in _items(value) for idea in _valid(item, problems)]
        if ideas or value == {"ideas": []}:
            return ideas, ""
    if reply.finish_reason == "length":
        problems.append("the answer was cut off: give fewer ideas")
    return [], "\n".join(problems[:_SHOWN_PROBLEMS]) or "there is no JSON in it"


def _items(value: Any) -> Sequence[Any]:
    """The single ideas in `{"ideas": [...]}`, a list, or one idea alone."""
    if isinstance(value, dict):
        value = value.get("ideas", [value])
    return value if isinstance(value, list) else [value]


def _valid(item: Any, problems: list[str]) -> list[IdeaDraft]:
    """The item as an idea, or none, and what is wrong with it added to `problems`."""
    try:
        return [IdeaDraft.model_validate_json(json.dumps(item))]
    except ValidationError as error:
        for found in error.errors(include_url=False):
            problems.append(f"- {'.'.join(map(str, found['loc'])) or 'idea'}: {found['msg']}")
        return []


def _bounded(idea: IdeaDraft, facts: Facts) -> IdeaDraft:
    """The idea with its gain cut to the share of its target: no change saves more time than it touches."""
    shares = [
        hot.hotspot.cumulative_share
        for hot in facts.hot
        if hot.hotspot.path == idea.target.path and hot.hotspot.qualname == idea.target.qualname
    ]
    return idea.model_copy(update={"expected_gain_share": min([idea.expected_gain_share, *shares])})


def _inlined(node: Any, parts: dict[str, Any]) -> Any:
    """The schema with references replaced by what they name, and without titles."""
    if isinstance(node, list):
        return [_inlined(item, parts) for item in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        return _inlined(parts[node["$ref"].rpartition("/")[2]], parts)
    dropped = {"$defs", "description"} if "properties" in node else {"$defs"}
    kept = {key: value for key, value in node.items() if key not in dropped}
    if not isinstance(kept.get("title"), dict):
        kept.pop("title", None)
    return {key: _inlined(value, parts) for key, value in kept.items()}
