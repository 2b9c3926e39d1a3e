"""`xs = xs + [x]` in a loop becomes `xs.append(x)`."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from perfagent.tools.rewrite.analysis.context import Context, Variable
from perfagent.tools.rewrite.analysis.effects import is_private
from perfagent.tools.rewrite.analysis.types import type_of, variable_type
from perfagent.tools.rewrite.edits import Splice
from perfagent.tools.rewrite.rule import Finding, PatternRule
from perfagent.tools.rewrite.shapes import method_call, plain_args


class RebuiltContainer(PatternRule):
    """See the class attributes."""

    name = "rebuilt-container"
    looks_for = "`xs = xs + [x]`, `xs = xs + ys`, `s = s | {x}`, `s = s.union(ys)` in a loop."
    safe_when = "The list or set was made in this function and no other name, object or iteration refers to it."
    why = "Each round copies everything gathered so far: quadratic. Growing in place is linear."
    example = """\
def flatten(rows):
    out = []
    for row in rows:
        out = out + [cell * 2 for cell in row]
    return out
"""
    example_after = """\
def flatten(rows):
    out = []
    for row in rows:
        out += [cell * 2 for cell in row]
    return out
"""
    counter_example = """\
def prefixes(rows):
    out = []
    found = []
    for row in rows:
        out = out + [row]
        found.append(out)
    return found
"""

    def find(self, context: Context) -> Iterator[Finding]:
        """Assignments in loops that rebuild the variable they assign to."""
        for assign in context.tree.nodes(cst.Assign):
            if len(assign.targets) != 1 or next(context.tree.loops(assign), None) is None:
                continue
            grown = context.local(assign.targets[0].target)
            if grown is None or not _unshared(context, grown, assign):
                continue
            new = _in_place(context, grown, assign.value)
            if new is not None:
                what = f"each round copies all of `{grown.name}`; it grows in place instead"
                # A set that grows may iterate in another order than one that is copied each time.
                risk = 1 if variable_type(context, grown) == "list" else 2
                yield Finding(assign, [Splice(*context.tree.span(assign), new)], what, risk)


def _unshared(context: Context, grown: Variable, assign: cst.Assign) -> bool:
    """Whether nothing but the variable refers to what it holds, also no iteration under way."""
    if context.captured(grown) or context.in_try(assign):
        return False
    if any(_iterates(context, grown, loop) for loop in context.tree.loops(assign)):
        return False
    return is_private(context, grown)


def _iterates(context: Context, grown: Variable, loop: cst.For | cst.While) -> bool:
    if isinstance(loop, cst.While):
        return False
    return any(context.variable(n) is not None and n.value == grown.name for n in context.identifiers(loop.iter))


def _in_place(context: Context, grown: Variable, value: cst.BaseExpression) -> str | None:
    kind = variable_type(context, grown)
    if isinstance(value, cst.BinaryOperation) and _is(value.left, grown):
        if any(n.value == grown.name for n in context.identifiers(value.right)):
            return None
        return _operation(context, grown.name, kind, value)
    union = method_call(value, "union")
    if kind != "set" or union is None or not isinstance(union.func, cst.Attribute) or not plain_args(union, 1):
        return None
    own = _is(union.func.value, grown)
    return f"{grown.name}.update({context.tree.code(union.args[0].value)})" if own else None


def _is(node: cst.BaseExpression, variable: Variable) -> bool:
    return isinstance(node, cst.Name) and node.value == variable.name


def _operation(context: Context, name: str, kind: str | None, value: cst.BinaryOperation) -> str | None:
    added = value.right
    # + wants a list and += takes anything that can be iterated: only what is known to be a list stays equal.
    if kind == "list" and isinstance(value.operator, cst.Add) and type_of(context, added) == "list":
        one = isinstance(added, cst.List) and len(added.elements) == 1 and isinstance(added.elements[0], cst.Element)
        if one and isinstance(added, cst.List):
            return f"{name}.append({context.tree.code(added.elements[0].value)})"
        return f"{name} += {context.tree.code(added)}"
    if kind == "set" and isinstance(value.operator, cst.BitOr) and type_of(context, added) == "set":
        one = isinstance(added, cst.Set) and len(added.elements) == 1 and isinstance(added.elements[0], cst.Element)
        if one and isinstance(added, cst.Set):
            return f"{name}.add({context.tree.code(added.elements[0].value)})"
        return f"{name} |= {context.tree.code(added)}"
    return None
