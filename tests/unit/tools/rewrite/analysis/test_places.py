from __future__ import annotations

from collections.abc import Callable

import libcst as cst
import pytest

from perfagent.tools.rewrite.analysis.context import Context
from perfagent.tools.rewrite.analysis.places import hoist_place

Find = Callable[[Context, str], cst.BaseExpression]

PLACES = [
    ("for x in a:\n        x in set(b)", 2, True),
    ("for x in a:\n        for y in x:\n            y in set(b)", 2, False),
    ("for b in a:\n        for y in b:\n            y in set(b)", 3, True),
    ("return [x for x in a if x in set(b)]", 2, True),
    ("return [x for x in a if x and x in set(b)]", 2, False),
    ("for x in a:\n        if x:\n            x in set(b)", 2, False),
    ("for x in a:\n        if not x:\n            continue\n        x in set(b)", 2, False),
    ("while a in set(b):\n        pass", 2, True),
]


@pytest.mark.parametrize(("body", "line", "certain"), PLACES, ids=[body for body, _, _ in PLACES])
def test_place(body: str, line: int, certain: bool, find: Find) -> None:
    context = Context(f"def f(a, b):\n    {body}\n")
    place = hoist_place(context, find(context, "set(b)"))
    assert place is not None
    assert (context.tree.line(place.statement), place.certain) == (line, certain)


@pytest.mark.parametrize(
    "body",
    [
        "return x in set(b)",
        "for x in set(b):\n        pass",
        "for x in a:\n        x in set(b)\n        b.append(x)",
        "for x in a:\n        x in set(b)\n        g(x)",
        "return [b for b in a if 1 in set(b)]",
        "if a:\n        pass\n    elif [x for x in a if x in set(b)]:\n        pass",
    ],
)
def test_no_place(body: str, find: Find) -> None:
    context = Context(f"def f(a, b):\n    {body}\n")
    assert hoist_place(context, find(context, "set(b)")) is None
