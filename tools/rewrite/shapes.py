"""Small questions about the shape of a syntax tree."""

from __future__ import annotations

from typing import TypeGuard, TypeVar

import libcst as cst

SmallT = TypeVar("SmallT", bound=cst.BaseSmallStatement)


def simple_statement(statement: cst.CSTNode | None, kind: type[SmallT]) -> SmallT | None:
    """The one small statement of a line if it is of this kind."""
    if isinstance(statement, cst.SimpleStatementLine) and len(statement.body) == 1:
        small = statement.body[0]
        return small if isinstance(small, kind) else None
    return None


def method_call(node: cst.CSTNode | None, *methods: str) -> cst.Call | None:
    """The call if `node` is `something.method(...)` with one of these methods."""
    if isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute) and node.func.attr.value in methods:
        return node
    return None


def plain_args(call: cst.Call, count: int) -> bool:
    """Whether the call has exactly `count` arguments, none by keyword, none starred."""
    return len(call.args) == count and not any(arg.keyword or arg.star for arg in call.args)


def only_index(node: cst.CSTNode) -> cst.BaseExpression | None:
    """The index of `v[index]`, None for slices and several indices."""
    if isinstance(node, cst.Subscript) and len(node.slice) == 1 and isinstance(node.slice[0].slice, cst.Index):
        index = node.slice[0].slice
        return index.value if index.star is None else None
    return None


def in_list(node: cst.Comparison) -> tuple[cst.BaseExpression, bool] | None:
    """What stands right of a single `in` or `not in`, and whether it is `not in`."""
    if len(node.comparisons) != 1 or not isinstance(node.comparisons[0].operator, (cst.In, cst.NotIn)):
        return None
    target = node.comparisons[0]
    return target.comparator, isinstance(target.operator, cst.NotIn)


def is_display(node: cst.CSTNode) -> TypeGuard[cst.List | cst.Set | cst.Tuple]:
    """Whether the expression lists its elements: `[a, b]`, `(a, b)`, `{a, b}`."""
    return isinstance(node, (cst.List, cst.Set, cst.Tuple))
