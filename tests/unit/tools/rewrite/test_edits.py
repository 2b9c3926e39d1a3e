from __future__ import annotations

import libcst as cst
import pytest

from perfagent.tools.rewrite.analysis.context import Context
from perfagent.tools.rewrite.edits import Splice, add_constant, apply, compiles, insert_after, insert_before


def test_splices_count_bytes_and_leave_the_rest() -> None:
    data = "é = 1  # ü\n".encode()
    assert apply(data, [Splice(5, 6, "2"), Splice(0, 2, "ö")]) == "ö = 2  # ü\n"


def test_overlapping_splices_are_refused() -> None:
    with pytest.raises(ValueError, match="overlap"):
        apply(b"abcd", [Splice(0, 2, ""), Splice(1, 3, "")])


def test_two_insertions_at_one_place_are_no_overlap() -> None:
    assert apply(b"ab", [Splice(1, 1, "x"), Splice(1, 1, "y")]) == "axyb"


def test_new_lines_are_as_deep_as_their_neighbour() -> None:
    context = Context("def f():\n    if x:\n        y()\n")
    [line] = [context.tree.statement_of(call) for call in context.tree.nodes(cst.Call)]
    splices = [insert_before(context, line, "a = 1"), insert_after(context, line, "b = 2")]
    assert apply(context.tree.data, splices) == "def f():\n    if x:\n        a = 1\n        y()\n        b = 2\n"


def test_an_insertion_after_the_last_line_supplies_its_newline() -> None:
    context = Context("def f():\n    y()")
    [line] = [context.tree.statement_of(call) for call in context.tree.nodes(cst.Call)]
    assert apply(context.tree.data, [insert_after(context, line, "z()")]) == "def f():\n    y()\n    z()\n"


def test_a_constant_goes_before_decorators_and_comments() -> None:
    context = Context("import re\n\n# about f\n@d\ndef f():\n    return 1\n")
    splice = add_constant(context, context.tree.nodes(cst.Integer)[0], "_A", "1")
    assert splice is not None
    assert apply(context.tree.data, [splice]) == "import re\n\n_A = 1\n\n\n# about f\n@d\ndef f():\n    return 1\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("_A = 1\n\n\n", "_A = 1\n_B = 2\n\n\n"),
        ("_A = (\n    1,\n)  # one\n\n", "_A = (\n    1,\n)  # one\n_B = 2\n\n"),
        ("a = 1\n\n", "a = 1\n\n_B = 2\n\n\n"),
        ("_A = 1\n# about f\n", "_A = 1\n_B = 2\n# about f\n"),
        ("_A = 1\n\n# apart\n\n", "_A = 1\n\n# apart\n\n_B = 2\n\n\n"),
        ("_A = _C = 1\n", "_A = _C = 1\n_B = 2\n\n\n"),
        ("_A += 1\n", "_A += 1\n_B = 2\n\n\n"),
        ("", "_B = 2\n\n\n"),
    ],
)
def test_a_constant_behind_another_is_one_more_line(before: str, after: str) -> None:
    function = "def f():\n    return 2\n"
    context = Context(before + function)
    splice = add_constant(context, context.tree.nodes(cst.Integer)[-1], "_B", "2")
    assert splice is not None
    assert apply(context.tree.data, [splice]) == after + function


def test_what_breaks_the_syntax_does_not_compile() -> None:
    assert compiles("x = 1\n", original="x = 2\n")
    assert not compiles("x = \n", original="x = 2\n")
    assert not compiles("def f():\n    nonlocal x\n", original="x = 2\n")


def test_newer_syntax_is_judged_by_its_grammar() -> None:
    original = "except_ = f'{'a'}'\ntype X[T] = T\n"
    assert compiles(original.replace("except_", "other"), original=original)
    assert not compiles("type X[T = \n", original=original)
