"""What evaluating an expression or running a loop may change."""

from __future__ import annotations

import libcst as cst

from perfagent.tools.rewrite.analysis import values
from perfagent.tools.rewrite.analysis.context import Context, Variable
from perfagent.tools.rewrite.analysis.scopes import Comprehension
from perfagent.tools.rewrite.analysis.tree import children, walk
from perfagent.tools.rewrite.analysis.types import type_of, variable_type

# Builtins that change nothing, given arguments whose own methods change nothing.
PURE_BUILTINS = frozenset(
    [
        "abs",
        "all",
        "any",
        "ascii",
        "bin",
        "bool",
        "bytes",
        "callable",
        "chr",
        "complex",
        "dict",
        "divmod",
        "enumerate",
        "filter",
        "float",
        "format",
        "frozenset",
        "getattr",
        "hasattr",
        "hash",
        "hex",
        "id",
        "int",
        "isinstance",
        "issubclass",
        "len",
        "list",
        "map",
        "max",
        "min",
        "oct",
        "ord",
        "pow",
        "range",
        "repr",
        "reversed",
        "round",
        "set",
        "slice",
        "sorted",
        "str",
        "sum",
        "tuple",
        "type",
        "zip",
    ]
)
# Methods of strings, and reading methods of the builtin containers.
PURE_METHODS = frozenset(
    [
        "lower",
        "upper",
        "strip",
        "lstrip",
        "rstrip",
        "split",
        "rsplit",
        "splitlines",
        "startswith",
        "endswith",
        "replace",
        "join",
        "format",
        "find",
        "rfind",
        "encode",
        "decode",
        "isdigit",
        "isalpha",
        "isalnum",
        "isspace",
        "isupper",
        "islower",
        "title",
        "capitalize",
        "casefold",
        "partition",
        "rpartition",
        "zfill",
        "ljust",
        "rjust",
        "center",
        "translate",
        "removeprefix",
        "removesuffix",
        "get",
        "keys",
        "values",
        "items",
        "copy",
        "count",
        "index",
        "union",
        "intersection",
        "difference",
        "issubset",
        "issuperset",
        "isdisjoint",
        "bit_length",
        "as_integer_ratio",
    ]
)
MUTATORS = frozenset(
    [
        "append",
        "add",
        "insert",
        "extend",
        "update",
        "pop",
        "popitem",
        "popleft",
        "appendleft",
        "remove",
        "discard",
        "clear",
        "sort",
        "reverse",
        "setdefault",
    ]
)
_SUSPENDS = (cst.Await, cst.Yield, cst.NamedExpr)


def is_pure(context: Context, node: cst.CSTNode) -> bool:
    """Whether evaluating the expression changes nothing: it may be done once more, once less or earlier.

    Attribute reads, operators and the named builtins and methods are taken as pure; other calls are not.
    """
    for below in walk(node):
        if isinstance(below, _SUSPENDS):
            return False
        if isinstance(below, cst.Call) and not is_pure_call(context, below):
            return False
    return True


def is_pure_call(context: Context, call: cst.Call) -> bool:
    """Whether the call, arguments aside, is to a builtin or a method that changes nothing."""
    if isinstance(call.func, cst.Name):
        return context.scopes.is_builtin(call.func) and call.func.value in PURE_BUILTINS
    if isinstance(call.func, cst.Attribute):
        return call.func.attr.value in PURE_METHODS
    return False


def is_stable(context: Context, node: cst.BaseExpression, loop: cst.CSTNode) -> bool:
    """Whether the pure expression gives the same value each time round the loop.

    Every name in it must keep its value in the loop, and every container it reads must not change there.
    """
    if not is_pure(context, node):
        return False
    for name in context.identifiers(node):
        variable = context.variable(name)
        if variable is None:
            continue
        if context.tree.inside(variable.scope.node, node):
            continue
        if may_change(context, variable, loop):
            return False
    # An attribute may be rebound by any call, and by any store to an attribute of that name.
    attributes = {n.attr.value for n in walk(node) if isinstance(n, cst.Attribute) and not _is_method(context, n)}
    return not attributes or (calls_harmless(context, loop) and not _stores_attribute(loop))


def _is_method(context: Context, node: cst.Attribute) -> bool:
    parent = context.tree.parent(node)
    return isinstance(parent, cst.Call) and parent.func is node


def _stores_attribute(loop: cst.CSTNode) -> bool:
    for node in walk(loop):
        target: cst.CSTNode | None = None
        if isinstance(node, (cst.AssignTarget, cst.AugAssign, cst.AnnAssign, cst.Del, cst.For)):
            target = node.target
        if target is not None and any(isinstance(n, (cst.Attribute, cst.Subscript)) for n in walk(target)):
            return True
    return False


def may_change(context: Context, variable: Variable, loop: cst.CSTNode) -> bool:
    """Whether the variable may be rebound, or the object it holds changed, while the loop runs."""
    if not isinstance(variable.scope.node, (cst.FunctionDef, cst.Lambda, *Comprehension)):
        return not _constant_global(context, variable)
    if context.rebound_in(variable, loop):
        return True
    if _rebinds_elsewhere(context, variable):
        return True
    if variable_type(context, variable) in values.IMMUTABLE:
        return False
    for use in context.uses_in(variable, loop):
        if use.kind in ("other", "store_item"):
            return True
        if use.kind == "attribute" and use.detail in MUTATORS:
            return True
        if use.kind == "method" and use.detail not in PURE_METHODS:
            return True
    return not (is_private(context, variable) or calls_harmless(context, loop))


def _rebinds_elsewhere(context: Context, variable: Variable) -> bool:
    """Whether a nested function rebinds the variable, which then may happen at any call."""
    return any(o.store and o.scope is not variable.scope for o in context.occurrences(variable))


def _constant_global(context: Context, variable: Variable) -> bool:
    """Whether a module's name is bound once, there, by def, class, import or an upper-case constant."""
    stores = [o for o in context.occurrences(variable) if o.store]
    if len(stores) != 1 or stores[0].scope is not variable.scope:
        return False
    node = stores[0].node
    if isinstance(node, (cst.FunctionDef, cst.ClassDef)):
        return True
    return any(isinstance(above, (cst.Import, cst.ImportFrom)) for above in context.tree.ancestors(node))


def is_private(context: Context, variable: Variable) -> bool:
    """Whether the variable only ever holds containers built in this function that nothing else can reach."""
    fresh = ("list", "set", "dict", "tuple", "bytearray")
    for use in context.uses(variable):
        if use.occurrence.store:
            if use.kind == "augment":
                continue
            if use.kind != "bind" or use.value is None or not is_fresh(context, use.value, fresh):
                return False
        elif use.kind in ("other", "attribute"):
            return False
    return not context.captured(variable)


def is_fresh(context: Context, node: cst.BaseExpression, kinds: tuple[str, ...]) -> bool:
    """Whether the expression builds a new object of one of these builtin types each time."""
    if isinstance(node, (cst.Name, cst.Attribute, cst.IfExp, cst.BooleanOperation)):
        return False
    return type_of(context, node) in kinds


def calls_harmless(context: Context, node: cst.CSTNode) -> bool:
    """Whether no call below `node` can run code that changes objects it was not given.

    Pure calls and the mutating methods of local containers are harmless; anything else may do anything.
    """
    for below in walk(node):
        if isinstance(below, (cst.Await, cst.Yield)):
            return False
        if isinstance(below, cst.Call) and not is_pure_call(context, below) and not _local_mutation(context, below):
            return False
    return True


def _local_mutation(context: Context, call: cst.Call) -> bool:
    func = call.func
    if not isinstance(func, cst.Attribute) or func.attr.value not in MUTATORS:
        return False
    variable = context.local(func.value)
    return variable is not None and is_private(context, variable)


def has_flow(node: cst.CSTNode, *kinds: type[cst.CSTNode]) -> bool:
    """Whether one of these statements stands below `node`, nested functions left out."""
    if isinstance(node, kinds):
        return True
    if isinstance(node, (cst.FunctionDef, cst.Lambda, cst.ClassDef)):
        return False
    return any(has_flow(child, *kinds) for child in children(node))
