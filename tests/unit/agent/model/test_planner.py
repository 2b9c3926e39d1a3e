"""Ideas out of answers of every shape."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import perfagent.prompts
from perfagent.agent.model import Facts, IdeaDraft, Reply, plan
from perfagent.agent.model.planner import ideas_schema
from perfagent.tools.errors import ModelFormatError

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
