"""From hotspots to ideas, queued by expected gain; hands the next one to the editor or ends the search."""

from __future__ import annotations

from typing import Any

from perfagent.agent.ideas import planning
from perfagent.agent.services import Services
from perfagent.agent.state import Idea, RunState, Tried
from perfagent.tools.errors import LimitExceeded


def planner(state: RunState, services: Services) -> dict[str, Any]:
    """Choose what to try next; plan anew when nothing is planned for this baseline."""
    stop = _why_stop(state, services)
    if stop:
        return {"idea": None, "stop": stop}
    ideas = [Idea(**idea) for idea in state.get("ideas", [])]
    tried = state.get("tried", [])
    planned = state.get("planned", 0)
    if not ideas and planned < planning.ROUNDS:
        services.enter("planner", "looking for ideas")
        try:
            before = [Tried(**entry) for entry in tried]
            ideas, dropped = planning.plan(services, state["head"], state["hotspots"], before, planned)
        except LimitExceeded as error:
            return {"idea": None, "ideas": [], "stop": error.message}
        planned += 1
        tried = [*tried, *(_ruled_out(idea) for idea in dropped)]
    if not ideas:
        return {"idea": None, "ideas": [], "tried": tried, "planned": planned, "stop": "no idea is left"}
    idea, rest = ideas[0], ideas[1:]
    services.folder.event("idea", id=idea.id, title=idea.title, left=len(rest))
    return {
        "idea": idea.model_dump(),
        "ideas": [i.model_dump() for i in rest],
        "planned": planned,
        "tried": tried,
        "attempt": 0,
        "feedback": "",
        "candidates": [],
    }


def _ruled_out(idea: Idea) -> dict[str, Any]:
    reason = "timed beside the other ideas, it saves too little"
    return {"idea": idea.id, "title": idea.title, "verdict": "not_faster", "speedup": None, "reason": reason}


def _why_stop(state: RunState, services: Services) -> str:
    used = sum(state.get("counts", {}).values())
    if used >= services.settings.max_candidates:
        return f"{used} candidates were verified, the most allowed"
    return services.out_of_budget()
