"""Fences that name the definition they replace."""

from __future__ import annotations

import pytest

from perfagent.tools.errors import EditError
from perfagent.tools.patch import Edit, FunctionEdit, parse_edits

CODE = "def f():\n    return 1\n"
BLOCK = "<<<<<<< SEARCH\nold\n=======\nnew\n>>>>>>> REPLACE\n"
DIFF = "```diff\n--- a/c.py\n+++ b/c.py\n@@ -1 +1 @@\n-x\n+y\n```\n"


@pytest.mark.parametrize(
    "text",
    [
        f"So.\n```python pkg/a.py::A.f\n{CODE}```\n",
        f"```pkg/a.py::A.f\n{CODE}```",
        f"~~~~py ./pkg/a.py::A.f\n{CODE}~~~~\n",
        "  ```python pkg/a.py::A.f\n  def f():\n      return 1\n  ```\n",
    ],
)
def test_the_fence_names_file_and_definition(text: str) -> None:
    assert parse_edits(text) == [FunctionEdit("pkg/a.py", "A.f", CODE)]


def test_a_docstring_may_hold_a_fence() -> None:
    code = 'def f():\n    """Doc.\n\n```\nexample\n```\n    """\n'
    assert parse_edits(f"```python a.py::f\n{code}```\nand\n```\nmore\n```\n") == [FunctionEdit("a.py", "f", code)]


def test_ordinary_fences_and_node_ids_in_prose_are_no_edits() -> None:
    assert parse_edits("Run `tests/test_a.py::test_f`:\n```\ntests/test_a.py::test_f PASSED\n```\n") == []
    assert parse_edits("```cpp std::vector\nint x;\n```\n") == []


def test_blocks_inside_such_a_fence_stay_blocks() -> None:
    assert parse_edits(f"```python a.py::f\n{BLOCK}```\n") == [Edit("a.py", "old\n", "new\n")]


def test_the_three_forms_may_be_mixed_and_keep_their_order() -> None:
    edits = parse_edits(f"```python a.py::f\n{CODE}```\nb.py\n```\n{BLOCK}```\n{DIFF}d.py\n```\n{BLOCK}```\n")
    assert [(edit.path, type(edit).__name__) for edit in edits] == [
        ("a.py", "FunctionEdit"),
        ("b.py", "Edit"),
        ("c.py", "Edit"),
        ("d.py", "Edit"),
    ]


def test_a_fence_that_is_not_closed_was_cut_off() -> None:
    with pytest.raises(EditError, match="cut off"):
        parse_edits(f"```python a.py::f\n{CODE}")
