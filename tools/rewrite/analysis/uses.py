"""What is done with a variable at one place: bound, called upon, indexed, tested, or let out of sight."""

from __future__ import annotations

from dataclasses import dataclass

import libcst as cst

from perfagent.tools.rewrite.analysis.scopes import Occurrence
from perfagent.tools.rewrite.analysis.tree import ModuleTree

# Builtins that read their argument, keep no reference to it once used up, and do not change it.
READERS = frozenset(
    [
        "len",
        "sum",
        "min",
        "max",
        "any",
        "all",
        "sorted",
        "list",
        "tuple",
        "set",
        "frozenset",
        "str",
        "repr",
        "bool",
        "print",
        "isinstance",
        "type",
        "id",
        "enumerate",
        "zip",
        "reversed",
        "range",
    ]
)

# Those of them whose result refers to the argument until it is used up.
_LAZY = frozenset({"enumerate", "zip", "reversed"})


@dataclass(frozen=True, slots=True, eq=False)
class Use:
    """One use of a variable.

    Attributes:
        occurrence: where.
        kind: `bind` (a plain assignment), `augment`, `target` (bound by for, with, unpacking, an import...),
            `method`, `index` (v[i] read), `slice` (v[a:b] read), `store_item` (v[i] = or del v[i]),
            `member` (x in v),
            `iterate`, `read` (argument of a builtin that only reads), `truth`, `return`, `attribute`,
            `operand` (of an arithmetic operator or a comparison, which give a new object), `key` (w[v]),
            `discard` (a bare expression) or `other`: the value may get out of sight.
        detail: the method's, attribute's or builtin's name; empty otherwise.
        node: the whole construct: the call, the subscript, the comparison, the loop, the assignment.
        value: for `bind` and `augment` the expression on the right, else None.
    """

    occurrence: Occurrence
    kind: str
    detail: str
    node: cst.CSTNode
    value: cst.BaseExpression | None = None


_Kind = tuple[str, str, cst.CSTNode]

_SIMPLE: dict[type[cst.CSTNode], str] = {
    cst.Index: "key",
    cst.BinaryOperation: "operand",
    cst.Comparison: "operand",
    cst.Return: "return",
    cst.Expr: "discard",
}


def classify(tree: ModuleTree, occurrence: Occurrence) -> Use:
    """What is done with the variable at `occurrence`."""
    if occurrence.store:
        return _classify_store(tree, occurrence)
    parent = tree.parent(occurrence.node)
    if parent is None:
        return Use(occurrence, "other", "", occurrence.node)
    return Use(occurrence, *_classify_read(tree, occurrence.node, parent))


def is_test(tree: ModuleTree, node: cst.CSTNode) -> bool:
    """Whether only the expression's truth is used: by `if`, `while`, `not`, also through `and` and `or`."""
    parent = tree.parent(node)
    if isinstance(parent, cst.BooleanOperation):
        return is_test(tree, parent)
    if isinstance(parent, (cst.If, cst.While, cst.IfExp, cst.CompIf, cst.Assert)):
        return parent.test is node
    return isinstance(parent, cst.UnaryOperation) and isinstance(parent.operator, cst.Not)


def _classify_store(tree: ModuleTree, occurrence: Occurrence) -> Use:
    parent = tree.parent(occurrence.node)
    if isinstance(occurrence.node, cst.Param):
        return Use(occurrence, "target", "", occurrence.node)
    if isinstance(parent, cst.AssignTarget):
        assign = tree.parent(parent)
        if isinstance(assign, cst.Assign) and len(assign.targets) == 1:
            return Use(occurrence, "bind", "", assign, assign.value)
    if isinstance(parent, cst.AnnAssign) and parent.target is occurrence.node:
        return Use(occurrence, "bind" if parent.value else "target", "", parent, parent.value)
    if isinstance(parent, cst.AugAssign) and parent.target is occurrence.node:
        return Use(occurrence, "augment", type(parent.operator).__name__, parent, parent.value)
    return Use(occurrence, "target", "", parent or occurrence.node)


def _classify_read(tree: ModuleTree, node: cst.CSTNode, parent: cst.CSTNode) -> _Kind:
    if isinstance(parent, cst.Attribute):
        return _of_attribute(tree, parent)
    if isinstance(parent, cst.Subscript) and parent.value is node:
        return _of_subscript(tree, parent)
    if isinstance(parent, cst.ComparisonTarget):
        member = isinstance(parent.operator, (cst.In, cst.NotIn))
        return "member" if member else "operand", "", tree.parent(parent) or parent
    if isinstance(parent, cst.Arg):
        return _of_argument(tree, parent)
    if isinstance(parent, (cst.For, cst.CompFor)) and parent.iter is node:
        return "iterate", "", parent
    if is_test(tree, node):
        return "truth", "", parent
    return _SIMPLE.get(type(parent), "other"), "", parent


def _of_attribute(tree: ModuleTree, attribute: cst.Attribute) -> _Kind:
    above = tree.parent(attribute)
    if isinstance(above, cst.Call) and above.func is attribute:
        return "method", attribute.attr.value, above
    return "attribute", attribute.attr.value, attribute


def _of_subscript(tree: ModuleTree, subscript: cst.Subscript) -> _Kind:
    if _is_stored(tree, subscript):
        return "store_item", "", subscript
    sliced = any(isinstance(element.slice, cst.Slice) for element in subscript.slice)
    return "slice" if sliced else "index", "", subscript


def _is_stored(tree: ModuleTree, target: cst.CSTNode) -> bool:
    """Whether an expression is assigned to or deleted, also as a part of an unpacking."""
    above = tree.parent(target)
    if isinstance(above, (cst.AssignTarget, cst.Del, cst.AsName)):
        return True
    if isinstance(above, (cst.AugAssign, cst.AnnAssign, cst.For, cst.CompFor)):
        return above.target is target
    if isinstance(above, (cst.Tuple, cst.List, cst.Element, cst.StarredElement)):
        return _is_stored(tree, above)
    return False


def _of_argument(tree: ModuleTree, arg: cst.Arg) -> _Kind:
    call = tree.parent(arg)
    if not isinstance(call, cst.Call) or arg.star or not isinstance(call.func, cst.Name):
        return "other", "", call or arg
    name = call.func.value
    # max(a, b) returns one of its arguments, and so another name for the variable's value.
    picks = name in ("min", "max") and sum(a.keyword is None for a in call.args) != 1
    keeps = name in _LAZY and not _consumed(tree, call)
    return ("read", name, call) if name in READERS and not picks and not keeps else ("other", "", call)


def _consumed(tree: ModuleTree, call: cst.Call) -> bool:
    """Whether an iterator is used up where it is made, and so holds the variable's value no longer."""
    above = tree.parent(call)
    if isinstance(above, (cst.For, cst.CompFor)):
        return above.iter is call
    outer = tree.parent(above) if isinstance(above, cst.Arg) else None
    if not isinstance(outer, cst.Call) or not isinstance(outer.func, cst.Name):
        return False
    return outer.func.value in READERS and (outer.func.value not in _LAZY or _consumed(tree, outer))
