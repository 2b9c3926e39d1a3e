"""From a task to candidates: unified diffs against the current baseline. Several of these run side by side."""

from __future__ import annotations

from typing import Any

from perfagent.agent.ideas.carrying import carry_over
from perfagent.agent.ideas.catalogue import edits_for
from perfagent.agent.ideas.diffs import diff_of
from perfagent.agent.services import Services
from perfagent.agent.state import Candidate, Edited, RunState, Task, Tried
from perfagent.tools.errors import ModelError


def editor(state: RunState, services: Services) -> dict[str, Any]:
    """Edit: the catalogue's rewrites of the idea's function, what the model makes of it, or what is carried over."""
    task, head = Task(**state["task"]), state["head"]
    services.enter("editor", _title(task))
    if task.carried is not None:
        edited = carry_over(task, task.carried, head, services)
    elif task.idea.origin == "catalogue":
        edited = _from_catalogue(task, head, services)
    else:
        edited = _from_model(task, state, services)
    if not edited.candidates:
        services.progress.note(f"no edit: {edited.why}")
    return {"edited": [edited.model_dump()]}


def _title(task: Task) -> str:
    if task.attempt:
        return f"{task.idea.title} (repair {task.attempt})"
    if task.start:
        return f"{task.idea.title} (afresh)"
    return f"{task.idea.title} (carried over)" if task.carried else task.idea.title


def _from_model(task: Task, state: RunState, services: Services) -> Edited:
    """What the model makes of a task; a model that answered before and is gone now costs the idea, not the run."""
    from perfagent.agent.ideas import model as model_work

    tried = [Tried(**entry) for entry in state.get("tried", [])]
    try:
        return model_work.candidates(services, task, state["head"], tried)
    except ModelError as error:
        if not services.model_has_answered:
            raise
        return Edited(task=task, why=error.message)


def _from_catalogue(task: Task, head: str, services: Services) -> Edited:
    idea, tree = task.idea, services.lab.tree(head)
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
    return Edited(task=task, candidates=tuple(candidates), why="no rewrite applies any more")
