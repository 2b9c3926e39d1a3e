from __future__ import annotations

from collections.abc import Callable

import libcst as cst
import pytest

from perfagent.tools.rewrite.analysis.context import Context
from perfagent.tools.rewrite.analysis.effects import is_private, is_pure, is_stable, may_change

Last = Callable[[Context, str], cst.Name]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("a.b + 1", True),
        ("len(a)", True),
        ("a.lower()", True),
        ("a.save()", False),
        ("g(a)", False),
        ("next(a)", False),
        ("(b := a)", False),
        ("[x.strip() for x in a]", True),
        ("[x.pop() for x in a]", False),
    ],
)
def test_pure(expression: str, expected: bool) -> None:
    context = Context(f"def f(a):\n    return {expression}\n")
    [returned] = context.tree.nodes(cst.Return)
    assert returned.value is not None
    assert is_pure(context, returned.value) is expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("len(x)", False),
        ("y in x", False),
        ("x.append(y)", True),
        ("x = y", True),
        ("x[0] = y", True),
        ("g(x)", True),
        ("z = x", True),
        ("z = x.append", True),
        ("del x", True),
        ("g(y)", False),
    ],
)
def test_a_container_of_its_own_changes_only_by_its_uses(body: str, expected: bool, last: Last) -> None:
    context = Context(f"def f(b):\n    x = [1]\n    for y in b:\n        {body}\n    return x\n")
    variable = context.variable(last(context, "x"))
    assert variable is not None
    assert may_change(context, variable, context.tree.nodes(cst.For)[0]) is expected


def test_a_parameters_object_may_be_changed_by_any_unknown_call(last: Last) -> None:
    source = "def f(x, b):\n    for y in b:\n        {}\n    return x\n"
    for body, expected in (("g(y)", True), ("y.strip()", False), ("y.update()", True), ("yield y", True)):
        context = Context(source.format(body))
        variable = context.variable(last(context, "x"))
        assert variable is not None
        assert may_change(context, variable, context.tree.nodes(cst.For)[0]) is expected


def test_a_string_changes_only_by_rebinding(last: Last) -> None:
    context = Context("def f(x: str, b):\n    for y in b:\n        g(x)\n    return x\n")
    variable = context.variable(last(context, "x"))
    assert variable is not None
    assert not may_change(context, variable, context.tree.nodes(cst.For)[0])


def test_a_nested_function_may_rebind_at_any_call(last: Last) -> None:
    source = "def f(b):\n    x = ''\n    def h():\n        nonlocal x\n        x = 'a'\n    for y in b:\n        h()\n"
    context = Context(source + "    return x\n")
    variable = context.variable(last(context, "x"))
    assert variable is not None
    assert may_change(context, variable, context.tree.nodes(cst.For)[0])


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("x = []", True),
        ("x = b", False),
        ("x = []\n    b.x = x", False),
        ("x = []\n    x = b or []", False),
        ("x = []\n    g = lambda: x", False),
        ("x = []\n    yield x", False),
        ("x = list(b)", True),
        ("x = b.items", False),
    ],
)
def test_private(body: str, expected: bool, last: Last) -> None:
    context = Context(f"def f(b):\n    {body}\n    return x\n")
    variable = context.variable(last(context, "x"))
    assert variable is not None
    assert is_private(context, variable) is expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("print(set(b.names), y)", False),
        ("len(set(b.names))", True),
        ("b.names = set(b.names)", False),
        ("y.save(set(b.names))", False),
    ],
)
def test_an_attribute_is_stable_only_without_unknown_calls_and_stores(body: str, expected: bool) -> None:
    context = Context(f"def f(b, ys):\n    for y in ys:\n        {body}\n")
    [loop] = context.tree.nodes(cst.For)
    call = next(c for c in context.tree.nodes(cst.Call) if context.tree.code(c) == "set(b.names)")
    assert is_stable(context, call, loop) is expected
