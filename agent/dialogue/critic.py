"""Ideas are criticised before code is written: a cheap model drops, mends and orders them (RethinkMCTS).

The critic can only spare work, not decide: what it leaves out stays, what it drops without naming a figure stays, and
an answer that cannot be read changes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from perfagent.agent.dialogue.answers import json_values
from perfagent.agent.dialogue.facts import Facts, IdeaDraft
from perfagent.agent.model.protocol import Message, Model, Request
from perfagent.prompts import render
from perfagent.tools.errors import LimitExceeded, ModelError

_FIGURE = re.compile(r"\d")


class Remark(BaseModel):
    """What the critic says of one idea; fields that are left out leave the idea as it is.

    Attributes:
        number: of the idea, from 1 on, as the prompt lists them.
        keep: false to drop it.
        reason: why it is dropped or changed; a drop must name a figure of the profile.
        title, rationale, how_to_check, expected_gain_share: in place of the idea's own.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    number: int
    keep: bool = True
    reason: str = ""
    title: str | None = Field(default=None, min_length=1)
    rationale: str | None = Field(default=None, min_length=1)
    how_to_check: str | None = None
    expected_gain_share: float | None = None


@dataclass(frozen=True, slots=True)
class Review:
    """What criticism left.

    Attributes:
        kept: the ideas, the best first.
        dropped: ideas that cannot pay, each with the reason.
        read: whether the answer could be read; without it `kept` are the drafts as they came.
    """

    kept: tuple[IdeaDraft, ...]
    dropped: tuple[tuple[IdeaDraft, str], ...] = ()
    read: bool = True


def review(model: Model, facts: Facts, drafts: Sequence[IdeaDraft], *, label: str = "critic") -> Review:
    """One request: what cannot pay is dropped, wrong claims are mended, the order is the expected gain against risk.

    At least one idea is kept, as measuring it costs less than a wrong end of the search. A critic that cannot be
    reached changes nothing.

    Raises:
        LimitExceeded: as Model.complete.
    """
    if not drafts:
        return Review(())
    messages = (
        Message(role="system", content=render("critic.md")),
        Message(role="user", content=render("critic_task.md", facts=facts, ideas=list(drafts))),
    )
    try:
        reply = model.complete(Request(messages=messages, label=label))
    except LimitExceeded:
        raise
    except ModelError:
        return Review(tuple(drafts), read=False)
    remarks = read_remarks(reply.text, len(drafts))
    return _applied(remarks, drafts, facts) if remarks else Review(tuple(drafts), read=False)


def read_remarks(text: str, count: int) -> list[Remark]:
    """The valid remarks of an answer in its order, at most one an idea; none when it cannot be read.

    Args:
        count: how many ideas there are.
    """
    for value in json_values(text):
        items = value.get("ideas", [value]) if isinstance(value, dict) else value
        found: dict[int, Remark] = {}
        for item in items if isinstance(items, list) else []:
            remark = _remark(item)
            if remark is not None and 1 <= remark.number <= count:
                found.setdefault(remark.number, remark)
        if found:
            return list(found.values())
    return []


def _remark(item: Any) -> Remark | None:
    """The item as a remark, without fields of a wrong form; None when even its number is none."""
    if not isinstance(item, dict):
        return None
    for _ in range(2):
        try:
            return Remark.model_validate(item)
        except ValidationError as error:
            wrong = {str(found["loc"][0]) for found in error.errors(include_url=False)}
            item = {key: value for key, value in item.items() if key not in wrong}
    return None


def _applied(remarks: Sequence[Remark], drafts: Sequence[IdeaDraft], facts: Facts) -> Review:
    """The drafts in the remarks' order, those without a remark after them in their own."""
    kept, dropped = [], []
    for remark in remarks:
        draft = drafts[remark.number - 1]
        if not remark.keep and _FIGURE.search(remark.reason):
            dropped.append((draft, remark.reason))
        else:
            kept.append(facts.bounded(_mended(draft, remark)))
    spoken = {remark.number for remark in remarks}
    kept += [draft for number, draft in enumerate(drafts, 1) if number not in spoken]
    if not kept:
        best = max(dropped, key=lambda entry: entry[0].expected_gain_share)
        dropped.remove(best)
        kept.append(best[0])
    return Review(tuple(kept), tuple(dropped))


def _mended(draft: IdeaDraft, remark: Remark) -> IdeaDraft:
    changes = remark.model_dump(
        include={"title", "rationale", "how_to_check", "expected_gain_share"}, exclude_none=True
    )
    try:
        return IdeaDraft.model_validate(draft.model_dump() | changes)
    except ValidationError:
        return draft
