"""Where a planner looks around: a tree at the baseline that it may read, profile and run, and cannot change."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from perfagent.agent.acting.actions import Known, actions_for
from perfagent.agent.dialogue import FileWorkbench
from perfagent.agent.services import Services
from perfagent.tools.profile import Hotspot
from perfagent.tools.repository import hold_tree


@contextmanager
def looking_bench(services: Services, head: str, name: str, spots: Sequence[Hotspot] = ()) -> Iterator[FileWorkbench]:
    """A workbench for `plan` on the baseline's tree.

    Args:
        head: the baseline's commit.
        name: of the conversation; its actions' results are kept under it.
        spots: the baseline's profile.
    """
    lab = services.lab
    parent = lab.tree(head)
    tree = lab.writable_copy(parent, "look")
    try:
        hold_tree(tree)
        actions = actions_for(services, parent, tree, name, Known(spots, head=head), edits=False)
        try:
            yield FileWorkbench(tree, lambda _: "a planner changes nothing", actions)
        finally:
            actions.close()
    finally:
        lab.discard(tree)
