from __future__ import annotations

from collections.abc import Callable

import libcst as cst
import pytest

from perfagent.tools.rewrite.analysis.context import Context


def owner(source: str, last: Callable[[Context, str], cst.Name], name: str) -> str | None:
    context = Context(source)
    scope = context.scopes.owner(last(context, name))
    return type(scope.node).__name__ if scope else None


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("def f(x):\n    return x\n", "FunctionDef"),
        ("x = 1\ndef f():\n    return x\n", "Module"),
        ("def f():\n    return x\n", None),
        ("def f():\n    global x\n    x = 1\n    return x\n", "Module"),
        ("def f():\n    x = 1\n    def g():\n        nonlocal x\n        x = 2\n", "FunctionDef"),
        ("def f(y):\n    return [x for x in y]\n    return x\n", None),
        ("def f(y):\n    z = [x for x in y if x]\n", "ListComp"),
        ("def f(y):\n    return [x for y in x]\n", None),
        ("def f(y):\n    return [(x := z) for z in y], x\n", "FunctionDef"),
        ("class A:\n    x = 1\n    def f(self):\n        return x\n", None),
        ("class A:\n    x = 1\n    y = x\n", "ClassDef"),
        ("def f():\n    import x.y\n    return x\n", "FunctionDef"),
        ("def f():\n    from a import b as x\n    return x\n", "FunctionDef"),
        ("def f():\n    try:\n        g()\n    except E as x:\n        print(x)\n", "FunctionDef"),
        ("def f():\n    with g() as (a, x):\n        print(x)\n", "FunctionDef"),
        ("def f():\n    (lambda x: x)\n", "Lambda"),
        ("def f(p):\n    match p:\n        case [*x]:\n            return x\n", "FunctionDef"),
        ("def f(p):\n    match p:\n        case {'a': 1, **x}:\n            return x\n", "FunctionDef"),
        ("def f(y=x):\n    x = 1\n", "FunctionDef"),
    ],
)
def test_owner(source: str, expected: str | None, last: Callable[[Context, str], cst.Name]) -> None:
    assert owner(source, last, "x") == expected


def test_defaults_belong_to_the_scope_outside() -> None:
    context = Context("x = 1\ndef f(y=x):\n    x = 2\n")
    occurrences = context.scopes.occurrences(context.scopes.module, "x")
    assert [o.store for o in occurrences] == [True, False]


@pytest.mark.parametrize(
    "source",
    [
        "def f(xs):\n    len = 3\n    return len\n",
        "from m import *\ndef f(xs):\n    return len\n",
        "len = 1\ndef f(xs):\n    return len\n",
        "class A:\n    def f(self, len):\n        return len\n",
    ],
)
def test_a_shadowed_builtin_is_none(source: str, last: Callable[[Context, str], cst.Name]) -> None:
    context = Context(source)
    assert not context.scopes.is_builtin(last(context, "len"), "len")


def test_a_method_of_a_builtins_name_shadows_nothing(last: Callable[[Context, str], cst.Name]) -> None:
    context = Context("class A:\n    def len(self):\n        return 1\n    def f(self, x):\n        return len(x)\n")
    assert context.scopes.is_builtin(last(context, "len"), "len")


def test_new_code_sees_what_shadows_a_builtin() -> None:
    context = Context("def f(set, xs):\n    return xs\n")
    assert context.scopes.shadowed(context.tree.nodes(cst.Return)[0], "set")
    assert not context.scopes.shadowed(context.tree.nodes(cst.Return)[0], "list")
