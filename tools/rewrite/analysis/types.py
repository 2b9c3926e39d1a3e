"""The type of an expression, as far as the function that holds it shows."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from perfagent.tools.rewrite.analysis import values
from perfagent.tools.rewrite.analysis.context import Context, Variable
from perfagent.tools.rewrite.analysis.uses import Use

# How many names a chain of assignments may go through; deeper ones are rare and cost time.
_DEPTH = 4

# A variable bound more often than this counts as unknown, which bounds the work in generated code.
_MOST_BINDINGS = 12

# Operators that give a value of the left operand's type when both operands have the same type.
_SAME_TYPE = (cst.Add, cst.BitAnd, cst.BitOr, cst.Subtract, cst.FloorDivide, cst.Modulo, cst.Multiply)
_COPIES = {"dict": ("copy",), "list": ("copy",), "set": ("copy", "union", "intersection", "difference")}


def type_of(context: Context, node: cst.CSTNode, depth: int = _DEPTH) -> str | None:
    """The builtin type's name (`list`, `str`, `iterator`, ...), None when it is not certain.

    A parameter's annotation is believed; a default value is not.
    """
    known = values.literal_type(node)
    if known is not None or depth == 0:
        return known
    if isinstance(node, cst.Name):
        variable = context.variable(node)
        return variable_type(context, variable, depth - 1) if variable else None
    if isinstance(node, cst.Call):
        return _call_type(context, node, depth)
    if isinstance(node, cst.BinaryOperation):
        return _operation_type(context, node, depth)
    if isinstance(node, cst.Comparison):
        return "bool" if _all_contain(node) else None
    if isinstance(node, cst.IfExp):
        kinds = {type_of(context, branch, depth - 1) for branch in (node.body, node.orelse)}
        return kinds.pop() if len(kinds) == 1 else None
    if isinstance(node, cst.Subscript):
        return _subscript_type(context, node, depth)
    return None


def _all_contain(node: cst.Comparison) -> bool:
    return all(isinstance(t.operator, (cst.In, cst.NotIn, cst.Is, cst.IsNot)) for t in node.comparisons)


def _call_type(context: Context, node: cst.Call, depth: int) -> str | None:
    func = node.func
    if context.scopes.is_builtin(func) and isinstance(func, cst.Name):
        return values.BUILTIN_RESULT.get(func.value)
    if isinstance(func, cst.Attribute):
        owner = type_of(context, func.value, depth - 1)
        if owner == "bytes" and values.method_result(func.attr.value) == "str":
            return "bytes"
        if owner == "str":
            return "str" if func.attr.value in ("join", "replace", "format", "translate") else _by_method(func)
        if owner in _COPIES and func.attr.value in _COPIES[owner]:
            return owner
    return None


def _by_method(func: cst.Attribute) -> str | None:
    return values.method_result(func.attr.value)


def _operation_type(context: Context, node: cst.BinaryOperation, depth: int) -> str | None:
    left = type_of(context, node.left, depth - 1)
    if left == "str" and isinstance(node.operator, cst.Modulo):
        return "str"
    if left in ("list", "str", "bytes", "tuple") and isinstance(node.operator, cst.Add):
        return left if type_of(context, node.right, depth - 1) == left else None
    if left == type_of(context, node.right, depth - 1) == "int" and isinstance(node.operator, _SAME_TYPE):
        return "int"
    if left == "list" and isinstance(node.operator, cst.Multiply):
        return "list" if type_of(context, node.right, depth - 1) == "int" else None
    return None


def _subscript_type(context: Context, node: cst.Subscript, depth: int) -> str | None:
    owner = type_of(context, node.value, depth - 1)
    if owner == "str":
        return "str"
    sliced = len(node.slice) == 1 and isinstance(node.slice[0].slice, cst.Slice)
    return owner if sliced and owner in ("list", "tuple", "bytes") else None


def variable_type(context: Context, variable: Variable, depth: int = _DEPTH) -> str | None:
    """The type all bindings of a variable agree on, None when one is unknown.

    A binding that uses the variable itself (`s = s + "x"`) is judged on the assumption that the others
    are right.
    """
    key = (id(variable.scope), variable.name)
    if key in context.assumed:
        return context.assumed[key]
    known = (*key, depth)
    if known not in context.known_types or context.assumed:
        kind = _agreed_type(context, key, variable, depth)
        # What was found under an assumption about another variable holds only under it.
        if context.assumed:
            return kind
        context.known_types[known] = kind
    return context.known_types[known]


def _agreed_type(context: Context, key: tuple[int, str], variable: Variable, depth: int) -> str | None:
    stores = [use for use in context.uses(variable) if use.occurrence.store]
    if len(stores) > _MOST_BINDINGS:
        return None
    kinds = _assuming(context, key, None, stores, depth)
    known = {kind for kind in kinds if kind is not None}
    if len(known) != 1 or None not in kinds:
        return known.pop() if len(known) == 1 else None
    candidate = known.pop()
    return candidate if _assuming(context, key, candidate, stores, depth) == {candidate} else None


def _assuming(
    context: Context, key: tuple[int, str], kind: str | None, stores: list[Use], depth: int
) -> set[str | None]:
    """The types of the bindings, if the variable has the type `kind`."""
    context.assumed[key] = kind
    try:
        return {binding_type(context, use, depth) for use in stores}
    finally:
        del context.assumed[key]


def binding_type(context: Context, use: Use, depth: int = _DEPTH) -> str | None:
    """The type a single binding gives the variable, None when it is not certain."""
    if use.kind == "bind" and use.value is not None:
        return type_of(context, use.value, depth)
    if use.kind == "augment" and use.value is not None and isinstance(use.occurrence.node, cst.Name):
        return _augmented_type(context, use, depth)
    node = use.node
    if isinstance(node, cst.Param) and node.star == "" and not _may_be_none(node):
        return values.annotation_type(node.annotation)
    if isinstance(node, cst.Param) and isinstance(node.star, str):
        return {"*": "tuple", "**": "dict"}.get(node.star)
    if isinstance(node, (cst.For, cst.CompFor)):
        return element_type(context, node.iter, depth)
    return None


def _may_be_none(param: cst.Param) -> bool:
    return isinstance(param.default, cst.Name) and param.default.value == "None"


def _augmented_type(context: Context, use: Use, depth: int) -> str | None:
    assert use.value is not None
    added = type_of(context, use.value, depth - 1) if depth else None
    if use.detail == "AddAssign":
        # list += anything iterable stays a list, str += str a str, int += int an int.
        return added if added in ("int", "str", "bytes", "tuple", "list") else None
    if use.detail in ("SubtractAssign", "MultiplyAssign", "FloorDivideAssign", "ModuloAssign"):
        return "int" if added == "int" else None
    return None


def element_type(context: Context, node: cst.CSTNode, depth: int = _DEPTH) -> str | None:
    """The type of what iterating over `node` gives, None when it is not certain."""
    if depth == 0:
        return None
    if isinstance(node, (cst.List, cst.Set, cst.Tuple)):
        kinds = {type_of(context, e.value, depth - 1) if isinstance(e, cst.Element) else None for e in node.elements}
        return kinds.pop() if len(kinds) == 1 else None
    if isinstance(node, (cst.ListComp, cst.SetComp, cst.GeneratorExp)):
        return type_of(context, node.elt, depth - 1)
    if isinstance(node, cst.Call):
        return _call_element(context, node, depth)
    kind = type_of(context, node, depth)
    if kind == "str":
        return "str"
    if kind in ("bytes", "range"):
        return "int"
    variable = context.variable(node)
    return _variable_element(context, variable, depth - 1) if variable else None


def _call_element(context: Context, node: cst.Call, depth: int) -> str | None:
    func = node.func
    if context.scopes.is_builtin(func, "range"):
        return "int"
    if context.scopes.is_builtin(func, "sorted", "list", "set", "tuple", "frozenset", "reversed", "iter") and node.args:
        return element_type(context, node.args[0].value, depth - 1)
    if isinstance(func, cst.Attribute):
        owner = type_of(context, func.value, depth - 1)
        if owner in ("str", "bytes") and func.attr.value in ("split", "rsplit", "splitlines"):
            return owner
    return None


def _variable_element(context: Context, variable: Variable, depth: int) -> str | None:
    """The element type of a local container: all that was ever put in, through every use, agrees."""
    kinds: set[str | None] = set()
    for use in context.uses(variable):
        if isinstance(use.node, cst.Param):
            kinds.add(values.annotation_element(use.node.annotation))
        elif use.kind == "bind" and use.value is not None:
            if not is_empty_container(use.value):
                kinds.add(element_type(context, use.value, depth))
        elif use.kind == "augment" and use.value is not None:
            kinds.add(element_type(context, use.value, depth))
        elif use.kind == "method" and use.detail in (
            "append",
            "add",
            "insert",
            "extend",
            "update",
            "appendleft",
        ):
            kinds.update(_added(context, use, depth))
        elif use.kind not in KEEPS_ELEMENTS or use.occurrence.store:
            return None
    return kinds.pop() if len(kinds) == 1 else None


KEEPS_ELEMENTS = frozenset(
    ["method", "index", "slice", "member", "iterate", "read", "truth", "return", "discard", "key"]
)


def _added(context: Context, use: Use, depth: int) -> Iterator[str | None]:
    assert isinstance(use.node, cst.Call)
    if use.node.args:
        value = use.node.args[-1].value
        whole = use.detail in ("extend", "update")
        yield element_type(context, value, depth) if whole else type_of(context, value, depth)


def is_empty_container(node: cst.CSTNode) -> bool:
    """Whether the expression is `[]`, `{}`, `()`, `list()`, `set()`, `dict()` or `tuple()`."""
    if isinstance(node, (cst.List, cst.Dict, cst.Tuple)):
        return not node.elements
    if isinstance(node, cst.Call) and isinstance(node.func, cst.Name):
        return node.func.value in ("list", "set", "dict", "tuple") and not node.args
    return False
