"""The language model: gateway, tool loop, planner, editor, cost ledger, transcript; imports no provider."""

from perfagent.agent.model.critic import Review, refine, review
from perfagent.agent.model.editor import Assignment, EditOutcome, edit
from perfagent.agent.model.endpoints import placed
from perfagent.agent.model.facts import (
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
from perfagent.agent.model.fallback import FallbackModel, Standing
from perfagent.agent.model.files import FileWorkbench
from perfagent.agent.model.gateway import LiteLLMModel
from perfagent.agent.model.gateway_settings import GatewaySettings, Waiting
from perfagent.agent.model.ledger import CostLedger, Limits, ModelTotals, Reservation, Totals, used
from perfagent.agent.model.loop import run_loop
from perfagent.agent.model.loop_records import LoopEvent, LoopLimits, LoopResult
from perfagent.agent.model.metered import Attempts, Metered
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
from perfagent.agent.model.replay import Recording
from perfagent.agent.model.roles import ROLES, Models, Role
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
    "ROLES",
    "Actions",
    "Arguments",
    "Assignment",
    "Attempt",
    "Attempts",
    "CostLedger",
    "EditOutcome",
    "Evidence",
    "Example",
    "Excerpt",
    "Facts",
    "FallbackModel",
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
    "ModelTotals",
    "Models",
    "Parent",
    "PatternHint",
    "Price",
    "RecordedModel",
    "Recording",
    "ReplayModel",
    "Reply",
    "Request",
    "Reservation",
    "Review",
    "Risk",
    "Role",
    "Standing",
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
    "placed",
    "plan",
    "planner_toolbox",
    "read_transcript",
    "redacted",
    "refine",
    "review",
    "run_loop",
    "secrets_in",
    "spent",
    "used",
]
