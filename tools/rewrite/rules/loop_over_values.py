"""`for i in range(len(xs)): ... xs[i]` becomes `for item in xs`."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from perfagent.tools.rewrite.analysis.context import Context
from perfagent.tools.rewrite.analysis.effects import may_change
from perfagent.tools.rewrite.analysis.types import type_of
from perfagent.tools.rewrite.edits import replace_whole
from perfagent.tools.rewrite.rule import Finding, PatternRule
from perfagent.tools.rewrite.shapes import only_index, plain_args

_SEQUENCES = ("list", "tuple", "str", "bytes")


class LoopOverValues(PatternRule):
    """See the class attributes."""

    name = "loop-over-values"
    looks_for = "`for i in range(len(xs))` where `i` serves only for `xs[i]`."
    safe_when = "`xs` is a list, tuple or string by its making or annotation, and the loop does not change it."
    why = "Each `xs[i]` makes a number and looks it up; iterating over `xs` does neither."
    example = """\
def total(xs: list[int]) -> int:
    result = 0
    for i in range(len(xs)):
        result += xs[i] * xs[i]
    return result
"""
    example_after = """\
def total(xs: list[int]) -> int:
    result = 0
    for item in xs:
        result += item * item
    return result
"""
    counter_example = """\
def double(xs: list[int]) -> None:
    for i in range(len(xs)):
        xs[i] = xs[i] * 2
"""

    def find(self, context: Context) -> Iterator[Finding]:
        """Loops over the positions of a sequence."""
        for loop in context.tree.for_clauses():
            values = _measured(context, loop.iter)
            if values is None or loop.asynchronous is not None:
                continue
            repeated = context.tree.repeated(loop)
            lookups = _lookups(context, loop, values, repeated)
            name = context.fresh_name("item", "element", f"{values.value}_item")
            if lookups and name is not None and _unchanged(context, values, repeated):
                splices = [replace_whole(context, node, name) for node in lookups]
                splices.append(replace_whole(context, loop.target, name))
                splices.append(replace_whole(context, loop.iter, values.value))
                what = f"each position of `{values.value}` is made and looked up; iterating gives the values themselves"
                yield Finding(loop, splices, what, 1)


def _measured(context: Context, node: cst.BaseExpression) -> cst.Name | None:
    """`xs` of `range(len(xs))` if it is known to be a sequence."""
    if not isinstance(node, cst.Call) or not context.scopes.is_builtin(node.func, "range") or not plain_args(node, 1):
        return None
    length = node.args[0].value
    if (
        not isinstance(length, cst.Call)
        or not context.scopes.is_builtin(length.func, "len")
        or not plain_args(length, 1)
    ):
        return None
    values = length.args[0].value
    known = isinstance(values, cst.Name) and type_of(context, values) in _SEQUENCES
    return values if known and isinstance(values, cst.Name) else None


def _lookups(
    context: Context, loop: cst.For | cst.CompFor, values: cst.Name, repeated: cst.CSTNode
) -> list[cst.Subscript]:
    """Every use of the position, if all of them are `xs[i]`; empty otherwise."""
    position = context.variable(loop.target)
    if position is None or (isinstance(loop, cst.For) and context.used_after(position, loop)):
        return []
    found: list[cst.Subscript] = []
    for occurrence in context.occurrences(position):
        if not context.tree.inside(occurrence.node, repeated) or occurrence.node is loop.target:
            continue
        index = context.tree.parent(occurrence.node)
        element = context.tree.parent(index) if index is not None else None
        lookup = context.tree.parent(element) if element is not None else None
        if not isinstance(lookup, cst.Subscript) or only_index(lookup) is not occurrence.node:
            return []
        if context.tree.code(lookup.value) != values.value:
            return []
        found.append(lookup)
    return found if not context.captured(position) else []


def _unchanged(context: Context, values: cst.Name, repeated: cst.CSTNode) -> bool:
    variable = context.variable(values)
    return variable is not None and not may_change(context, variable, repeated)
