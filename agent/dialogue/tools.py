"""Which tools a role has."""

from __future__ import annotations

from collections.abc import Callable

from pydantic import Field

from perfagent.agent.dialogue.toolbox import Arguments, Tool, Toolbox
from perfagent.agent.dialogue.tools_edit import editing_tools
from perfagent.agent.dialogue.tools_read import Nothing, reading_tools
from perfagent.agent.dialogue.tools_run import looking_tools, running_tools
from perfagent.agent.dialogue.workbench import Workbench
from perfagent.agent.model.protocol import Reply
from perfagent.tools.errors import EditError


class Undo(Arguments):
    """What to put back."""

    path: str | None = Field(default=None, description="the file; everything you changed when left out")


class Submit(Arguments):
    """The end of the work."""

    summary: str = Field(min_length=1, description="what you changed and why it is faster, one or two sentences")


class GiveUp(Arguments):
    """The end without a change."""

    reason: str = Field(min_length=1, description="why the idea does not work, one sentence")


def editor_toolbox(workbench: Workbench) -> Toolbox:
    """Everything the editor may do on the workbench."""
    tools = [
        *reading_tools(workbench),
        *editing_tools(workbench),
        *_reviewing_tools(workbench),
        *running_tools(workbench),
        *_ending_tools(workbench),
    ]
    return Toolbox(tools, workbench)


def planner_toolbox(workbench: Workbench | None, takes_text: Callable[[Reply], str]) -> Toolbox:
    """What the planner may look at before it answers in text; nothing without a workbench."""
    tools = [] if workbench is None else [*reading_tools(workbench), *looking_tools(workbench)]
    return Toolbox(tools, workbench, takes_text)


def _reviewing_tools(workbench: Workbench) -> list[Tool]:
    return [
        Tool(
            "view_diff",
            "Show everything you have changed.",
            Nothing,
            lambda _: workbench.diff() or "nothing is changed",
        ),
        Tool(
            "undo",
            "Put a file, or everything, back to what it was before your change.",
            Undo,
            lambda a: ", ".join(workbench.undo(a.path)) + " as before your change again",
        ),
    ]


def _ending_tools(workbench: Workbench) -> list[Tool]:
    return [
        Tool(
            "submit",
            "Hand in the change; it is then tested and measured.",
            Submit,
            _Submission(workbench),
            ends="submitted",
        ),
        Tool("give_up", "Stop: the idea does not work.", GiveUp, lambda a: str(a.reason), ends="gave_up"),
    ]


class _Submission:
    """Refuses to submit nothing, and once for each state of the tree to submit what looks broken."""

    def __init__(self, workbench: Workbench) -> None:
        self._workbench = workbench
        self._warned = ""

    def __call__(self, arguments: Submit) -> str:
        if not self._workbench.diff():
            raise EditError("does_not_apply", "nothing is changed", "edit first, or call give_up")
        problems, digest = self._workbench.problems(), self._workbench.digest()
        if problems and digest != self._warned:
            self._warned = digest
            raise EditError("syntax", problems, "mend it, or submit again if it is right as it is")
        return arguments.summary
