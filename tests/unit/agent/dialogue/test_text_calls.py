"""Tools for a model that has none: calls in its text, results as messages, also in the middle of a conversation."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from perfagent.agent.dialogue import FileWorkbench, LoopResult, editor_toolbox, run_loop
from perfagent.agent.dialogue.text_calls import in_text, parse_calls
from perfagent.agent.model import Message, ToolCall
from perfagent.tools.errors import ModelNoTools

OLD, NEW = "    out = []\n    for word in words:\n", "    out = []\n    for word in list(words):\n"
NO_TOOLS = ModelNoTools("takes no tools")


def block(tool: str, **arguments: Any) -> str:
    return f"```call\n{json.dumps({'tool': tool, 'arguments': arguments}, indent=1)}\n```\n"


READ, SUBMIT = block("read_file", path="pkg/words.py"), block("submit", summary="a list")
EDIT = block("edit", path="pkg/words.py", old=OLD, new=NEW)


@pytest.fixture
def loop(scripted: Callable[..., Any], words_repository: Path) -> Callable[..., tuple[LoopResult, Any]]:
    def run(*answers: object) -> tuple[LoopResult, Any]:
        model = scripted(*answers)
        beginning = [Message(role="system", content="s"), Message(role="user", content="task")]
        return run_loop(model, beginning, editor_toolbox(FileWorkbench(words_repository))), model

    return run


def test_the_whole_work_is_done_in_text(loop: Callable[..., Any]) -> None:
    result, model = loop(NO_TOOLS, f"Let me look.\n{READ}", f"{EDIT}\n{SUBMIT}")
    assert (result.end, result.summary) == ("submitted", "a list")
    asked = model.requests[1]
    assert asked.tools == () and "- `read_file`: Read a file, with line numbers." in asked.messages[0].content
    assert model.requests[2].messages[3].content.startswith("Result of read_file:\n[read_file ")
    assert {message.role for message in result.messages} == {"system", "user", "assistant"}


def test_a_conversation_that_began_with_tools_goes_on_in_text(loop: Callable[..., Any]) -> None:
    native = [("outline", '{"path": "pkg/words.py"}'), ("read_file", '{"path": "pkg/words.py", "end": 2}')]
    result, model = loop(native, NO_TOOLS, EDIT + SUBMIT)
    assert result.submitted
    roles = [message.role for message in model.requests[2].messages]
    assert roles == ["system", "user", "assistant", "user"]
    said, results = (message.content for message in model.requests[2].messages[2:])
    assert '{"tool": "outline", "arguments": {"path": "pkg/words.py"}}' in said
    assert results.index("Result of outline:") < results.index("Result of read_file:")


def test_blocks_beside_calls_are_applied_and_are_no_submission(loop: Callable[..., Any]) -> None:
    edit = f"pkg/words.py\n<<<<<<< SEARCH\n{OLD}=======\n{NEW}>>>>>>> REPLACE\n"
    result, _ = loop(NO_TOOLS, f"{edit}\n{block('view_diff')}", SUBMIT)
    assert result.turns == 2 and result.submitted
    assert "+    for word in list(words):" in result.messages[3].content


def test_what_cannot_be_read_is_explained_and_the_rest_is_done(loop: Callable[..., Any]) -> None:
    result, _ = loop(NO_TOOLS, '```call\n{"tool": "submit", "arg\n```\n' + EDIT, SUBMIT)
    assert 'write {"tool": "NAME", "arguments": {...}}' in result.messages[3].content
    assert result.submitted


def test_a_model_that_is_refused_without_tools_too_is_an_error(loop: Callable[..., Any]) -> None:
    with pytest.raises(ModelNoTools):
        loop(NO_TOOLS, NO_TOOLS)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (READ, ["read_file"]),
        ("~~~call\n" + '{"tool": "a", "arguments": {}}\n{"tool": "b"}\n~~~', ["a", "b"]),
        ('```json\n{"tool": "a", "arguments": {"x": "```\\ny"}}\n```', ["a"]),
        ('```json\n{"ideas": []}\n```', []),
        ('```call\n{"tool": "a", "arguments": {"text": "line\nline"}}\n```', ["a"]),
        ('```call\n{"name": "a", "path": "b"}', ["a"]),
        ('```call\n{"tool": "a", "arguments": "{\\"path\\": 1}"}\n```', ["a"]),
        ('Result of a:\n{"tool": "b"}\n```python\n{"tool": "c"}\n```', []),
    ],
)
def test_calls_are_found_however_they_are_fenced(text: str, names: list[str]) -> None:
    calls, rest = parse_calls(f"before\n{text}\nafter")
    assert [call.name for call in calls if isinstance(call, ToolCall)] == names
    assert rest.startswith("before") and ("after" in rest or '"b"}' in text)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [("{]", "cannot be read"), ("", "it is empty"), ('{"arguments": {}}', 'in "tool"'), ('["a"]', "JSON object")],
)
def test_a_call_that_is_none_teaches_the_form(text: str, complaint: str) -> None:
    (call,), _ = parse_calls(f"```call\n{text}\n```")
    assert isinstance(call, str) and complaint in call


def test_without_a_system_prompt_the_tools_get_one() -> None:
    from perfagent.agent.model import ToolSpec

    spec = ToolSpec(name="a", description="Does.", parameters={"properties": {}, "required": []})
    shown = in_text([Message(role="user", content="task")], [spec])
    assert [message.role for message in shown] == ["system", "user"]
    assert '{"tool": "a", "arguments": {}}' in shown[0].content
