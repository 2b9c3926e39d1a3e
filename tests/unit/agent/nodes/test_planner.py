"""What the planner chooses next, and why it ends the search."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import pytest

from perfagent.agent.nodes.planner import NO_IDEA, planner
from perfagent.agent.services import Services
from perfagent.agent.settings import Settings
from perfagent.agent.state import Candidate, Idea, RunState, Task

Open = Callable[..., Services]
SPOT = {"path": "pkg/words.py", "qualname": "unique", "start": 1, "end": 6, "calls": 3, "self_share": 0.6}
IDEA = Idea(id="x", title="A set", path="pkg/words.py", qualname="unique", origin="catalogue")


def state_of(services: Services, share: float = 0.8, **more: Any) -> RunState:
    """After the localizer found `unique` to hold this share of the time."""
    spot = SPOT | {"charged_share": share, "cumulative_share": share}
    return cast("RunState", {"head": services.target.head, "hotspots": services.folder.put_json([spot]), **more})


def test_ideas_of_the_profile_are_begun_best_first(open_services: Open) -> None:
    services = open_services()
    update = planner(state_of(services), services)
    (task,) = (Task(**each) for each in update["tasks"])
    assert (task.idea.qualname, task.idea.origin) == ("unique", "catalogue")
    assert (update["ideas"], update["begun"], update["planned"]) == ([], [task.idea.model_dump()], 1)


def test_planned_ideas_are_used_up_before_others_are_asked_for(open_services: Open) -> None:
    services = open_services()
    update = planner(state_of(services, ideas=[IDEA.model_dump()], planned=1), services)
    assert [each["idea"]["id"] for each in update["tasks"]] == ["x"]
    assert "planned" not in update


def test_the_search_ends_where_too_little_is_left_to_gain(open_services: Open) -> None:
    services = open_services()
    update = planner(state_of(services, share=0.01), services)
    assert update["tasks"] == []
    assert update["stop"] == "no function holds more than 1.0% of the time: too little is left to gain"


@pytest.mark.parametrize(("planned", "asked"), [(1, 2), (2, None)])
def test_the_search_ends_when_ideas_are_used_up(open_services: Open, planned: int, asked: int | None) -> None:
    services = open_services()
    update = planner(state_of(services, planned=planned), services)
    assert (update["tasks"], update["stop"], update.get("planned")) == ([], NO_IDEA, asked)


def test_a_candidate_that_waits_is_carried_over_before_anything_else(open_services: Open) -> None:
    services = open_services()
    waiting = Candidate(id="c", idea="y", title="Sort", parent="a" * 40, diff="", origin="model")
    update = planner(state_of(services, ideas=[IDEA.model_dump()], waiting=[waiting.model_dump()]), services)
    (task,) = (Task(**each) for each in update["tasks"])
    assert (task.carried, task.idea.id) == (waiting, "y-carried")
    assert (update["ideas"], update["waiting"]) == ([IDEA.model_dump()], [])


def test_no_more_candidates_are_begun_than_were_allowed(open_services: Open) -> None:
    services = open_services(settings=Settings(max_candidates=2))
    update = planner(state_of(services, ideas=[IDEA.model_dump()], counts={"not_faster": 2}), services)
    assert update == {"tasks": [], "stop": "2 candidates were verified, the most allowed"}
