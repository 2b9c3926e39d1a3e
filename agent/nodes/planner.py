"""From hotspots to ideas, queued by expected gain; hands the next one to the editor or ends the search."""

from __future__ import annotations

from typing import Any

from perfagent.agent import planning
from perfagent.agent.services import Services
from perfagent.agent.state import Idea, RunState, Tried
from perfagent.tools.errors import LimitExceeded


def planner(state: RunState, services: Services) -> dict[str, Any]:
    """Choose what to try next; plan anew when nothing is planned for this baseline."""
    stop = _why_stop(state, services)
    if stop:
        return {"idea": None, "stop": stop}
    ideas = [Idea(**idea) for idea in state.get("ideas", [])]
    planned = state.get("planned", 0)
    if not ideas and planned < planning.ROUNDS:
        services.enter("planner", "looking for ideas")
        tried = [Tried(**entry) for entry in state.get("tried", [])]
        try:
            ideas = planning.plan(services, state["head"], state["hotspots"], tried, planned)
        except LimitExceeded as error:
            return {"idea": None, "ideas": [], "stop": error.message}
        planned += 1
    if not ideas:
        return {"idea": None, "ideas": [], "planned": planned, "stop": "no idea is left"}
    idea, rest = ideas[0], ideas[1:]
    services.folder.event("idea", id=idea.id, title=idea.title, left=len(rest))
    return {
        "idea": idea.model_dump(),
        "ideas": [i.model_dump() for i in rest],
        "planned": planned,
        "attempt": 0,
        "feedback": "",
        "candidates": [],
    }


def _why_stop(state: RunState, services: Services) -> str:
    used = sum(state.get("counts", {}).values())
    if used >= services.settings.max_candidates:
        return f"{used} candidates were verified, the most allowed"
    return services.out_of_budget()
