"""What a tool loop may use, what it tells on its way, and how it ended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from perfagent.agent.model.protocol import DEFAULT_REPLY_TOKENS, Message

End = Literal["submitted", "gave_up", "turns", "format", "stuck", "context", "refused", "limit"]
EventKind = Literal["reply", "tool", "edit", "condensed", "end"]


@dataclass(frozen=True, slots=True)
class LoopLimits:
    """What one loop may use.

    Attributes:
        turns: requests to the model.
        format_errors: replies in a row of which nothing could be used.
        window_tokens: the model's context, tokens.
        reply_tokens: output tokens of one reply.
        temperature, seed: how to sample; see Request.
    """

    turns: int = 40
    format_errors: int = 3
    window_tokens: int = 100_000
    reply_tokens: int = DEFAULT_REPLY_TOKENS
    temperature: float | None = None
    seed: int | None = None


@dataclass(frozen=True, slots=True)
class LoopEvent:
    """Something that happened: `reply`, `tool`, `edit`, `condensed` or `end`, at a turn counted from 1."""

    kind: EventKind
    turn: int
    name: str
    ok: bool
    detail: str = ""


@dataclass(frozen=True, slots=True)
class LoopResult:
    """How a loop ended.

    Attributes:
        end: `submitted` and `gave_up` are the model's decision, everything else ended it.
        summary: what the model says it changed; empty unless submitted.
        reason: why it ended otherwise, one line; empty when submitted.
        turns: requests made.
        messages: the whole conversation, to be continued with feedback.
    """

    end: End
    summary: str
    reason: str
    turns: int
    messages: tuple[Message, ...]

    @property
    def submitted(self) -> bool:
        """Whether there is a change the model stands by."""
        return self.end == "submitted"

    @property
    def gave_up_reason(self) -> str:
        """Why the model gave up; empty when it did not."""
        return self.reason if self.end == "gave_up" else ""
