"""What a failed request means: whether to try again, and the one line that tells the user what to do.

Providers' libraries map one failure to several exception classes and several failures to one class (a refused
connection comes as an internal server error), so the HTTP status and the chain of causes decide, not the
class.
"""

from __future__ import annotations

import email.utils
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Literal

from perfagent.agent.model.secrets import redacted
from perfagent.tools.errors import ModelContextExceeded, ModelError, ModelNoTools

Kind = Literal[
    "context", "policy", "no_key", "auth", "unknown_model", "quota", "no_tools", "no_stream", "no_effort", "request",
    "rate", "timeout", "unreachable", "cut", "server",
]  # fmt: skip

TRIES: dict[Kind, int] = {
    "context": 1,
    "policy": 1,
    "no_key": 1,
    "auth": 1,
    "unknown_model": 1,
    "quota": 1,
    "no_tools": 1,
    "no_stream": 1,
    "no_effort": 1,
    "request": 1,
    "rate": 6,
    "timeout": 6,
    # A refused connection is far more often a wrong address than a server that is just starting.
    "unreachable": 3,
    "cut": 6,
    "server": 6,
}
"""How often each kind of failure is tried in all; 1 means never again."""

_REMEDY: dict[Kind, str] = {
    "context": "use a model with a longer context",
    "policy": "use another model",
    "no_key": "set it in the environment, or run with --no-model",
    "auth": "check the key in the environment and its rights",
    "unknown_model": "check --model; with --api-base it is the name that the endpoint knows",
    "quota": "the account has no credit left",
    "no_tools": "the model must answer in text",
    "no_stream": "the endpoint must answer as a whole",
    "no_effort": "leave --reasoning-effort out",
    "request": "check --model and --api-base",
    "rate": "try again later, or with fewer candidates at once",
    "timeout": "the endpoint is too slow or stalls; raise --model-timeout or use another endpoint",
    "unreachable": "check --api-base and that the server runs",
    "cut": "the connection keeps breaking; check the network and the server's log",
    "server": "the provider has trouble; try again later",
}
_SAID: dict[Kind, str] = {
    "context": "the request is longer than the model's context",
    "policy": "the provider's content policy refuses the request",
    "no_key": "no API key for {model}",
    "auth": "the endpoint refuses the API key for {model}",
    "unknown_model": "unknown model {model}",
    "quota": "the quota for {model} is used up",
    "no_tools": "{model} cannot call tools",
    "no_stream": "the endpoint of {model} cannot stream",
    "no_effort": "{model} takes no reasoning effort",
    "request": "the endpoint rejects the request to {model}",
    "rate": "{model} is rate limited",
    "timeout": "{model} did not answer in time",
    "unreachable": "the endpoint of {model} cannot be reached",
    "cut": "the connection to {model} broke",
    "server": "the endpoint of {model} fails",
}
_BY_STATUS: dict[int, Kind] = {
    401: "auth",
    403: "auth",
    404: "unknown_model",
    408: "timeout",
    413: "context",
    429: "rate",
}
_BY_CLASS: dict[str, Kind] = {
    "ContextWindowExceededError": "context",
    "ContentPolicyViolationError": "policy",
    "TimeoutException": "timeout",
    "Timeout": "timeout",
    "APITimeoutError": "timeout",
    "ConnectError": "unreachable",
    "ConnectionRefusedError": "unreachable",
    "gaierror": "unreachable",
    "RemoteProtocolError": "cut",
    "ReadError": "cut",
    "WriteError": "cut",
    "ConnectionResetError": "cut",
}
_DETAIL_LENGTH = 300  # characters of what an endpoint said; cut after its secrets are, so that no part of one stays
_TOOLS_UNKNOWN = (
    "does not support tools",
    "does not support function",
    "tool choice requires",
    "tools is not supported",
)
_STREAM_UNKNOWN = re.compile(r"\bstream(ing|_options)?\b")
_EFFORT_UNKNOWN = ("reasoning_effort", "reasoning effort", "reasoning.effort")
_QUOTA = ("insufficient_quota", "exceeded your current quota", "credit balance is too low")
_CONTEXT = (
    "maximum context length",
    "context_length_exceeded",
    "exceeds the available context",
    "prompt is too long",
)


@dataclass(frozen=True, slots=True)
class Failure:
    """A failed attempt.

    Attributes:
        kind: what went wrong; TRIES says how often it is tried.
        detail: what the endpoint said, one line.
        retry_after_s: seconds the endpoint asks to wait, None when it does not say.
    """

    kind: Kind
    detail: str
    retry_after_s: float | None = None

    def as_error(self, model: str) -> ModelError:
        """The error to raise when this is not tried again."""
        kinds: dict[Kind, type[ModelError]] = {"context": ModelContextExceeded, "no_tools": ModelNoTools}
        error = kinds.get(self.kind, ModelError)
        said = _SAID[self.kind].format(model=model)
        detail = self.detail[:_DETAIL_LENGTH]
        return error(f"{said} ({detail})" if detail else said, _REMEDY[self.kind], self.kind)

    def without(self, secrets: Iterable[str]) -> Failure:
        """The same with every secret cut out of what the endpoint said."""
        return replace(self, detail=redacted(self.detail, secrets))


def classify(error: BaseException, now_s: float) -> Failure:
    """What an exception of the provider's library means; `now_s` is the time since the epoch in seconds."""
    chain = list(_chain(error))
    text = " ".join(str(link) for link in chain).lower()
    return Failure(_kind(chain, text), _one_line(error), _retry_after(chain, now_s))


def _kind(chain: list[BaseException], text: str) -> Kind:
    status = _status(chain)
    by_text = _kind_by_text(status, text)
    if by_text is not None:
        return by_text
    names = [name for link in chain for name in (base.__name__ for base in type(link).__mro__)]
    for name, kind in _BY_CLASS.items():
        if name in names:
            return kind
    if status in _BY_STATUS:
        return _BY_STATUS[status]
    return "request" if status is not None and 400 <= status < 500 else "server"


def _kind_by_text(status: int | None, text: str) -> Kind | None:
    if "missing credentials" in text or "api key not set" in text:
        return "no_key"
    if "llm provider not provided" in text:
        return "unknown_model"
    if any(words in text for words in _CONTEXT):
        return "context"
    if any(words in text for words in _QUOTA):
        return "quota"
    return _unsupported(text) if status in {400, 404, 415, 422, 501} else None


def _unsupported(text: str) -> Kind | None:
    """The feature that an endpoint says it lacks."""
    if any(words in text for words in _TOOLS_UNKNOWN):
        return "no_tools"
    if any(words in text for words in _EFFORT_UNKNOWN):
        return "no_effort"
    return "no_stream" if _STREAM_UNKNOWN.search(text) else None


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        # The one that a broken stream is wrapped in names what broke it in a field of its own.
        error = error.__cause__ or getattr(error, "original_exception", None) or error.__context__


def _status(chain: list[BaseException]) -> int | None:
    """The HTTP status as the server sent it: that of the innermost error that has one."""
    for link in reversed(chain):
        status = getattr(getattr(link, "response", None), "status_code", None)
        status = status if isinstance(status, int) else getattr(link, "status_code", None)
        if isinstance(status, int):
            return status
    return None


def _retry_after(chain: list[BaseException], now_s: float) -> float | None:
    """Seconds to wait by the header `retry-after-ms` or `retry-after`: seconds or a date (RFC 9110)."""
    for link in chain:
        headers = getattr(link, "litellm_response_headers", None) or getattr(
            getattr(link, "response", None), "headers", None
        )
        if not headers:
            continue
        milliseconds = _number(headers.get("retry-after-ms"))
        if milliseconds is not None:
            return max(0.0, milliseconds / 1000)
        stated = headers.get("retry-after")
        seconds = _number(stated)
        if seconds is not None:
            return max(0.0, seconds)
        if stated:
            return _until(stated, now_s)
    return None


def _number(text: str | None) -> float | None:
    try:
        return float(text) if text else None
    except ValueError:
        return None


def _until(date: str, now_s: float) -> float | None:
    try:
        return max(0.0, email.utils.parsedate_to_datetime(date).timestamp() - now_s)
    except ValueError:
        return None


def _one_line(error: BaseException) -> str:
    """The endpoint's words, without the library's class names before them."""
    words = str(error).partition("\n")[0]
    for prefix in ("litellm.", "Exception - "):
        words = words.rpartition(prefix)[2] if prefix == "Exception - " else words.removeprefix(prefix)
    return words.partition(" Original exception")[0].strip()
