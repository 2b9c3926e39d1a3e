"""The tools a model may call: strict arguments, short results, errors that teach and never crash."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from perfagent.agent.dialogue.output import capped
from perfagent.agent.dialogue.workbench import Workbench
from perfagent.agent.model.protocol import Reply, ToolCall, ToolSpec, digest_of
from perfagent.tools.errors import EditError

Ends = Literal["", "submitted", "gave_up"]


class Arguments(BaseModel):
    """The base of every tool's arguments: nothing coerced, nothing extra."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


@dataclass(frozen=True, slots=True)
class Tool:
    """One tool.

    Attributes:
        name, description: what the model is told.
        arguments: their form.
        run: does it and gives text for the model; raises EditError for what the model can mend.
        repeatable: whether the same call on the same tree may give something new, as a measurement does.
        ends: how the loop ends when `run` succeeds; its text is then the summary or the reason.
    """

    name: str
    description: str
    arguments: type[Arguments]
    run: Callable[[Any], str]
    repeatable: bool = False
    ends: Ends = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a call led to.

    Attributes:
        text: for the model, at most 10 000 characters and some lines.
        ok: whether the tool did what was asked.
        malformed: whether the call itself was wrong (unknown tool, arguments that are not of the form).
        ends: how the loop ends by it.
    """

    text: str
    ok: bool = True
    malformed: bool = False
    ends: Ends = ""


class Toolbox:
    """The tools of one loop, by name, and the workbench they act on.

    Args:
        tools: in the order the model is told of them.
        workbench: None when there is nothing to read or change.
        takes_text: for work that ends with an answer in text: what is wrong with one, empty when it is the answer.
            None where text without calls may hold edits.
    """

    def __init__(
        self,
        tools: Sequence[Tool],
        workbench: Workbench | None,
        takes_text: Callable[[Reply], str] | None = None,
    ) -> None:
        self.workbench = workbench
        self.takes_text = takes_text
        self._tools = {tool.name: tool for tool in tools}

    def digest(self) -> str:
        """Equal for equal trees."""
        return self.workbench.digest() if self.workbench is not None else ""

    def seconds(self) -> float:
        """Seconds spent in the workbench's actions so far."""
        return self.workbench.actions.seconds() if self.workbench is not None else 0.0

    def specs(self) -> tuple[ToolSpec, ...]:
        """The tools as the model is told of them."""
        return tuple(
            ToolSpec(name=tool.name, description=tool.description, parameters=flat_schema(tool.arguments))
            for tool in self._tools.values()
        )

    def repeatable(self, name: str) -> bool:
        """Whether repeating the call on the same tree is no sign of being stuck."""
        return name in self._tools and self._tools[name].repeatable

    def ends(self, name: str) -> Ends:
        """How the loop ends when the call succeeds; empty when it goes on."""
        return self._tools[name].ends if name in self._tools else ""

    def call(self, call: ToolCall) -> Outcome:
        """Do what the model asks, or say what is wrong with the asking."""
        tool = self._tools.get(call.name)
        if tool is None:
            return Outcome(f"error: there is no tool {call.name!r}; there are {', '.join(self._tools)}", False, True)
        try:
            arguments = tool.arguments.model_validate_json(call.arguments.strip() or "{}")
        except ValidationError as error:
            return Outcome(f"error: {call.name}: {explained(error)}; it takes {_form(tool)}", False, True)
        try:
            text = tool.run(arguments)
        except EditError as error:
            return Outcome(marked(capped(f"error ({error.reason}): {error}"), call.name), False)
        return Outcome(marked(capped(text), call.name) if not tool.ends else capped(text), ends=tool.ends)


def marked(text: str, name: str) -> str:
    """Text of several lines between marks that it cannot itself hold, as they name its digest.

    What stands in a file or is printed by a program is not to be taken for a result's end or for another's beginning.
    """
    if "\n" not in text.strip("\n"):
        return text
    mark = digest_of(text)[:6]
    return f"[{name} {mark}: data from here]\n{text.rstrip()}\n[{name} {mark}: end]"


def flat_schema(arguments: type[BaseModel]) -> dict[str, Any]:
    """The JSON schema of flat arguments without titles, references and unions, which some servers refuse."""
    schema = arguments.model_json_schema()
    properties = {name: _flat(field) for name, field in schema.get("properties", {}).items()}
    return {
        "type": "object",
        "properties": properties,
        "required": schema.get("required", []),
        "additionalProperties": False,
    }


def _flat(field: dict[str, Any]) -> dict[str, Any]:
    kept = {key: value for key, value in field.items() if key not in {"title", "default", "anyOf"}}
    for option in field.get("anyOf", ()):
        if option.get("type") != "null":
            kept.update(option)
    return kept


def explained(error: ValidationError) -> str:
    """What pydantic found, one clause a field."""
    clauses = []
    for found in error.errors(include_url=False):
        where = ".".join(str(part) for part in found["loc"])
        sent = f" (you sent {found['input']!r:.80})" if found["type"] not in {"missing", "json_invalid"} else ""
        clauses.append(f"{where}: {found['msg']}{sent}" if where else found["msg"])
    return "; ".join(clauses)


def _form(tool: Tool) -> str:
    schema = flat_schema(tool.arguments)
    fields = [
        f"{name}: {field.get('type', 'any')}{'' if name in schema['required'] else ' (may be left out)'}"
        for name, field in schema["properties"].items()
    ]
    return "a JSON object {" + ", ".join(fields) + "}"
