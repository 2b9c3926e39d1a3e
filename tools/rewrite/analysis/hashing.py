"""How sure it is that a list's elements may live in a set."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import libcst as cst

from perfagent.tools.rewrite.analysis import values
from perfagent.tools.rewrite.analysis.context import Context, Variable
from perfagent.tools.rewrite.analysis.types import (
    KEEPS_ELEMENTS,
    binding_type,
    element_type,
    is_empty_container,
    type_of,
)
from perfagent.tools.rewrite.analysis.uses import Use

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
            put.append(isinstance(call, cst.Call) and bool(call.args) and likely_scalar(context, call.args[-1].value))
        elif (
            use.occurrence.store
            or (use.kind == "method" and use.detail in ("extend", "update"))
            or use.kind == "store_item"
        ):
            return False
    return bool(put) and all(put)


def _likely_scalars_of(context: Context, node: cst.BaseExpression) -> bool:
    return isinstance(node, (cst.ListComp, cst.SetComp)) and likely_scalar(context, node.elt)


def is_hashable(context: Context, node: cst.CSTNode) -> bool:
    """Whether the expression's value can certainly be hashed, by its type or by where it comes from."""
    if type_of(context, node) in values.IMMUTABLE | {"frozenset"}:
        return True
    if isinstance(node, cst.Tuple):
        return all(isinstance(e, cst.Element) and is_hashable(context, e.value) for e in node.elements)
    if isinstance(node, cst.Call) and _is_text(node):
        return True
    variable = context.variable(node)
    if variable is None:
        return False
    with _asking(context, "value", variable) as first:
        stores = [use for use in context.uses(variable) if use.occurrence.store]
        return first and bool(stores) and all(_binds_hashable(context, use) for use in stores)


def _is_text(call: cst.Call) -> bool:
    """`x.lower()` and the like give a str or bytes; the exception is the `.str` accessor of data frames."""
    func = call.func
    if not isinstance(func, cst.Attribute) or values.method_result(func.attr.value) != "str":
        return False
    return not (isinstance(func.value, cst.Attribute) and func.value.attr.value == "str")


def _binds_hashable(context: Context, use: Use) -> bool:
    if use.kind == "bind" and use.value is not None:
        text = isinstance(use.value, cst.Call) and _is_text(use.value)
        return text or values.is_constant(use.value) or type_of(context, use.value) in values.IMMUTABLE
    if isinstance(use.node, cst.Param):
        return binding_type(context, use) in values.IMMUTABLE
    if isinstance(use.node, (cst.For, cst.CompFor)):
        return elements_hashable(context, use.node.iter)
    return _first_of_items(context, use)


def _first_of_items(context: Context, use: Use) -> bool:
    """`for key, value in x.items()`: the first name is a key; `for i, x in enumerate(...)`: a number."""
    element = use.node
    if not isinstance(element, cst.Element):
        return False
    pair = context.tree.parent(element)
    loop = context.tree.parent(pair) if pair is not None else None
    if (
        not isinstance(pair, cst.Tuple)
        or not isinstance(loop, (cst.For, cst.CompFor))
        or not isinstance(loop.iter, cst.Call)
    ):
        return False
    position = pair.elements.index(element)
    call = loop.iter
    if context.scopes.is_builtin(call.func, "enumerate") and call.args:
        return position == 0 or elements_hashable(context, call.args[0].value)
    items = isinstance(call.func, cst.Attribute) and call.func.attr.value == "items" and not call.args
    return items and position == 0


def elements_hashable(context: Context, node: cst.CSTNode) -> bool:
    """Whether everything that iterating over `node` gives can certainly be hashed."""
    if type_of(context, node) in ("set", "frozenset", "dict"):
        return True
    if element_type(context, node) in values.IMMUTABLE | {"frozenset"}:
        return True
    if isinstance(node, cst.Call):
        keys = isinstance(node.func, cst.Attribute) and node.func.attr.value == "keys" and not node.args
        wraps = context.scopes.is_builtin(node.func, "list", "sorted", "tuple", "reversed") and bool(node.args)
        return keys or (wraps and elements_hashable(context, node.args[0].value))
    if isinstance(node, (cst.List, cst.Tuple)):
        return all(isinstance(e, cst.Element) and is_hashable(context, e.value) for e in node.elements)
    if isinstance(node, (cst.ListComp, cst.GeneratorExp)):
        return is_hashable(context, node.elt)
    variable = context.variable(node)
    if variable is None:
        return False
    with _asking(context, "elements", variable) as first:
        return first and _holds_hashables(context, variable)


def _holds_hashables(context: Context, variable: Variable) -> bool:
    """Whether everything ever put in a local container can be hashed."""
    some = False
    for use in context.uses(variable):
        if use.kind in ("bind", "augment") and use.value is not None:
            if not is_empty_container(use.value) and not elements_hashable(context, use.value):
                return False
            some = True
        elif use.kind == "method" and use.detail in ("append", "add", "insert"):
            call = use.node
            if not isinstance(call, cst.Call) or not call.args or not is_hashable(context, call.args[-1].value):
                return False
        elif use.kind == "method" and use.detail in ("extend", "update"):
            call = use.node
            if not isinstance(call, cst.Call) or not call.args or not elements_hashable(context, call.args[-1].value):
                return False
        elif use.kind not in KEEPS_ELEMENTS or use.occurrence.store:
            return False
    return some


@contextmanager
def _asking(context: Context, question: str, variable: Variable) -> Iterator[bool]:
    """False when the question is being answered already: what depends on itself is unknown."""
    key = (question, id(variable.scope), variable.name)
    first = key not in context.asked
    context.asked.add(key)
    try:
        yield first
    finally:
        if first:
            context.asked.discard(key)
