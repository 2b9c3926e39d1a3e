from __future__ import annotations

from collections.abc import Callable

import libcst as cst
import pytest

from perfagent.tools.rewrite.analysis.context import Context
from perfagent.tools.rewrite.analysis.hashing import elements_hashable, hash_risk, is_hashable
from perfagent.tools.rewrite.analysis.types import element_type, type_of

TYPES = [
    ("x = []", "list"),
    ("x = {}", "dict"),
    ("x = {1}", "set"),
    ("x = [a for a in b]", "list"),
    ("x = sorted(b)", "list"),
    ("x = 'a' % b", "str"),
    ("x = b.lower()", None),
    ("x = str(b).lower()", "str"),
    ("x = b", None),
    ("x = 1\n    x = 'a'", None),
    ("x = 1\n    x = b", None),
    ("x = ''\n    x = x + 'a'", "str"),
    ("x = ''\n    x = x + b", None),
    ("x = []\n    x += b", None),
    ("x = []\n    x += [b]", "list"),
    ("x = 0\n    x += 1", "int"),
    ("x = 0\n    x += 1.5", None),
    ("x = [1][0:1]", "list"),
    ("x = 'abc'[0]", "str"),
    ("x = [0] * len(b)", "list"),
    ("x = [0] * b", None),
    ("x = 1 if b else 2", "int"),
    ("x = 1 if b else ''", None),
    ("for x in range(3): pass", "int"),
    ("for x in 'abc': pass", "str"),
    ("for x in b: pass", None),
    ("x, y = b", None),
    ("import x", None),
]


@pytest.mark.parametrize(("statement", "expected"), TYPES, ids=[s for s, _ in TYPES])
def test_type_of_a_local(statement: str, expected: str | None, last: Callable[[Context, str], cst.Name]) -> None:
    context = Context(f"def f(b):\n    {statement}\n    return x\n")
    assert type_of(context, last(context, "x")) == expected


@pytest.mark.parametrize(
    ("parameter", "expected"),
    [
        ("x: str", "str"),
        ("x: 'list[int]'", "list"),
        ("x: typing.Dict[str, int]", "dict"),
        ("x: list | None", None),
        ("x: str = None", None),
        ("x=''", None),
        ("*x", "tuple"),
        ("**x", "dict"),
    ],
)
def test_type_of_a_parameter(parameter: str, expected: str | None, last: Callable[[Context, str], cst.Name]) -> None:
    context = Context(f"def f({parameter}):\n    return x\n")
    assert type_of(context, last(context, "x")) == expected


def test_a_shadowed_builtin_tells_nothing(last: Callable[[Context, str], cst.Name]) -> None:
    context = Context("def f(b, sorted):\n    x = sorted(b)\n    return x\n")
    assert type_of(context, last(context, "x")) is None


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("x = []\n    x.append(1)", "int"),
        ("x = []\n    x.append(1)\n    x.append('')", None),
        ("x = []\n    x.append(1)\n    x.append(b)", None),
        ("x = ['a']\n    x.extend(str(b).split())", "str"),
        ("x = ['a']\n    b(x)", None),
        ("x = ['a']\n    x[0] = 1", None),
    ],
)
def test_elements_of_a_local(body: str, expected: str | None, last: Callable[[Context, str], cst.Name]) -> None:
    context = Context(f"def f(b):\n    {body}\n    return x\n")
    assert element_type(context, last(context, "x")) == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("x = b.strip()", True),
        ("x = b.str.strip()", False),
        ("x = (1, 'a')", True),
        ("x = (1, b)", False),
        ("x = []", False),
        ("for x, y in b.items(): pass", True),
        ("for y, x in b.items(): pass", False),
        ("for x, y in enumerate(b): pass", True),
        ("for x in {1, 2}: pass", True),
        ("x = 1\n    x = b", False),
    ],
)
def test_hashable(body: str, expected: bool, last: Callable[[Context, str], cst.Name]) -> None:
    context = Context(f"def f(b):\n    {body}\n    return x\n")
    assert is_hashable(context, last(context, "x")) is expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("x = list(b.keys())", True),
        ("x = [1, 'a']", True),
        ("x = [1, b]", False),
        ("x = [y.strip() for y in b]", True),
        ("x = []\n    x.append(b.lower())", True),
        ("x = []\n    x.append(b)", False),
        ("x = [1]\n    b(x)", False),
        ("x = [1]\n    x = [z for y, z in enumerate(x)]", False),
        ("x = y = b\n    x = [y for y in x]\n    y = [x for x in y]", False),
    ],
)
def test_elements_hashable(body: str, expected: bool, last: Callable[[Context, str], cst.Name]) -> None:
    context = Context(f"def f(b):\n    {body}\n    return x\n")
    assert elements_hashable(context, last(context, "x")) is expected


@pytest.mark.parametrize(
    ("element", "listed", "expected"),
    [("'a'", "1", 2), ("b.name", "y.name", 3), ("b.parts", "y.name", None), ("b.name", "y.rows()", None)],
)
def test_risk_of_hashing(element: str, listed: str, expected: int | None) -> None:
    context = Context(f"def f(b):\n    x = [{listed} for y in b]\n    return {element} in x\n")
    [test] = context.tree.nodes(cst.Comparison)
    assert hash_risk(context, test.left, test.comparisons[0].comparator) == expected
