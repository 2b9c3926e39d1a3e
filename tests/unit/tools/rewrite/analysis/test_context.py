from __future__ import annotations

from collections.abc import Callable

import libcst as cst
import pytest

from perfagent.tools.rewrite.analysis.context import Context

Last = Callable[[Context, str], cst.Name]


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ("import re", True),
        ("import regex as re", False),
        ("from lib import re", False),
        ("try:\n    import regex as re\nexcept ImportError:\n    import re", False),
        ("import re\nre = None", False),
        ("if x:\n    import re", False),
        ("from .re import re", False),
        ("", False),
    ],
)
def test_imported_module(head: str, expected: bool, last: Last) -> None:
    context = Context(f"{head}\ndef f(x):\n    return re\n")
    assert context.imported_module(last(context, "re"), "re") is expected


@pytest.mark.parametrize(
    ("head", "use", "expected"),
    [
        ("from collections import deque", "deque", True),
        ("from collections import OrderedDict as deque", "deque", False),
        ("import collections", "collections.deque", True),
        ("from .collections import deque", "deque", False),
    ],
)
def test_imported_name(head: str, use: str, expected: bool) -> None:
    context = Context(f"{head}\ndef f():\n    return {use}\n")
    [returned] = context.tree.nodes(cst.Return)
    assert returned.value is not None
    assert context.imported_name(returned.value, "collections", "deque") is expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [("return x", True), ("print(y)", False), ("x = 1", True), ("g(lambda: x)", True)],
)
def test_used_after(body: str, expected: bool, last: Last) -> None:
    context = Context(f"def f(y):\n    for x in y:\n        pass\n    {body}\n")
    [loop] = context.tree.nodes(cst.For)
    variable = context.variable(loop.target)
    assert variable is not None
    assert context.used_after(variable, loop) is expected


def test_used_after_comes_round_in_an_outer_loop() -> None:
    context = Context("def f(y):\n    while y:\n        print(x)\n        for x in y:\n            pass\n")
    [loop] = context.tree.nodes(cst.For)
    variable = context.variable(loop.target)
    assert variable is not None
    assert context.used_after(variable, loop)


@pytest.mark.parametrize("decorator", ["njit", "numba.jit(nopython=True)", "torch.jit.script", "tf.function_compile"])
def test_compiled_functions_are_dynamic(decorator: str) -> None:
    context = Context(f"@{decorator}\ndef f():\n    pass\n")
    assert context.is_dynamic(context.tree.nodes(cst.FunctionDef)[0])


@pytest.mark.parametrize(
    ("manager", "expected"), [("suppress(E)", True), ("open(p)", False), ("p.open()", False), ("lock", True)]
)
def test_a_context_manager_may_catch(manager: str, expected: bool) -> None:
    context = Context(f"def f(p, lock):\n    with {manager} as c:\n        a = 1\n")
    assert context.in_try(context.tree.nodes(cst.Assign)[0]) is expected


def test_in_try_is_only_the_tried_part() -> None:
    context = Context("def f():\n    try:\n        a()\n    except E:\n        b()\n    c()\n")
    inside = {context.tree.code(call): context.in_try(call) for call in context.tree.nodes(cst.Call)}
    assert inside == {"a()": True, "b()": False, "c()": False}
