"""Tool calls in plain text, for models that have none of their own: fenced blocks, and results as messages.

```call
{"tool": "read_file", "arguments": {"path": "pkg/a.py"}}
```
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

from perfagent.agent.model.protocol import Message, ToolCall, ToolSpec
from perfagent.prompts import render

_OPEN = re.compile(r"^[ \t]*(`{3,}|~{3,})[ \t]*(call|tool_call|tool|json)[ \t]*\n", re.MULTILINE)
_TEXT_ID = "text:"  # begins the id of a call made in text; its name follows, as no message holds the call by itself
_EXPECTED = 'write {"tool": "NAME", "arguments": {...}}, newlines within strings as \\n, one object a block'


def parse_calls(text: str) -> tuple[list[ToolCall | str], str]:
    """The calls in a text, in order, and the text without their blocks.

    In place of a call that cannot be read stands what is wrong with it. A block marked `json` counts only when it holds
    a call.
    """
    calls: list[ToolCall | str] = []
    rest: list[str] = []
    at = 0
    while opened := _OPEN.search(text, at):
        found, end = _block(text, opened)
        if found is None:
            rest.append(text[at : opened.end()])
            at = opened.end()
            continue
        rest.append(text[at : opened.start()])
        calls += found
        at = end
    return calls, "".join([*rest, text[at:]])


def in_text(messages: Sequence[Message], specs: Sequence[ToolSpec] = ()) -> list[Message]:
    """A conversation without native calls: they and their results as text, neighbours of one role made one message.

    Args:
        specs: tools to explain at the end of the system prompt; none when they need no explaining.
    """
    names = {call.id: call.name for message in messages for call in message.tool_calls}
    shown: list[Message] = []
    for message in [*_explained(messages, specs)]:
        plain = _plain(message, names)
        if shown and shown[-1].role == plain.role and plain.role != "system":
            plain = Message(role=plain.role, content=f"{shown.pop().content}\n\n{plain.content}")
        shown.append(plain)
    return shown


def text_id(name: str) -> str:
    """The id under which the result of a call made in text is kept."""
    return _TEXT_ID + name


def _explained(messages: Sequence[Message], specs: Sequence[ToolSpec]) -> Iterator[Message]:
    if not specs:
        yield from messages
        return
    told = render("tools_text.md", specs=[spec.model_dump() for spec in specs])
    first, *others = messages
    if first.role == "system":
        yield Message(role="system", content=f"{first.content.rstrip()}\n\n{told}")
    else:
        yield from (Message(role="system", content=told), first)
    yield from others


def _plain(message: Message, names: dict[str, str]) -> Message:
    if message.role == "tool":
        id_ = message.tool_call_id
        name = id_.removeprefix(_TEXT_ID) if id_.startswith(_TEXT_ID) else names.get(id_, "a tool")
        return Message(role="user", content=f"Result of {name}:\n{message.content}")
    if not message.tool_calls:
        return message
    blocks = [f"```call\n{_as_block(call)}\n```" for call in message.tool_calls]
    return Message(role=message.role, content="\n\n".join(filter(None, [message.content, *blocks])))


def _as_block(call: ToolCall) -> str:
    try:
        arguments = json.loads(call.arguments or "{}")
    except ValueError:
        arguments = call.arguments
    return json.dumps({"tool": call.name, "arguments": arguments}, ensure_ascii=False)


def _block(text: str, opened: re.Match[str]) -> tuple[list[ToolCall | str] | None, int]:
    """The calls of one fenced block and where it ends; None for a block that is no call's."""
    certain = opened[2] != "json"
    values, at, trouble = _objects(text, opened.end())
    fence = re.compile(rf"^[ \t]*{re.escape(opened[1])}{opened[1][0]}*[ \t]*$", re.MULTILINE)
    closed = fence.search(text, at)
    end = closed.end() if closed else len(text)
    if not certain and not any(isinstance(value, dict) and "tool" in value for value in values):
        return None, end
    calls = [_call(value) for value in values]
    if trouble or not values:
        calls.append(f"error: a call block cannot be read ({trouble or 'it is empty'}); {_EXPECTED}")
    return calls, end


def _objects(text: str, at: int) -> tuple[list[Any], int, str]:
    """The JSON objects from a place on, where they end, and what is wrong with what follows them."""
    decoder = json.JSONDecoder(strict=False)
    values: list[Any] = []
    while True:
        at += len(text[at:]) - len(text[at:].lstrip())
        if at >= len(text) or text[at] in "`~":
            return values, at, ""
        try:
            value, at = decoder.raw_decode(text, at)
        except ValueError as error:
            return values, at, getattr(error, "msg", "no JSON")
        values.append(value)


def _call(value: Any) -> ToolCall | str:
    """A decoded object as a call; arguments beside the name are taken for what they are meant to be."""
    if not isinstance(value, dict):
        return f"error: a call is a JSON object; {_EXPECTED}"
    name = value.get("tool", value.get("name"))
    if not isinstance(name, str) or not name:
        return f'error: a call names its tool in "tool"; {_EXPECTED}'
    beside = {key: given for key, given in value.items() if key not in ("tool", "name", "arguments")}
    arguments = value.get("arguments", beside)
    written = arguments if isinstance(arguments, str) else json.dumps(arguments, ensure_ascii=False)
    return ToolCall(id=text_id(name), name=name, arguments=written)
