"""What the model is told of its tools."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from perfagent.agent.dialogue import Actions, FileWorkbench, editor_toolbox
from perfagent.agent.dialogue.output import CAP, capped
from perfagent.agent.model import ToolCall


def test_only_actions_that_exist_are_offered(words_repository: Path) -> None:
    bare = {spec.name for spec in editor_toolbox(FileWorkbench(words_repository)).specs()}
    full = Actions(run_tests=str, quick_measure=str, profile=str)
    equipped = {spec.name for spec in editor_toolbox(FileWorkbench(words_repository, actions=full)).specs()}
    assert equipped - bare == {"run_tests", "quick_measure", "profile"}


def test_schemas_are_flat_and_described(words_repository: Path) -> None:
    for spec in editor_toolbox(FileWorkbench(words_repository)).specs():
        assert set(spec.parameters) == {"type", "properties", "required", "additionalProperties"}
        assert spec.description.endswith(".")
        for field in spec.parameters["properties"].values():
            assert isinstance(field["type"], str)
            assert field["description"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ('{"path": "a", "start": "1"}', "start: Input should be a valid integer (you sent '1')"),
        ('{"path": "a", "lines": 3}', "lines: Extra inputs are not permitted"),
        ("{}", "path: Field required"),
        ('{"path": ', "Invalid JSON"),
        ('"pkg"', "an object"),
    ],
)
def test_wrong_arguments_are_explained(words_repository: Path, arguments: str, said: str) -> None:
    call = ToolCall(id="1", name="read_file", arguments=arguments)
    outcome = editor_toolbox(FileWorkbench(words_repository)).call(call)
    assert outcome.malformed
    assert said in outcome.text
    assert "{path: string, start: integer (may be left out)" in outcome.text


def test_tests_are_run_by_node_id(words_repository: Path) -> None:
    actions = Actions(run_tests=lambda tests: f"ran {list(tests)}")
    toolbox = editor_toolbox(FileWorkbench(words_repository, actions=actions))
    for arguments, said in [
        ('{"tests": ["a::b"]}', "ran ['a::b']"),
        ("", "ran []"),
        ('{"tests": null}', "ran []"),
    ]:
        assert toolbox.call(ToolCall(id="1", name="run_tests", arguments=arguments)).text == said


@pytest.mark.parametrize("text", ["line\n" * 9_000, "x" * 50_000, "short\n" + "x" * 50_000 + "\nshort"])
def test_long_output_keeps_its_head_and_tail(text: str) -> None:
    shown = capped(text, "ask for less")
    assert len(shown) <= CAP + 100
    assert "left out; ask for less ...]" in shown
    assert shown[:5] == text[:5]
    assert shown[-5:] == text[-5:]


def test_a_function_is_replaced_by_its_name(words_repository: Path) -> None:
    workbench = FileWorkbench(words_repository)
    arguments = {"path": "pkg/words.py", "qualname": "unique", "code": "def unique(words):\n    return [*{*words}]\n"}
    call = ToolCall(id="1", name="replace_function", arguments=json.dumps(arguments))
    assert editor_toolbox(workbench).call(call).text == "edited pkg/words.py"
    assert "+    return [*{*words}]" in workbench.diff()
