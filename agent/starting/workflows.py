"""The example workflows, as they are put into a repository."""

from __future__ import annotations

from importlib import resources

from perfagent.agent.starting.files import Change
from perfagent.tools.errors import PerfagentError

#: Where GitHub looks for workflows.
FOLDER = ".github/workflows"


def workflow_changes() -> tuple[Change, ...]:
    """One file for each example workflow.

    Raises:
        PerfagentError: this installation carries none.
    """
    place = resources.files("perfagent").joinpath("workflows")
    files = sorted((each for each in place.iterdir() if each.name.endswith(".yml")), key=lambda each: each.name)
    if not files:
        raise PerfagentError("this installation carries no workflows", "install perfagent anew")
    why = "runs perfagent on GitHub; put your copy of it and a commit in the place of OWNER/perfagent@000..."
    return tuple(Change(f"{FOLDER}/{each.name}", each.read_text("utf-8"), why) for each in files)
