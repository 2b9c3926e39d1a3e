"""What is done with a variable at one place: bound, called upon, indexed, tested, iterated, or let out of sight."""

from __future__ import annotations

from dataclasses import dataclass

import libcst as cst

from perfagent.tools.rewrite.analysis.scopes import Occurrence
from perfagent.tools.rewrite.analysis.tree import ModuleTree

# Builtins that read their argument, keep no reference to it and do not change it.
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


@dataclass(frozen=True, slots=True, eq=False)
class Use:
    """One use of a variable.

    Attributes:
        occurrence: where.
        kind: `bind` (a plain assignment), `augment`, `target` (bound by for, with, unpacking, a parameter, an import...),
            `method`, `index` (v[i] read), `slice` (v[a:b] read), `store_item` (v[i] = or del v[i]), `member` (x in v),
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


def classify(tree: ModuleTree, occurrence: Occurrence) -> Use:
    """What is done with the variable at `occurrence`."""
    if occurrence.store:
        return _classify_store(tree, occurrence)
    node = occurrence.node
    parent = tree.parent(node)
    if parent is None:
        return Use(occurrence, "other", "", node)
    handler = _HANDLERS.get(type(parent))
    kind, detail, whole = handler(tree, node, parent) if handler else ("other", "", parent)
    return Use(occurrence, kind, detail, whole)


def _classify_store(tree: ModuleTree, occurrence: Occurrence) -> Use:
    parent = tree.parent(occurrence.node)
    if isinstance(parent, cst.AssignTarget):
        assign = tree.parent(parent)
        if isinstance(assign, cst.Assign) and len(assign.targets) == 1:
            return Use(occurrence, "bind", "", assign, assign.value)
    if isinstance(parent, cst.AnnAssign) and parent.target is occurrence.node:
        return Use(occurrence, "bind" if parent.value else "target", "", parent, parent.value)
    if isinstance(parent, cst.AugAssign) and parent.target is occurrence.node:
        return Use(occurrence, "augment", type(parent.operator).__name__, parent, parent.value)
    return Use(occurrence, "target", "", parent or occurrence.node)


_Kind = tuple[str, str, cst.CSTNode]


def _of_attribute(tree: ModuleTree, node: cst.CSTNode, parent: cst.CSTNode) -> _Kind:
    assert isinstance(parent, cst.Attribute)
    above = tree.parent(parent)
    if isinstance(above, cst.Call) and above.func is parent:
        return "method", parent.attr.value, above
    return "attribute", parent.attr.value, parent


def _of_subscript(tree: ModuleTree, node: cst.CSTNode, parent: cst.CSTNode) -> _Kind:
    assert isinstance(parent, cst.Subscript)
    if parent.value is not node:
        return "other", "", parent
    above = tree.parent(parent)
    stored = isinstance(above, (cst.AssignTarget, cst.Del, cst.AsName))
    stored = stored or (
        isinstance(above, (cst.AugAssign, cst.AnnAssign, cst.For, cst.CompFor)) and above.target is parent
    )
    stored = stored or (isinstance(above, (cst.Element, cst.StarredElement)) and _unpacked(tree, above))
    if stored:
        return "store_item", "", parent
    sliced = any(isinstance(element.slice, cst.Slice) for element in parent.slice)
    return ("slice" if sliced else "index"), "", parent


def _unpacked(tree: ModuleTree, element: cst.CSTNode) -> bool:
    for above in tree.ancestors(element):
        if isinstance(above, (cst.AssignTarget, cst.Del, cst.AsName)):
            return True
        if isinstance(above, (cst.For, cst.CompFor)):
            return tree.inside(element, above.target)
        if not isinstance(above, (cst.Tuple, cst.List, cst.Element, cst.StarredElement)):
            return False
    return False


def _of_subscript_index(tree: ModuleTree, node: cst.CSTNode, parent: cst.CSTNode) -> _Kind:
    return "key", "", parent


def _of_membership(tree: ModuleTree, node: cst.CSTNode, parent: cst.CSTNode) -> _Kind:
    inside = isinstance(parent, cst.ComparisonTarget) and isinstance(parent.operator, (cst.In, cst.NotIn))
    return ("member" if inside else "operand"), "", tree.parent(parent) or parent


def _of_operator(tree: ModuleTree, node: cst.CSTNode, parent: cst.CSTNode) -> _Kind:
    return "operand", "", parent


def _of_argument(tree: ModuleTree, node: cst.CSTNode, parent: cst.CSTNode) -> _Kind:
    call = tree.parent(parent)
    if isinstance(call, cst.Call) and isinstance(parent, cst.Arg) and not parent.star:
        func = call.func
        # max(a, b) returns one of its arguments, and so another name for the variable's value.
        picks = isinstance(func, cst.Name) and func.value in ("min", "max") and _positional(call) != 1
        if isinstance(func, cst.Name) and func.value in READERS and not picks:
            return "read", func.value, call
    return "other", "", call or parent


def _positional(call: cst.Call) -> int:
    return sum(arg.keyword is None for arg in call.args)


def _of_loop(tree: ModuleTree, node: cst.CSTNode, parent: cst.CSTNode) -> _Kind:
    assert isinstance(parent, (cst.For, cst.CompFor))
    return ("iterate" if parent.iter is node else "other"), "", parent


def _of_test(tree: ModuleTree, node: cst.CSTNode, parent: cst.CSTNode) -> _Kind:
    return ("truth" if is_test(tree, node) else "other"), "", parent


def is_test(tree: ModuleTree, node: cst.CSTNode) -> bool:
    """Whether of the expression's value only its truth is used: `if`, `while`, `not`, through `and` and `or`."""
    parent = tree.parent(node)
    if isinstance(parent, cst.BooleanOperation):
        return is_test(tree, parent)
    if isinstance(parent, (cst.If, cst.While, cst.IfExp, cst.CompIf, cst.Assert)):
        return parent.test is node
    return isinstance(parent, cst.UnaryOperation) and isinstance(parent.operator, cst.Not)


def _of_return(tree: ModuleTree, node: cst.CSTNode, parent: cst.CSTNode) -> _Kind:
    return "return", "", parent


def _of_expression(tree: ModuleTree, node: cst.CSTNode, parent: cst.CSTNode) -> _Kind:
    return "discard", "", parent


_HANDLERS = {
    cst.Attribute: _of_attribute,
    cst.Subscript: _of_subscript,
    cst.Index: _of_subscript_index,
    cst.ComparisonTarget: _of_membership,
    cst.BinaryOperation: _of_operator,
    cst.Comparison: _of_operator,
    cst.Arg: _of_argument,
    cst.For: _of_loop,
    cst.CompFor: _of_loop,
    cst.If: _of_test,
    cst.While: _of_test,
    cst.IfExp: _of_test,
    cst.CompIf: _of_test,
    cst.Assert: _of_test,
    cst.BooleanOperation: _of_test,
    cst.UnaryOperation: _of_test,
    cst.Return: _of_return,
    cst.Expr: _of_expression,
}
