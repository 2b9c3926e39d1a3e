"""From hotspots to ideas, and from ideas to the tasks of the next step; or the end of the search."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from perfagent.agent.ideas import planning
from perfagent.agent.search import Strategy, View, after_hint, strategy_of
from perfagent.agent.services import Services
from perfagent.agent.state import Candidate, Idea, RunState, Task, Tried
from perfagent.tools.errors import LimitExceeded

NO_IDEA = "no idea is left"
"""Why a search ends whose strategy has nothing more to try."""


def planner(state: RunState, services: Services) -> dict[str, Any]:
    """Choose what to try next; plan anew when the strategy has nothing left at this baseline."""
    stop = _why_stop(state, services)
    if stop:
        return _end(stop)
    waiting = state.get("waiting", [])
    if waiting:
        return _begin(state, services, [_carried(Candidate(**candidate)) for candidate in waiting])
    strategy = strategy_of(services.settings.strategy if services.settings.uses_model else "refine")
    view = _view(state, services)
    tasks = after_hint(view) or strategy.next(view)
    if tasks:
        return _begin(state, services, tasks)
    if not strategy.plans or state.get("planned", 0) >= planning.ROUNDS:
        return _end(NO_IDEA)
    try:
        planned = _plan(state, strategy, services)
    except LimitExceeded as error:
        return _end(error.message)
    update = _update(state, planned)
    state = RunState(**{**state, **update})  # type: ignore[typeddict-item]
    tasks = strategy.next(_view(state, services))
    return {**update, **(_begin(state, services, tasks) if tasks else _end(planned.nothing_left or NO_IDEA))}


def _view(state: RunState, services: Services) -> View:
    head = state["head"]
    tried = [Tried(**entry) for entry in state.get("tried", [])]
    return View(
        head=head,
        ideas=tuple(Idea(**idea) for idea in state.get("ideas", [])),
        begun=tuple(Idea(**idea) for idea in state.get("begun", [])),
        tried=tuple(entry for entry in tried if entry.head == head),
        width=services.settings.parallel,
        starts=services.settings.fresh_starts,
    )


def _plan(state: RunState, strategy: Strategy, services: Services) -> planning.Planned:
    services.enter("planner", "looking for ideas")
    tried = [Tried(**entry) for entry in state.get("tried", [])]
    asked = planning.Asked(state["head"], state["hotspots"], tuple(tried), state.get("planned", 0), strategy.refines)
    return planning.plan(services, asked)


def _update(state: RunState, planned: planning.Planned) -> dict[str, Any]:
    """The new ideas in the queue; those ruled out are told with what was tried."""
    ruled_out = [_ruled_out(idea, state["head"]).model_dump() for idea in planned.ruled_out]
    return {
        "ideas": [*state.get("ideas", []), *(idea.model_dump() for idea in planned.ideas)],
        "planned": state.get("planned", 0) + 1,
        "tried": [*state.get("tried", []), *ruled_out],
    }


def _begin(state: RunState, services: Services, tasks: Sequence[Task]) -> dict[str, Any]:
    """The tasks under work, their ideas out of the queue."""
    ids = {task.idea.id for task in tasks}
    begun = [idea for idea in state.get("begun", []) if idea["id"] not in ids]
    left = [idea for idea in state.get("ideas", []) if idea["id"] not in ids]
    for task in tasks:
        services.folder.event(
            "idea", id=task.idea.id, title=task.idea.title, start=task.start, attempt=task.attempt, left=len(left)
        )
    return {
        "tasks": [task.model_dump() for task in tasks],
        "ideas": left,
        "begun": [*begun, *(task.idea.model_dump() for task in tasks)],
        "waiting": [],
        "edited": None,
    }


def _end(why: str) -> dict[str, Any]:
    return {"tasks": [], "stop": why}


def _carried(candidate: Candidate) -> Task:
    idea = Idea(id=f"{candidate.idea}-carried", title=candidate.title, path="", origin=candidate.origin,
                targets=candidate.targets)  # fmt: skip
    return Task(idea=idea, carried=candidate)


def _ruled_out(idea: Idea, head: str) -> Tried:
    reason = "timed beside the other ideas, it saves too little"
    return Tried.of(idea, head, "not_faster", reason=reason)


def _why_stop(state: RunState, services: Services) -> str:
    used = sum(state.get("counts", {}).values())
    if used >= services.settings.max_candidates:
        return f"{used} candidates were verified, the most allowed"
    return services.out_of_budget()
