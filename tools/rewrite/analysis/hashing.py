"""How sure it is that a list's elements may live in a set."""

from __future__ import annotations

import re

import libcst as cst

from perfagent.tools.rewrite.analysis.context import Context
from perfagent.tools.rewrite.analysis.types import elements_hashable, is_empty_container, is_hashable, type_of

# What attributes, keys and variables that hold strings, numbers and the like are called in practice.
_SCALAR_NAME = re.compile(
    r"(^|_)(name|id|key|label|code|path|url|uri|title|kind|slug|hash|uuid|email|token|word|char|ch|text|line|lineno|"
    r"column|field|tag|index|idx|num|number|count|size|symbol|letter|digit|ext|suffix|prefix|filename|basename)$"
)


def hash_risk(context: Context, element: cst.BaseExpression, container: cst.BaseExpression) -> int | None:
    """Risk of putting the container's elements into a set and looking `element` up in it.

    Returns:
        2 if both can certainly be hashed; 3 if their names at least say so (a wrong guess raises TypeError,
        it gives no wrong answer); None otherwise.
    """
    proven = is_hashable(context, element), elements_hashable(context, container)
    if all(proven):
        return 2
    likely = proven[0] or likely_scalar(context, element), proven[1] or _likely_scalars(context, container)
    return 3 if all(likely) else None


def likely_scalar(context: Context, node: cst.BaseExpression) -> bool:
    """Whether the expression's name is one that strings and numbers have."""
    if is_hashable(context, node):
        return True
    if type_of(context, node) is not None:
        return False
    if isinstance(node, cst.Attribute):
        node = node.attr
    return isinstance(node, cst.Name) and _SCALAR_NAME.search(node.value.lower()) is not None


def _likely_scalars(context: Context, node: cst.BaseExpression) -> bool:
    """Whether everything put in a local list has such a name."""
    if isinstance(node, (cst.ListComp, cst.SetComp)):
        return likely_scalar(context, node.elt)
    variable = context.variable(node)
    if variable is None:
        return False
    put = []
    for use in context.uses(variable):
        if use.kind in ("bind", "augment") and use.value is not None:
            if not is_empty_container(use.value):
                put.append(elements_hashable(context, use.value) or _likely_scalars_of(context, use.value))
        elif use.kind == "method" and use.detail in ("append", "insert", "add"):
            call = use.node
            put.append(
                isinstance(call, cst.Call) and bool(call.args) and likely_scalar(context, call.args[-1].value)
            )
        elif (
            use.occurrence.store
            or (use.kind == "method" and use.detail in ("extend", "update"))
            or use.kind == "store_item"
        ):
            return False
    return bool(put) and all(put)


def _likely_scalars_of(context: Context, node: cst.BaseExpression) -> bool:
    return isinstance(node, (cst.ListComp, cst.SetComp)) and likely_scalar(context, node.elt)
