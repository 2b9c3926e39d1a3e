"""Ideas out of answers of every shape."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import perfagent.prompts
from perfagent.agent.dialogue import Actions, Facts, FileWorkbench, IdeaDraft, LoopLimits, plan
from perfagent.agent.dialogue.planner import ideas_schema
from perfagent.agent.model import Reply
from perfagent.tools.errors import LimitExceeded, ModelFormatError, ModelNoTools

IDEA = {
    "title": "Keep words in a dict",
    "target": {"path": "pkg/words.py", "qualname": "unique"},
    "mechanism": "data_structure",
    "rationale": "A list is searched.",
    "expected_gain_share": 0.4,
    "risk": "low",
}
IDEAS = json.dumps({"ideas": [IDEA]})


@pytest.mark.parametrize(
    "answer",
    [
        IDEAS,
        f"Here is my plan [1]:\n```json\n{IDEAS}\n```\nGood luck {{}}",
        f"```\n{json.dumps([IDEA])}\n```",
        json.dumps(IDEA),
        f"Sure: {IDEAS} That is all.",
        f"<think>[1, 2] {{</think>{IDEAS}",
        IDEAS[:-2] + ', {"title": "cut off he',
        json.dumps({"ideas": [{"title": "no target"}, IDEA]}),
        json.dumps({"ideas": [IDEA | {"mechanism": "Data Structure", "risk": "LOW", "confidence": 9}]}),
        json.dumps({"ideas": [IDEA | {"expected_gain_share": 40}]}),
    ],
)
def test_ideas_are_found_however_they_are_wrapped(scripted: Callable[..., Any], facts: Facts, answer: str) -> None:
    assert plan(scripted(answer), facts) == [IdeaDraft.model_validate(IDEA)]


def test_a_gain_is_at_most_its_target_s_share(scripted: Callable[..., Any], facts: Facts) -> None:
    (idea,) = plan(scripted(json.dumps(IDEA | {"expected_gain_share": 0.99})), facts)
    assert idea.expected_gain_share == 0.8


def test_the_largest_gain_comes_first(scripted: Callable[..., Any], facts: Facts) -> None:
    many = [IDEA | {"title": f"gain {share}", "expected_gain_share": share} for share in (0.1, 0.3, 0.2)]
    titles = [idea.title for idea in plan(scripted(json.dumps(many)), facts, max_ideas=2)]
    assert titles == ["gain 0.3", "gain 0.2"]


def test_a_wrong_form_may_be_repaired_once(scripted: Callable[..., Any], facts: Facts) -> None:
    model = scripted(json.dumps(IDEA | {"risk": "none", "target": "unique"}), IDEAS)
    assert len(plan(model, facts)) == 1
    complaint = model.requests[1].messages[-1].content
    assert "risk: Input should be 'low', 'medium' or 'high'" in complaint
    assert "target: " in complaint


def test_a_model_that_never_manages_the_form(scripted: Callable[..., Any], facts: Facts) -> None:
    cut = Reply(text='{"ideas": [{"ti', finish_reason="length")
    with pytest.raises(ModelFormatError, match="scripted does not manage the form of a plan"):
        plan(scripted("I would rather talk.", cut), facts)


def test_the_prompt_holds_the_facts_and_the_schema(scripted: Callable[..., Any], facts: Facts) -> None:
    model = scripted(IDEAS)
    plan(model, facts)
    system, task = model.requests[0].messages
    assert ideas_schema() in system.content
    assert "| 1 | `pkg/words.py` unique | 1-6 | 60.0 % | 70.0 % | 80.0 % | 3 |" in task.content
    assert "if word not in out:" in task.content


def test_the_schema_beside_the_prompt_is_the_one_that_is_checked() -> None:
    folder = Path(perfagent.prompts.__file__).parent
    assert (folder / "planner.schema.json").read_text() == ideas_schema() + "\n"
    assert "$ref" not in ideas_schema()


def test_a_planner_may_look_around_before_it_answers(
    scripted: Callable[..., Any], facts: Facts, words_repository: Path
) -> None:
    closed: list[bool] = []
    actions = Actions(profile=lambda function: f"profile of {function}", close=lambda: closed.append(True))
    workbench = FileWorkbench(words_repository, actions=actions)
    looks = [("callers", '{"name": "unique"}'), ("profile", '{"function": "pkg/words.py:unique"}')]
    model = scripted(looks, [("read_file", '{"path": "pkg/words.py"}')], IDEAS)
    assert len(plan(model, facts, workbench)) == 1
    offered = [tool.name for tool in model.requests[0].tools]
    assert offered == ["read_file", "search", "outline", "callers", "profile"]
    said = [message.content for message in model.requests[-1].messages if message.role == "tool"]
    assert "in count: return len(unique(words))" in said[0] and said[1] == "profile of pkg/words.py:unique"
    assert closed == [True]


def test_a_planner_that_answers_at_once_costs_one_call_and_changes_nothing(
    scripted: Callable[..., Any], facts: Facts, words_repository: Path
) -> None:
    block = "pkg/words.py\n<<<<<<< SEARCH\n    out = []\n=======\n    out = [0]\n>>>>>>> REPLACE\n"
    model, workbench = scripted(f"{block}\n{IDEAS}"), FileWorkbench(words_repository)
    assert len(plan(model, facts, workbench)) == 1
    assert len(model.requests) == 1 and workbench.diff() == ""


def test_a_planner_without_tools_calls_them_in_text(
    scripted: Callable[..., Any], facts: Facts, words_repository: Path
) -> None:
    call = '```call\n{"tool": "outline", "arguments": {"path": "pkg/words.py"}}\n```'
    model = scripted(ModelNoTools("none"), call, f"```json\n{IDEAS}\n```")
    assert len(plan(model, facts, FileWorkbench(words_repository))) == 1
    assert "def unique(words)" in model.requests[-1].messages[-1].content


def test_a_planner_that_only_looks_is_hurried_and_then_given_up(
    scripted: Callable[..., Any], facts: Facts, words_repository: Path
) -> None:
    looks = [[("read_file", f'{{"path": "pkg/words.py", "start": {n}}}')] for n in range(1, 6)]
    model = scripted(*looks)
    with pytest.raises(ModelFormatError, match="no submission after 5 turns"):
        plan(model, facts, FileWorkbench(words_repository), limits=LoopLimits(turns=5))
    assert model.requests[-1].messages[-1].content.endswith("Give your answer now, with what you know.\n")


def test_limits_of_the_run_reach_the_caller_of_the_planner(scripted: Callable[..., Any], facts: Facts) -> None:
    with pytest.raises(LimitExceeded):
        plan(scripted(LimitExceeded("cost", 1.0, 1.0)), facts)
