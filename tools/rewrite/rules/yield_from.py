"""A loop that only yields what it gets becomes `yield from`."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from perfagent.tools.rewrite.analysis.context import Context
from perfagent.tools.rewrite.edits import Splice
from perfagent.tools.rewrite.rule import Finding, PatternRule
from perfagent.tools.rewrite.shapes import simple_statement


class YieldFrom(PatternRule):
    """See the class attributes."""

    name = "yield-from"
    looks_for = "`for x in it: yield x`."
    safe_when = (
        "The loop does nothing else, `x` is not used elsewhere, the function is not async; "
        "equal unless a caller sends values into the generator."
    )
    why = "Nested generators hand each value through every level; `yield from` passes it on in C."
    example = """\
def walk(tree):
    yield tree.value
    for child in tree.children:
        for node in walk(child):
            yield node
"""
    example_after = """\
def walk(tree):
    yield tree.value
    for child in tree.children:
        yield from walk(child)
"""
    counter_example = """\
def walk(tree):
    yield tree.value
    for child in tree.children:
        for node in walk(child):
            yield node.value
"""

    def find(self, context: Context) -> Iterator[Finding]:
        """Loops whose body is one bare yield of the loop variable."""
        for loop in context.tree.nodes(cst.For):
            function = context.tree.function_of(loop)
            if function is None or function.asynchronous or loop.asynchronous or loop.orelse:
                continue
            if isinstance(loop.target, cst.Name) and _only_yields(loop, loop.target.value) and _unused(context, loop):
                start, end = context.tree.span(loop)
                if not context.tree.has_comment(start, end):
                    code = context.tree.code(loop.iter)
                    what = "each value is handed on by a turn of the loop; `yield from` hands it on in C"
                    yield Finding(loop, [Splice(start, end, f"yield from {code}")], what, 2)


def _only_yields(loop: cst.For, name: str) -> bool:
    body = loop.body.body
    if len(body) != 1:
        return False
    statement = body[0] if isinstance(loop.body, cst.SimpleStatementSuite) else None
    expression = statement if isinstance(statement, cst.Expr) else simple_statement(body[0], cst.Expr)
    value = expression.value if expression else None
    return isinstance(value, cst.Yield) and isinstance(value.value, cst.Name) and value.value.value == name


def _unused(context: Context, loop: cst.For) -> bool:
    variable = context.local(loop.target)
    if variable is None or context.used_after(variable, loop) or context.captured(variable):
        return False
    return not isinstance(loop.iter, cst.Tuple) or bool(loop.iter.lpar)
