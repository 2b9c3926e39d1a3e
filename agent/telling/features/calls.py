"""What is called inside loops, and in functions that are called often."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from perfagent.agent.telling.features.syntax import Finding, Place, called, dotted, names_in, short
from perfagent.agent.telling.features.words import (
    AGGREGATES,
    ANYWHERE,
    CHEAP_CALLS,
    CONSUMERS,
    INSIDE_LOOPS,
    MUTATORS,
    REGEX,
    REPEATED,
)


def check_named(place: Place) -> Iterator[Finding]:
    """Calls that their name gives away."""
    node = place.node
    assert isinstance(node, ast.Call)
    name, full, text = called(node), dotted(node.func), short(node)
    for feature, names in INSIDE_LOOPS.items():
        if place.loops and name in names and (feature != "front_of_list" or _at_front(node)):
            yield place.found(feature, f"calls `{text}` inside a loop", 2)
    for feature, names in REPEATED.items():
        if place.repeated and (full in names or name in names):
            yield place.found(feature, f"calls `{text}` {place.where}", 2 if full in names else 1)
    for feature, names in ANYWHERE.items():
        if name in names:
            yield place.found(feature, f"calls `{text}`", 2)


def check_modules(place: Place) -> Iterator[Finding]:
    """Calls into `re` and numpy."""
    node = place.node
    assert isinstance(node, ast.Call)
    module = dotted(node.func).partition(".")[0]
    if module in ("re", "regex") and called(node) in REGEX:
        feature = "regex_in_loop" if place.repeated else "regex"
        yield place.found(feature, f"calls `{short(node)}`", 2 if place.repeated else 1)
    if module in ("np", "numpy") and place.loops:
        feature = "array_growth" if called(node) == "append" else "numpy_in_loop"
        yield place.found(feature, f"calls `{short(node)}` inside a loop", 2)
    if called(node) == "apply" and any(keyword.arg == "axis" for keyword in node.keywords):
        yield place.found("pandas_rows", f"calls `{short(node)}`", 2)


def check_use(place: Place) -> Iterator[Finding]:
    """Calls that their arguments or their place give away."""
    node = place.node
    assert isinstance(node, ast.Call)
    name, text = called(node), short(node)
    if place.loops and name in AGGREGATES and node.args and names_in(node.args[0]) - frozenset().union(*place.loops):
        yield place.found("aggregate_in_loop", f"calls `{text}` inside a loop")
    if name in CONSUMERS and node.args and isinstance(node.args[0], ast.ListComp):
        yield place.found("list_for_consumer", f"builds a list for `{name}`", 2)
    if name and name == place.name and (weight := _recursive(node, place)):
        yield place.found("recursion", f"calls itself: `{text}`", weight)
    if name == "replace" and ast.unparse(node).count(".replace(") >= 3:
        yield place.found("replace_chain", "chains three and more `replace`", 2)


def check_invariant(place: Place) -> Iterator[Finding]:
    """A call that nothing the innermost loop assigns goes into."""
    node = place.node
    assert isinstance(node, ast.Call)
    name = called(node)
    if not place.loops or not node.args or name in MUTATORS | CHEAP_CALLS or name[:1].isupper():
        return
    if not names_in(node) & place.loops[-1] and not _suspends(node):
        yield place.found("invariant_call", f"calls `{short(node)}` inside a loop that assigns none of its names")


def _recursive(node: ast.Call, place: Place) -> int:
    """How sure it is that a call of the function's own name calls the function: not (0), perhaps (1), surely (2).

    In a method a bare name is another function's, and `self.x.name()` is mostly another class's.
    """
    if isinstance(node.func, ast.Name):
        return 0 if place.method else 2
    if not isinstance(node.func, ast.Attribute) or not isinstance(node.func.value, ast.Name) or not place.method:
        return 0
    return 2 if node.func.value.id in ("self", "cls") else 1


def _at_front(node: ast.Call) -> bool:
    """Whether `pop` or `insert` acts on the first item."""
    return bool(node.args) and isinstance(node.args[0], ast.Constant) and node.args[0].value == 0


def _suspends(node: ast.AST) -> bool:
    return any(isinstance(part, ast.Await | ast.Yield | ast.NamedExpr | ast.Lambda) for part in ast.walk(node))
