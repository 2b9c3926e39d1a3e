"""`xs.count(x)` for each `x` of `xs` becomes one pass of counting."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from perfagent.tools.rewrite.analysis.context import Context
from perfagent.tools.rewrite.analysis.hashing import elements_hashable, likely_scalar
from perfagent.tools.rewrite.analysis.places import hoist_place
from perfagent.tools.rewrite.edits import Splice, insert_before, replace_whole
from perfagent.tools.rewrite.imports import add_import
from perfagent.tools.rewrite.rule import Finding, PatternRule
from perfagent.tools.rewrite.shapes import plain_args


class ListCountToCounter(PatternRule):
    """See the class attributes."""

    name = "list-count-to-counter"
    looks_for = "`xs.count(x)` in a loop over `xs` or `set(xs)`, and `max(set(xs), key=xs.count)`."
    safe_when = "The loop leaves `xs` alone, and its elements can be hashed, as `set(xs)` shows."
    why = "Each count goes through the whole list: quadratic. One pass of a Counter counts everything."
    example = """\
def commonest(words):
    return max(set(words), key=words.count)
"""
    example_after = """\
from collections import Counter


def commonest(words):
    return max(set(words), key=Counter(iter(words)).get)
"""
    counter_example = """\
def commonest(words, candidates):
    return max(candidates, key=words.count)
"""

    def find(self, context: Context) -> Iterator[Finding]:
        """Counts of a container's own elements."""
        what = "each count goes through the whole list; a Counter counts everything in one pass"
        for attribute in context.tree.nodes(cst.Attribute):
            if attribute.attr.value != "count" or not isinstance(attribute.value, cst.Name):
                continue
            imported = add_import(context, "collections", "Counter")
            if imported is None or context.scopes.shadowed(attribute, "iter"):
                continue
            counter, imports = imported
            counted = f"{counter}(iter({attribute.value.value}))"
            if _is_key(context, attribute):
                yield Finding(attribute, [*imports, replace_whole(context, attribute, f"{counted}.get")], what, 1)
                continue
            call = context.tree.parent(attribute)
            if isinstance(call, cst.Call) and call.func is attribute and plain_args(call, 1):
                yield from _in_loop(context, call, counted, imports)


def _in_loop(context: Context, call: cst.Call, counted: str, imports: list[Splice]) -> Iterator[Finding]:
    assert isinstance(call.func, cst.Attribute) and isinstance(call.func.value, cst.Name)
    values, element = call.func.value, call.args[0].value
    risk = _element_risk(context, values, element)
    place = hoist_place(context, values) if risk else None
    name = context.fresh_name(f"{values.value}_counts", f"{values.value}_counter")
    if risk is not None and place is not None and name is not None:
        splices = [*imports, insert_before(context, place.statement, f"{name} = {counted}")]
        splices.append(replace_whole(context, call, f"{name}[{context.tree.code(element)}]"))
        what = f"each `{values.value}.count` goes through the whole list; a Counter counts everything in one pass"
        yield Finding(call, splices, what, risk)


def _is_key(context: Context, attribute: cst.Attribute) -> bool:
    """Whether this is the key in `max(set(xs), key=xs.count)` or the like."""
    arg = context.tree.parent(attribute)
    call = context.tree.parent(arg) if isinstance(arg, cst.Arg) else None
    if (
        not isinstance(arg, cst.Arg)
        or arg.keyword is None
        or arg.keyword.value != "key"
        or not isinstance(call, cst.Call)
    ):
        return False
    if not context.scopes.is_builtin(call.func, "max", "min", "sorted") or not call.args:
        return False
    return _is_set_of(context, call.args[0].value, attribute.value)


def _is_set_of(context: Context, node: cst.BaseExpression, values: cst.BaseExpression) -> bool:
    made = isinstance(node, cst.Call) and context.scopes.is_builtin(node.func, "set", "frozenset")
    if not made or not isinstance(node, cst.Call) or not plain_args(node, 1):
        return False
    return context.tree.code(node.args[0].value) == context.tree.code(values)


def _element_risk(context: Context, values: cst.Name, element: cst.BaseExpression) -> int | None:
    """1 if the element is one of `set(values)`, 2 or 3 if it is one of `values`, None otherwise."""
    variable = context.variable(element)
    stores = [use for use in context.uses(variable) if use.occurrence.store] if variable else []
    if len(stores) != 1 or not isinstance(stores[0].node, (cst.For, cst.CompFor)):
        return None
    source = stores[0].node.iter
    if _is_set_of(context, source, values):
        return 1
    if context.tree.code(source) != values.value:
        return None
    if elements_hashable(context, values):
        return 2
    return 3 if likely_scalar(context, element) else None
