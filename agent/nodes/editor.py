"""From an idea to candidates: unified diffs against the current baseline."""

from __future__ import annotations

from typing import Any

from perfagent.agent.ideas.catalogue import edits_for
from perfagent.agent.ideas.diffs import diff_of
from perfagent.agent.services import Services
from perfagent.agent.state import Candidate, Idea, RunState
from perfagent.tools.errors import ModelError


def editor(state: RunState, services: Services) -> dict[str, Any]:
    """Edit: the catalogue's rewrites of the idea's function, or what the model makes of the idea."""
    if state["idea"] is None:
        raise RuntimeError("editor without an idea")
    idea = Idea(**state["idea"])
    attempt = state.get("attempt", 0)
    services.enter("editor", idea.title if not attempt else f"{idea.title} (repair {attempt})")
    if idea.origin == "catalogue":
        candidates, why = _from_catalogue(idea, state["head"], services), "no rewrite applies any more"
    else:
        candidates, why = _from_model(idea, state, services)
    update: dict[str, Any] = {"candidates": [c.model_dump() for c in candidates], "feedback": ""}
    if not candidates:
        services.progress.note(f"no edit: {why}")
        entry = {"idea": idea.id, "title": idea.title, "verdict": "no_edit", "speedup": None, "reason": why}
        update["tried"] = [*state.get("tried", []), entry]
        update["idea"] = None
    return update


def _from_model(idea: Idea, state: RunState, services: Services) -> tuple[list[Candidate], str]:
    """What the model makes of an idea; a model that answered before and is gone now costs the idea, not the run."""
    from perfagent.agent.ideas import model as model_work

    try:
        return model_work.candidates(services, idea, state["head"], state.get("attempt", 0), state.get("feedback", ""))
    except ModelError as error:
        if not services.model_has_answered:
            raise
        return [], error.message


def _from_catalogue(idea: Idea, head: str, services: Services) -> list[Candidate]:
    tree = services.lab.tree(head)
    source = (tree / idea.path).read_bytes().decode("utf-8")
    candidates = []
    for number, edit in enumerate(edits_for(tree, idea.path, idea.function), 1):
        diff = diff_of(idea.path, source, edit.source)
        candidates.append(
            Candidate(
                id=f"{services.folder.put(head + diff)[:12]}",
                idea=idea.id,
                title=f"{', '.join(edit.rules)} in {idea.qualname}" if len(edit.rules) < 4 else idea.title,
                description=edit.description,
                parent=head,
                diff=services.folder.put(diff),
                origin="catalogue",
                attempt=number,
                targets=idea.targets,
            )
        )
    return candidates
