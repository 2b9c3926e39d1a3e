"""The language model: gateway, roles and fallbacks, cost ledger, transcripts; imports no provider."""

from perfagent.agent.model.endpoints import placed
from perfagent.agent.model.fallback import FallbackModel, Standing
from perfagent.agent.model.gateway import LiteLLMModel
from perfagent.agent.model.gateway_settings import GatewaySettings, Waiting
from perfagent.agent.model.ledger import CostLedger, Limits, ModelTotals, Reservation, Totals, used
from perfagent.agent.model.metered import Attempts, Metered
from perfagent.agent.model.protocol import Message, Model, Price, Reply, Request, ToolCall, ToolSpec, Usage
from perfagent.agent.model.replay import Recording
from perfagent.agent.model.roles import ROLES, Models, Role
from perfagent.agent.model.secrets import redacted, secrets_in
from perfagent.agent.model.transcript import RecordedModel, ReplayModel, Transcript, read_transcript, spent

__all__ = [
    "ROLES",
    "Attempts",
    "CostLedger",
    "FallbackModel",
    "GatewaySettings",
    "Limits",
    "LiteLLMModel",
    "Message",
    "Metered",
    "Model",
    "ModelTotals",
    "Models",
    "Price",
    "RecordedModel",
    "Recording",
    "ReplayModel",
    "Reply",
    "Request",
    "Reservation",
    "Role",
    "Standing",
    "ToolCall",
    "ToolSpec",
    "Totals",
    "Transcript",
    "Usage",
    "Waiting",
    "placed",
    "read_transcript",
    "redacted",
    "secrets_in",
    "spent",
    "used",
]
