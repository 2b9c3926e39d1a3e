"""`x in set(y)` in a loop: the container is built once before the loop."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from perfagent.tools.rewrite.analysis.context import Context
from perfagent.tools.rewrite.analysis.hashing import elements_hashable, is_hashable
from perfagent.tools.rewrite.analysis.places import Place, hoist_place
from perfagent.tools.rewrite.analysis.types import type_of
from perfagent.tools.rewrite.edits import insert_before, replace_whole
from perfagent.tools.rewrite.rule import Finding, PatternRule
from perfagent.tools.rewrite.shapes import in_list, is_display, plain_args

_BUILDERS = ("set", "frozenset", "list", "tuple", "sorted")
_CONTAINERS = frozenset({"list", "set", "dict", "tuple", "frozenset", "str", "bytes", "range"})


class HoistContainer(PatternRule):
    """See the class attributes."""

    name = "hoist-container"
    looks_for = "`x in set(y)`, `x in list(y)` or `x in [... for ...]` evaluated again and again by a loop."
    safe_when = (
        "The container is built from local values that nothing in the loop can change, and building it cannot fail."
    )
    why = "The whole container is built for each single test: quadratic. Built once, a set answers in constant time."
    example = """\
def common(left, right):
    return [item for item in left if item in set(right)]
"""
    example_after = """\
def common(left, right):
    right_set = set(right)
    return [item for item in left if item in right_set]
"""
    counter_example = """\
def drain(left, right):
    for item in left:
        if item in set(right):
            right.remove(item)
    return right
"""

    def find(self, context: Context) -> Iterator[Finding]:
        """Membership tests against containers built in place."""
        for test in context.tree.nodes(cst.Comparison):
            target = in_list(test)
            if target is None or not _builds(context, target[0]) or is_display(_source(target[0])):
                continue
            place = hoist_place(context, target[0])
            name = _name(context, target[0])
            if place is None or name is None:
                continue
            risk = _risk(context, target[0], place)
            if risk is not None:
                value = _value(context, test.left, target[0])
                splices = [insert_before(context, place.statement, f"{name} = {value}")]
                splices.append(replace_whole(context, target[0], name))
                yield Finding(test, splices, "a container is built anew for each test; it is built once before", risk)


def _builds(context: Context, node: cst.BaseExpression) -> bool:
    if isinstance(node, (cst.ListComp, cst.SetComp)):
        return "\n" not in context.tree.code(node)
    if isinstance(node, cst.Call) and context.scopes.is_builtin(node.func, *_BUILDERS):
        return plain_args(node, 1) and "\n" not in context.tree.code(node)
    return False


def _source(node: cst.BaseExpression) -> cst.BaseExpression:
    """What the container is built from."""
    if isinstance(node, (cst.ListComp, cst.SetComp)):
        return node.for_in.iter
    assert isinstance(node, cst.Call)
    return node.args[0].value


def _risk(context: Context, node: cst.BaseExpression, place: Place) -> int | None:
    """1 when building cannot fail, 2 when the first round would fail as well, None when neither is sure."""
    known = type_of(context, _source(node)) in _CONTAINERS
    if known and not isinstance(node, (cst.ListComp, cst.SetComp)):
        return 1
    return 2 if place.certain else None


def _value(context: Context, element: cst.BaseExpression, node: cst.BaseExpression) -> str:
    """The container, as a set where it certainly can be one."""
    code = context.tree.code(node)
    is_list = isinstance(node, cst.ListComp) or (
        isinstance(node, cst.Call) and type_of(context, node) in ("list", "tuple")
    )
    if not is_list or not is_hashable(context, element) or not elements_hashable(context, node):
        return code
    if isinstance(node, cst.ListComp):
        return f"{{{code[1:-1]}}}"
    return f"set({context.tree.code(_source(node))})"


def _name(context: Context, node: cst.BaseExpression) -> str | None:
    source = _source(node)
    stem = "known"
    if isinstance(source, cst.Call) and isinstance(source.func, cst.Attribute):
        owner = source.func.value
        stem = f"{owner.value}_{source.func.attr.value}" if isinstance(owner, cst.Name) else source.func.attr.value
    elif isinstance(source, cst.Attribute):
        stem = source.attr.value
    elif isinstance(source, cst.Name):
        stem = source.value
    stem = stem.strip("_")
    return context.fresh_name(f"{stem}_set", f"known_{stem}", f"{stem}_set_2")
