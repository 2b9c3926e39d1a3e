"""The conversations with a model: tool loop, tools, planner, critic, editor; know no run and no sandbox."""

from perfagent.agent.dialogue.critic import Review, review
from perfagent.agent.dialogue.editor import Assignment, EditOutcome, edit
from perfagent.agent.dialogue.facts import (
    Attempt,
    Example,
    Excerpt,
    Facts,
    Feedback,
    HotFunction,
    IdeaDraft,
    Mechanism,
    Parent,
    PatternHint,
    Risk,
    Target,
    TriedIdea,
)
from perfagent.agent.dialogue.files import FileWorkbench
from perfagent.agent.dialogue.loop import run_loop
from perfagent.agent.dialogue.loop_records import LoopEvent, LoopLimits, LoopResult
from perfagent.agent.dialogue.planner import plan
from perfagent.agent.dialogue.toolbox import Arguments, Tool, Toolbox
from perfagent.agent.dialogue.tools import editor_toolbox, planner_toolbox
from perfagent.agent.dialogue.workbench import Actions, Evidence, Workbench

__all__ = [
    "Actions",
    "Arguments",
    "Assignment",
    "Attempt",
    "EditOutcome",
    "Evidence",
    "Example",
    "Excerpt",
    "Facts",
    "Feedback",
    "FileWorkbench",
    "HotFunction",
    "IdeaDraft",
    "LoopEvent",
    "LoopLimits",
    "LoopResult",
    "Mechanism",
    "Parent",
    "PatternHint",
    "Review",
    "Risk",
    "Target",
    "Tool",
    "Toolbox",
    "TriedIdea",
    "Workbench",
    "edit",
    "editor_toolbox",
    "plan",
    "planner_toolbox",
    "review",
    "run_loop",
]
