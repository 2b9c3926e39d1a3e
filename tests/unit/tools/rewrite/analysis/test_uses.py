from __future__ import annotations

import libcst as cst
import pytest

from perfagent.tools.rewrite.analysis.context import Context

KINDS = [
    ("v.append(1)", "method"),
    ("v.x", "attribute"),
    ("a = v.append", "attribute"),
    ("v[0]", "index"),
    ("v[1:2]", "slice"),
    ("v[0] = 1", "store_item"),
    ("v[0] += 1", "store_item"),
    ("del v[0]", "store_item"),
    ("a, v[0] = b", "store_item"),
    ("for v[0] in b: pass", "store_item"),
    ("v[0][1] = 2", "index"),
    ("a[v]", "key"),
    ("b in v", "member"),
    ("v == b", "operand"),
    ("b == v", "operand"),
    ("v + b", "operand"),
    ("for a in v: pass", "iterate"),
    ("[a for a in v]", "iterate"),
    ("len(v)", "read"),
    ("max(v)", "read"),
    ("max(v, b)", "other"),
    ("f(v)", "other"),
    ("f(*v)", "other"),
    ("a = v", "other"),
    ("a = [v]", "other"),
    ("a = v or b", "other"),
    ("if v and b: pass", "truth"),
    ("not v", "truth"),
    ("while v: pass", "truth"),
    ("a = b if v else 1", "truth"),
    ("a = v if b else 1", "other"),
    ("return v", "return"),
    ("yield v", "other"),
    ("v", "discard"),
    ("v += b", "augment"),
    ("v: int = b", "bind"),
    ("a = v = b", "target"),
    ("(v, a) = b", "target"),
    ("import v", "target"),
]


@pytest.mark.parametrize(("statement", "kind"), KINDS, ids=[statement for statement, _ in KINDS])
def test_kind(statement: str, kind: str) -> None:
    context = Context(f"def f(a, b):\n    v = b\n    {statement}\n")
    scope = context.scopes.of(context.tree.nodes(cst.FunctionDef)[0])
    variable = next(v for v in (context.local(o.node) for o in context.scopes.occurrences(scope, "v")) if v)
    uses = sorted(context.uses(variable), key=lambda use: context.tree.span(use.occurrence.node))
    assert uses[1].kind == kind
