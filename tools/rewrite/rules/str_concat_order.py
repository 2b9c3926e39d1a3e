"""`s = s + a + b` in a loop becomes `s += a + b`."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from perfagent.tools.rewrite.analysis.context import Context
from perfagent.tools.rewrite.analysis.types import type_of
from perfagent.tools.rewrite.edits import Splice
from perfagent.tools.rewrite.rule import Finding, PatternRule


class StrConcatOrder(PatternRule):
    """See the class attributes."""

    name = "str-concat-order"
    looks_for = "`s = s + a + b` in a loop, where `s` is a local string."
    safe_when = "All the parts are strings by their form, so that the order of the additions does not matter."
    why = "`s + a` copies all of `s`: quadratic. `s += ...` lets CPython grow a local string in place."
    example = """\
def render(rows):
    text = ""
    for row in rows:
        text = text + str(row) + "\\n"
    return text
"""
    example_after = """\
def render(rows):
    text = ""
    for row in rows:
        text += str(row) + "\\n"
    return text
"""
    counter_example = """\
def render(rows):
    text = ""
    for row in rows:
        text = text + row + "\\n"
    return text
"""

    def find(self, context: Context) -> Iterator[Finding]:
        """Assignments of sums of three or more that begin with their target."""
        for assign in context.tree.nodes(cst.Assign):
            target = assign.targets[0].target
            local = context.local(target) if len(assign.targets) == 1 else None
            if local is None or next(context.tree.loops(assign), None) is None or context.captured(local):
                continue
            parts = _parts(assign.value)
            if len(parts) < 3 or not isinstance(parts[0], cst.Name) or parts[0].value != local.name:
                continue
            if parts[0].lpar or not all(type_of(context, part) == "str" for part in parts):
                continue
            start, end = context.tree.full_span(parts[1])[0], context.tree.span(assign.value)[1]
            new = f"{local.name} += {context.tree.slice(start, end)}"
            what = f"adding the first part copies all of `{local.name}`; `+=` grows it in place"
            yield Finding(assign, [Splice(*context.tree.span(assign), new)], what, 1)


def _parts(node: cst.BaseExpression) -> list[cst.BaseExpression]:
    """The operands of a chain of additions without parentheses, left to right."""
    if isinstance(node, cst.BinaryOperation) and isinstance(node.operator, cst.Add) and not node.lpar:
        return [*_parts(node.left), node.right]
    return [node]
