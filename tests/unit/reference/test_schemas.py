"""The JSON documents' page and schemas are those of the records."""

import json

import pytest

from perfagent.reference.schemas import documents, kinds, page
from perfagent.tools.report import Result


@pytest.mark.parametrize("kind", kinds(), ids=lambda kind: kind.name)
def test_every_field_of_a_document_is_on_the_page(kind) -> None:
    section = page().split(f"## {kind.name}\n", 1)[1]
    for name, field in kind.record.model_fields.items():
        assert f"`{field.alias or name}`" in section


def test_no_field_is_without_a_meaning() -> None:
    rows = [line for line in page().splitlines() if line.startswith("| `")]
    assert [row for row in rows if row.endswith("|  |")] == []


def test_a_result_is_valid_by_the_published_names() -> None:
    schema = json.loads(documents()["result"])
    result = Result(command="run", run_id="r", run_dir="d", repository="p", status="completed", verdict="faster")
    assert set(json.loads(result.to_json())) == set(schema["properties"])
    assert set(schema["required"]) <= set(json.loads(result.to_json()))


def test_a_record_inside_another_is_linked_and_told_once() -> None:
    text = page()
    assert "list of [PatchReport](#patchreport)" in text
    assert text.count("### PatchReport\n") == 1
