"""The language model: gateway, tool loop, planner, editor, cost ledger, transcript; imports no provider."""

from perfagent.agent.model.editor import Assignment, EditOutcome, edit
from perfagent.agent.model.facts import (
    Excerpt,
    Facts,
    Feedback,
    HotFunction,
    IdeaDraft,
    Mechanism,
    Risk,
    Target,
    TriedIdea,
)
from perfagent.agent.model.files import FileWorkbench
from perfagent.agent.model.gateway import GatewaySettings, LiteLLMModel, Waiting
from perfagent.agent.model.ledger import CostLedger, Limits, Metered, Reservation, Totals
from perfagent.agent.model.loop import run_loop
from perfagent.agent.model.loop_records import LoopEvent, LoopLimits, LoopResult
from perfagent.agent.model.planner import plan
from perfagent.agent.model.protocol import (
    Message,
    Model,
    Price,
    Reply,
    Request,
    ToolCall,
    ToolSpec,
    Usage,
)
from perfagent.agent.model.secrets import redacted, secrets_in
from perfagent.agent.model.toolbox import Arguments, Tool, Toolbox
from perfagent.agent.model.tools import editor_toolbox, planner_toolbox
from perfagent.agent.model.transcript import (
    RecordedModel,
    ReplayModel,
    Transcript,
    read_transcript,
    spent,
)
from perfagent.agent.model.workbench import Actions, Evidence, Workbench

__all__ = [
    "Actions",
    "Arguments",
    "Assignment",
    "CostLedger",
    "EditOutcome",
    "Evidence",
    "Excerpt",
    "Facts",
    "Feedback",
    "FileWorkbench",
    "GatewaySettings",
    "HotFunction",
    "IdeaDraft",
    "Limits",
    "LiteLLMModel",
    "LoopEvent",
    "LoopLimits",
    "LoopResult",
    "Mechanism",
    "Message",
    "Metered",
    "Model",
    "Price",
    "RecordedModel",
    "ReplayModel",
    "Reply",
    "Request",
    "Reservation",
    "Risk",
    "Target",
    "Tool",
    "ToolCall",
    "ToolSpec",
    "Toolbox",
    "Totals",
    "Transcript",
    "TriedIdea",
    "Usage",
    "Waiting",
    "Workbench",
    "edit",
    "editor_toolbox",
    "plan",
    "planner_toolbox",
    "read_transcript",
    "redacted",
    "run_loop",
    "secrets_in",
    "spent",
]
