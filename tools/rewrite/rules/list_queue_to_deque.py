"""A local list used as a queue becomes a deque."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from perfagent.tools.rewrite.analysis.context import Context, Variable
from perfagent.tools.rewrite.analysis.effects import is_fresh
from perfagent.tools.rewrite.analysis.uses import Use
from perfagent.tools.rewrite.edits import Splice, replace, replace_whole
from perfagent.tools.rewrite.imports import add_import
from perfagent.tools.rewrite.rule import Finding, PatternRule
from perfagent.tools.rewrite.shapes import only_index, plain_args

# Uses that mean the same for a list and a deque; the others must be translated or refused.
_SHARED_METHODS = frozenset({"append", "extend", "clear", "count", "remove", "reverse"})
_SHARED_READERS = frozenset({"len", "any", "all", "sum", "min", "max", "sorted", "list", "set", "tuple", "enumerate"})
_GROWS = frozenset({"append", "extend", "insert", "pop", "clear", "remove", "reverse"})


class ListQueueToDeque(PatternRule):
    """See the class attributes."""

    name = "list-queue-to-deque"
    looks_for = "A local list that is consumed by `pop(0)` or fed by `insert(0, x)` in a loop."
    safe_when = "The list never leaves the function and is only appended to, popped, tested, measured, iterated."
    why = "`pop(0)` and `insert(0, x)` move every element of a list; a deque does both in constant time."
    example = """\
def reachable(graph, start):
    seen = {start}
    queue = [start]
    while queue:
        node = queue.pop(0)
        for other in graph[node]:
            if other not in seen:
                seen.add(other)
                queue.append(other)
    return seen
"""
    example_after = """\
from collections import deque


def reachable(graph, start):
    seen = {start}
    queue = deque([start])
    while queue:
        node = queue.popleft()
        for other in graph[node]:
            if other not in seen:
                seen.add(other)
                queue.append(other)
    return seen
"""
    counter_example = """\
def reachable(graph, start):
    queue = [start]
    order = []
    while queue:
        node = queue.pop(0)
        order.append(node)
        queue = queue + graph[node][:2]
    return order, queue
"""

    def find(self, context: Context) -> Iterator[Finding]:
        """Calls of `pop(0)` and `insert(0, x)` in loops, one for each variable."""
        done: set[tuple[int, str]] = set()
        for call in context.tree.nodes(cst.Call):
            variable = _queue(context, call)
            if variable is None or (id(variable.scope), variable.name) in done:
                continue
            done.add((id(variable.scope), variable.name))
            imported = add_import(context, "collections", "deque")
            splices = _edit(context, variable, imported[0]) if imported else None
            if imported and splices:
                what = f"`{variable.name}` moves all its elements at each turn; a deque does it in constant time"
                yield Finding(call, [*imported[1], *splices], what, 1)


def _queue(context: Context, call: cst.Call) -> Variable | None:
    """The local variable that this call uses as a queue in a loop."""
    if not isinstance(call.func, cst.Attribute) or call.func.attr.value not in ("pop", "insert"):
        return None
    if not _translate(context, call) or next(context.tree.loops(call), None) is None:
        return None
    variable = context.local(call.func.value)
    return variable if variable and not context.captured(variable) else None


def _edit(context: Context, variable: Variable, deque: str) -> list[Splice] | None:
    splices: list[Splice] = []
    for use in context.uses(variable):
        change = _change(context, use, deque)
        if change is None:
            return None
        splices += change
    return splices


def _change(context: Context, use: Use, deque: str) -> list[Splice] | None:
    """The splices this use needs, None when it forbids a deque."""
    node = use.node
    if use.kind == "bind" and use.value is not None:
        if not isinstance(node, cst.Assign) or not is_fresh(context, use.value, ("list",)):
            return None
        return [replace_whole(context, use.value, f"{deque}({_initial(context, use.value)})")]
    if isinstance(node, cst.Call):
        return _change_of_call(context, use, node)
    if use.kind == "index" and isinstance(node, cst.Subscript):
        index = only_index(node)
        return [] if index is not None and context.tree.code(index) in ("0", "-1") else None
    if use.kind == "iterate":
        return [] if not _grows_in(context, use) else None
    grows = use.kind == "augment" and use.detail == "AddAssign"
    return [] if grows or use.kind in ("member", "truth") else None


def _change_of_call(context: Context, use: Use, node: cst.Call) -> list[Splice] | None:
    """The same for a method of the list, or a builtin that reads it."""
    if use.kind == "method":
        if use.detail in _SHARED_METHODS:
            return []
        return _translate(context, node) if use.detail in ("pop", "insert") else None
    shared = use.kind == "read" and use.detail in _SHARED_READERS
    return [] if shared and context.scopes.is_builtin(node.func) else None


def _initial(context: Context, value: cst.BaseExpression) -> str:
    """What the deque is built from: nothing for `[]`, the argument of `list(...)`, else the list itself."""
    code = context.tree.code(value)
    if code in ("[]", "list()"):
        return ""
    copies = isinstance(value, cst.Call) and context.scopes.is_builtin(value.func, "list") and plain_args(value, 1)
    return context.tree.code(value.args[0].value) if copies and isinstance(value, cst.Call) else code


def _translate(context: Context, call: cst.Call) -> list[Splice] | None:
    """`pop(0)` -> `popleft()`, `insert(0, x)` -> `appendleft(x)`, `pop()` stays."""
    assert isinstance(call.func, cst.Attribute)
    name = context.tree.code(call.func.value)
    if call.func.attr.value == "pop":
        if not call.args:
            return []
        if plain_args(call, 1) and context.tree.code(call.args[0].value) == "0":
            return [replace(context, call, f"{name}.popleft()")]
    elif plain_args(call, 2) and context.tree.code(call.args[0].value) == "0":
        return [replace(context, call, f"{name}.appendleft({context.tree.code(call.args[1].value)})")]
    return None


def _grows_in(context: Context, use: Use) -> bool:
    """Whether a loop over the variable may change it: a deque then raises, a list goes on."""
    loop, variable = use.node, context.variable(use.occurrence.node)
    if variable is None or not isinstance(loop, (cst.For, cst.CompFor)):
        return True
    inside = context.uses_in(variable, context.tree.repeated(loop))
    return any(u.kind == "augment" or (u.kind == "method" and u.detail in _GROWS) for u in inside)
