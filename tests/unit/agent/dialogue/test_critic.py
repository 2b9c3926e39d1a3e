"""Criticism spares work and never loses ideas by a mistake of form."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from perfagent.agent.dialogue import Facts, IdeaDraft, review
from perfagent.tools.errors import LimitExceeded, ModelError


@pytest.fixture
def drafts(idea: IdeaDraft) -> list[IdeaDraft]:
    """Three ideas, the best first."""
    gains = {"dict": 0.5, "set": 0.3, "sort": 0.1}
    return [idea.model_copy(update={"title": name, "expected_gain_share": gain}) for name, gain in gains.items()]


def answer(*remarks: dict[str, Any]) -> str:
    return f"```json\n{json.dumps({'ideas': remarks})}\n```"


def titles(ideas: list[IdeaDraft]) -> list[str]:
    return [idea.title for idea in ideas]


def test_the_critic_orders_and_drops(scripted: Callable[..., Any], facts: Facts, drafts: list[IdeaDraft]) -> None:
    model = scripted(answer({"number": 2}, {"number": 1, "keep": False, "reason": "0.8 % of the time"}, {"number": 3}))
    found = review(model, facts, drafts, label="critic-1")
    assert titles(list(found.kept)) == ["set", "sort"]
    assert [(draft.title, reason) for draft, reason in found.dropped] == [("dict", "0.8 % of the time")]
    assert model.requests[0].label == "critic-1"


def test_wrong_claims_are_mended(scripted: Callable[..., Any], facts: Facts, drafts: list[IdeaDraft]) -> None:
    model = scripted(
        answer({"number": 1, "rationale": "only 3 items", "expected_gain_share": 0.95, "how_to_check": "n"})
    )
    first, *others = review(model, facts, drafts).kept
    assert (first.rationale, first.how_to_check) == ("only 3 items", "n")
    assert first.expected_gain_share == 0.8  # the share of its target
    assert others == drafts[1:]


@pytest.mark.parametrize(
    "text",
    ["I like them all.", "", '{"ideas": "none"}', '{"ideas": [{"number": 9, "keep": false, "reason": "1 %"}]}', "[3]"],
)
def test_an_answer_that_cannot_be_read_changes_nothing(
    scripted: Callable[..., Any], facts: Facts, drafts: list[IdeaDraft], text: str
) -> None:
    found = review(scripted(text), facts, drafts)
    assert (list(found.kept), found.dropped, found.read) == (drafts, (), False)


def test_a_drop_without_a_figure_is_none(scripted: Callable[..., Any], facts: Facts, drafts: list[IdeaDraft]) -> None:
    dropped = [{"number": n, "keep": False, "reason": "I do not like it"} for n in (3, 2, 1)]
    assert titles(list(review(scripted(answer(*dropped)), facts, drafts).kept)) == ["sort", "set", "dict"]


def test_one_idea_is_always_left(scripted: Callable[..., Any], facts: Facts, drafts: list[IdeaDraft]) -> None:
    dropped = [{"number": n, "keep": False, "reason": "1 %"} for n in (1, 2, 3)]
    assert titles(list(review(scripted(answer(*dropped)), facts, drafts).kept)) == ["dict"]


def test_fields_of_a_wrong_form_are_left_out(
    scripted: Callable[..., Any], facts: Facts, drafts: list[IdeaDraft]
) -> None:
    remark = {"number": 1, "title": 7, "expected_gain_share": "much", "rationale": "", "how_to_check": "ask"}
    first = review(scripted(answer(remark)), facts, drafts).kept[0]
    assert first == drafts[0].model_copy(update={"how_to_check": "ask"})


def test_a_critic_that_cannot_be_reached_changes_nothing(
    scripted: Callable[..., Any], facts: Facts, drafts: list[IdeaDraft]
) -> None:
    assert list(review(scripted(ModelError("gone")), facts, drafts).kept) == drafts


def test_a_limit_ends_the_search(scripted: Callable[..., Any], facts: Facts, drafts: list[IdeaDraft]) -> None:
    with pytest.raises(LimitExceeded):
        review(scripted(LimitExceeded("cost", 2, 1)), facts, drafts)


def test_without_ideas_nothing_is_asked(scripted: Callable[..., Any], facts: Facts) -> None:
    model = scripted()
    assert list(review(model, facts, []).kept) == []
    assert not model.requests


def test_the_prompt_lists_the_ideas(scripted: Callable[..., Any], facts: Facts, drafts: list[IdeaDraft]) -> None:
    model = scripted("nothing")
    review(model, facts, drafts)
    assert "## Idea 2: set\n\nIn `pkg/words.py`, at unique; data structure; expected to save 30 %" in (
        model.requests[0].messages[-1].content
    )
