"""A completion as a stream, put together again; what LiteLLM would smooth over is told from a whole answer.

LiteLLM 1.105 ends a stream with `stop` however it ended, so a connection that is closed in the middle looks like a
whole answer; and it passes on only the first piece of a refusal. Both are read here from what came over the wire.
"""

from __future__ import annotations

import socket
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from perfagent.agent.model.attempt import Line


class StreamBroken(Exception):
    """The stream ended before the answer did."""


class NoStream(Exception):
    """What came is no stream of events."""


def streamed(litellm: Any, arguments: Mapping[str, Any], line: Line) -> Any:
    """The completion that `litellm.completion` would give for these arguments, asked for as a stream.

    Args:
        litellm: the module.
        arguments: of `litellm.completion`.
        line: is told how many characters have come, and how to hang up.

    Raises:
        StreamBroken: it ended before the answer did.
        NoStream: the endpoint sent something else than events.
        openai.OpenAIError, httpx.HTTPError, OSError: as LiteLLM raises them.
    """
    stream = litellm.completion(**arguments, stream=True, stream_options={"include_usage": True})
    raw = getattr(stream, "completion_stream", None)
    line.opened(lambda: hang_up(raw))
    wire = _Wire()
    plain = hasattr(raw, "response")  # the client's own stream, of an OpenAI-compatible endpoint
    if plain:
        stream.completion_stream = wire.watched(raw)
    try:
        chunks = list(_counted(stream, line))
    finally:
        close = getattr(raw, "close", None)
        if close is not None:
            close()
    if plain and not wire.events:
        raise NoStream("the answer is no stream of events")
    if plain and not wire.finished:
        raise StreamBroken("the stream ended before the answer did")
    whole = litellm.stream_chunk_builder(
        chunks, messages=arguments["messages"], logging_obj=getattr(stream, "logging_obj", None)
    )
    if whole is None:
        raise NoStream("the stream is empty")
    if wire.refusal:
        whole.choices[0].message.provider_specific_fields = {"refusal": wire.refusal}
    return whole


def _counted(stream: Iterable[Any], line: Line) -> Iterator[Any]:
    """The same chunks, counted on the line; ends with an error when nobody waits any more."""
    for chunk in stream:
        line.characters += _characters(chunk)
        if line.is_cut:
            raise StreamBroken("nobody waits for it any more")
        yield chunk


class _Wire:
    """What the events themselves said."""

    def __init__(self) -> None:
        self.events = 0
        self.finished = False
        self.refusal = ""

    def watched(self, raw: Any) -> Iterator[Any]:
        """The same events, looked at on their way."""
        for event in raw:
            self.events += 1
            for choice in getattr(event, "choices", None) or ():
                self.finished = self.finished or bool(choice.finish_reason)
                self.refusal += getattr(choice.delta, "refusal", None) or ""
            yield event


def hang_up(raw: Any) -> None:
    """Shut the connection below a stream, so that a read that is under way in another thread ends."""
    response = getattr(raw, "response", None)
    network = getattr(response, "extensions", {}).get("network_stream")
    end = network.get_extra_info("socket") if network is not None else None
    if isinstance(end, socket.socket):
        try:
            end.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass  # it is closed already


def _characters(chunk: Any) -> int:
    """How much of an answer a chunk brings: text, reasoning and the arguments of calls."""
    count = 0
    for choice in getattr(chunk, "choices", None) or ():
        delta = choice.delta
        count += len(delta.content or "") + len(getattr(delta, "reasoning_content", None) or "")
        for call in delta.tool_calls or ():
            count += len(call.function.arguments or "") + len(call.function.name or "")
    return count
