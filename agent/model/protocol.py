"""What is asked of a language model and what it answers; knows no provider and imports none."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import Any, Literal, Protocol

from pydantic import BaseModel, ConfigDict

Role = Literal["system", "user", "assistant", "tool"]
FinishReason = Literal["stop", "tool_calls", "length", "refusal", "other"]

DEFAULT_REPLY_TOKENS = 8192
"""Output tokens asked for when a request does not say: a whole rewritten function and its reasoning fit."""

CHARACTERS_PER_TOKEN = 3
"""Characters a token of code has, on the low side, so that estimates err towards too many tokens."""


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ToolCall(_Record):
    """A call the model asks for; `arguments` is its JSON text as sent, well formed or not."""

    id: str
    name: str
    arguments: str


class Message(_Record):
    """One turn of a conversation; a `tool` message answers the call named by `tool_call_id`."""

    role: Role
    content: str = ""
    tool_calls: tuple[ToolCall, ...] = ()
    tool_call_id: str = ""


class ToolSpec(_Record):
    """A tool as the model is told of it; `parameters` is a JSON schema without `$ref`."""

    name: str
    description: str
    parameters: dict[str, Any]


class Request(_Record):
    """One question to a model.

    Attributes:
        messages: the whole conversation so far.
        tools: what the model may call; a model that cannot call tools is sent none.
        max_tokens: output tokens allowed.
        temperature: sampling temperature, the provider's own when None.
        seed: tells apart samples of one conversation; sent to the provider, which may ignore it.
        label: which conversation of the run this is, such as `editor:idea-3`; no part of the digest.
    """

    messages: tuple[Message, ...]
    tools: tuple[ToolSpec, ...] = ()
    max_tokens: int = DEFAULT_REPLY_TOKENS
    temperature: float | None = None
    seed: int | None = None
    label: str = ""

    def digest(self) -> str:
        """SHA-256 (hex) of everything that can change the answer, but for the model itself."""
        return digest_of(self.model_dump(mode="json", exclude={"label"}))


class Usage(_Record):
    """Tokens of one reply; `cached_tokens` are those of the input tokens the provider had cached."""

    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0


class Reply(_Record):
    """A model's answer.

    Attributes:
        text: the answer's text, empty when there are only tool calls; the reason when refused.
        cost_usd: what it cost; None when the model's price is unknown, which is not the same as free.
        model: the model that answered, as asked for.
        latency_s: seconds from the request to the whole answer, waiting between attempts not counted.
        role: for which part of the work it was asked, such as `editor`.
        failed_attempts: attempts that failed before this answer came.
    """

    text: str
    tool_calls: tuple[ToolCall, ...] = ()
    finish_reason: FinishReason = "stop"
    usage: Usage = Usage()
    cost_usd: float | None = None
    model: str = ""
    latency_s: float = 0.0
    role: str = ""
    failed_attempts: int = 0

    def as_message(self) -> Message:
        """The answer as a turn of the conversation."""
        return Message(role="assistant", content=self.text, tool_calls=self.tool_calls)


class Price(_Record):
    """USD for one token; cached input tokens cost the input price when theirs is None."""

    input_usd: float
    output_usd: float
    cached_usd: float | None = None

    def of(self, usage: Usage) -> float:
        """USD for the usage."""
        cached = self.input_usd if self.cached_usd is None else self.cached_usd
        fresh = max(0, usage.input_tokens - usage.cached_tokens)
        return fresh * self.input_usd + usage.cached_tokens * cached + usage.output_tokens * self.output_usd


class Model(Protocol):
    """Anything that answers requests: a provider, a recording, a script. Safe under threads."""

    @property
    def name(self) -> str:
        """The model's name as the user gave it."""
        ...

    def complete(self, request: Request) -> Reply:
        """The answer to one request.

        Raises:
            ModelError: it cannot be reached or refuses the request; ModelContextExceeded when that is too
            long.
            LimitExceeded: a limit of the run would be overstepped.
        """
        ...


def digest_of(value: Any) -> str:
    """SHA-256 (hex) of a JSON value in canonical form."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def estimate_tokens(messages: Sequence[Message], tools: Sequence[ToolSpec] = ()) -> int:
    """Input tokens of a conversation by its size, rather too many than too few."""
    records: list[BaseModel] = [*messages, *tools]
    texts = [json.dumps(record.model_dump(mode="json"), ensure_ascii=False) for record in records]
    # In bytes, as what is beyond ASCII takes about a token a character.
    return sum(len(text.encode("utf-8", "surrogatepass")) for text in texts) // CHARACTERS_PER_TOKEN + 1
