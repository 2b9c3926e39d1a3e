"""What a tool loop may use, what it tells on its way, and how it ended."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from perfagent.agent.model.protocol import DEFAULT_REPLY_TOKENS, Message
from perfagent.tools.errors import LimitExceeded

End = Literal["submitted", "gave_up", "turns", "time", "format", "stuck", "context", "refused", "limit"]
EventKind = Literal["reply", "tool", "edit", "condensed", "text_calls", "nudge", "end"]


@dataclass(frozen=True, slots=True)
class LoopLimits:
    """What one loop may use.

    Attributes:
        turns: requests to the model; money and time are what should end a loop.
        wall_s: seconds the model and its tools may take together, None for no limit. They are counted as the model's
            answers and the tools tell them, so that a resumed loop says the same at the same place.
        format_errors: replies in a row of which nothing could be used.
        window_tokens: the model's context, tokens.
        reply_tokens: output tokens of one reply.
        temperature, seed: how to sample; see Request.
        clock: monotonic seconds, by which too a loop ends after `wall_s`.
    """

    turns: int = 200
    wall_s: float | None = None
    format_errors: int = 3
    window_tokens: int = 100_000
    reply_tokens: int = DEFAULT_REPLY_TOKENS
    temperature: float | None = None
    seed: int | None = None
    clock: Callable[[], float] = time.monotonic


@dataclass(frozen=True, slots=True)
class LoopEvent:
    """Something that happened, at a turn counted from 1.

    Attributes:
        kind: `reply`, `tool`, `edit`, `condensed` (old results), `text_calls` (the model takes no tools), `nudge` (told
            that it goes in circles, or that time is short) or `end`.
    """

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
        error: the limit of the run that ended it, when one did.
    """

    end: End
    summary: str
    reason: str
    turns: int
    messages: tuple[Message, ...]
    error: LimitExceeded | None = None

    @property
    def submitted(self) -> bool:
        """Whether there is a change the model stands by."""
        return self.end == "submitted"
