"""A candidate that was promising when another one was accepted, carried over to the new baseline."""

from __future__ import annotations

from perfagent.agent.services import Services
from perfagent.agent.state import Candidate, Edited, Task
from perfagent.tools.errors import EditError
from perfagent.tools.patch import apply_patch, diff_trees


def carry_over(task: Task, candidate: Candidate, head: str, services: Services) -> Edited:
    """The same change on another baseline; none where the two changes touch the same lines."""
    lab = services.lab
    parent = lab.tree(head)
    tree = lab.writable_copy(parent, f"carry-{candidate.id}")
    try:
        apply_patch(tree, services.folder.get(candidate.diff))
        diff = diff_trees(parent, tree)
    except EditError:
        return Edited(task=task, why="it does not fit beside the change that was accepted")
    finally:
        lab.discard(tree)
    if not diff:
        return Edited(task=task, why="the accepted change holds it already")
    moved = candidate.model_copy(
        update={"id": services.folder.put(head + diff)[:12], "parent": head, "diff": services.folder.put(diff)}
    )
    return Edited(task=task, candidates=(moved,))
