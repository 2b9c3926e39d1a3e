"""The records that travel through the graph."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from perfagent.agent.state import Idea, Tried

IDEA = Idea(id="x", title="A set", path="pkg/a.py", qualname="f", origin="model")


def test_a_line_of_the_ledger_takes_from_its_idea_what_it_shares_with_it() -> None:
    line = Tried.of(IDEA, "a" * 40, "no_edit", reason="gave up", start=1)
    assert line == Tried(
        idea="x", title="A set", verdict="no_edit", place="pkg/a.py:f", reason="gave up", origin="model", head="a" * 40,
        start=1,
    )  # fmt: skip


def test_a_candidate_has_a_title_of_its_own() -> None:
    assert Tried.of(IDEA, "a" * 40, "faster", title="A dict").title == "A dict"


def test_a_field_that_there_is_not_is_refused() -> None:
    with pytest.raises(ValidationError, match="speed_up"):
        Tried.of(IDEA, "a" * 40, "faster", speed_up=1.2)
