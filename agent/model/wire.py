"""Conversations and answers in the form of OpenAI's chat completions, LiteLLM's form for every provider."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from perfagent.agent.model.protocol import FinishReason, Message, Reply, ToolCall, Usage

_FINISH: dict[str, FinishReason] = {
    "stop": "stop",
    "tool_calls": "tool_calls",
    "function_call": "tool_calls",
    "length": "length",
    "content_filter": "refusal",
}


def as_openai(message: Message) -> dict[str, Any]:
    """The message as it is sent."""
    made: dict[str, Any] = {"role": message.role, "content": message.content}
    if message.tool_calls:
        made["tool_calls"] = [
            {
                "id": call.id,
                "type": "function",
                "function": {"name": call.name, "arguments": _json(call.arguments)},
            }
            for call in message.tool_calls
        ]
    if message.role == "tool":
        made["tool_call_id"] = message.tool_call_id
    return made


def read_reply(response: Any) -> Reply:
    """The first choice of a completion; cost, model and latency are for the caller to add."""
    choice = response.choices[0]
    message = choice.message
    extra = getattr(message, "provider_specific_fields", None) or {}
    refusal = extra.get("refusal") if not message.content else None
    return Reply(
        text=refusal or message.content or "",
        tool_calls=tuple(_tool_calls(message.tool_calls or ())),
        finish_reason="refusal" if refusal else _FINISH.get(choice.finish_reason, "other"),
        usage=_usage(response),
    )


def _json(arguments: str) -> str:
    """The arguments as sent, or wrapped: some providers refuse a conversation in which they are no JSON."""
    try:
        json.loads(arguments)
    except ValueError:
        return json.dumps({"not_json": arguments})
    return arguments


def _tool_calls(calls: Iterable[Any]) -> Iterable[ToolCall]:
    for number, call in enumerate(calls):
        arguments = call.function.arguments
        yield ToolCall(
            id=call.id or f"call_{number}",
            name=call.function.name or "",
            arguments=arguments if isinstance(arguments, str) else "{}",
        )


def _usage(response: Any) -> Usage:
    usage = getattr(response, "usage", None)
    details = getattr(usage, "prompt_tokens_details", None)
    return Usage(
        input_tokens=getattr(usage, "prompt_tokens", None) or 0,
        output_tokens=getattr(usage, "completion_tokens", None) or 0,
        cached_tokens=getattr(details, "cached_tokens", None) or 0,
    )
