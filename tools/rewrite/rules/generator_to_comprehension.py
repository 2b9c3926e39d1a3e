"""A generator handed to a function that makes a container of it anyway becomes a comprehension."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from perfagent.tools.rewrite.analysis.context import Context
from perfagent.tools.rewrite.analysis.tree import walk
from perfagent.tools.rewrite.analysis.types import type_of
from perfagent.tools.rewrite.edits import replace, replace_whole
from perfagent.tools.rewrite.rule import Finding, PatternRule

# set(...) and list(...) disappear; these stay and get a list, which they would have built themselves.
_KEPT = ("sorted", "tuple", "frozenset")


class GeneratorToComprehension(PatternRule):
    """See the class attributes."""

    name = "generator-to-comprehension"
    looks_for = "`set(x for ...)`, `list(x for ...)`, `sorted(x for ...)`, `tuple(x for ...)`, `''.join(x for ...)`."
    safe_when = "Nothing in the generator can raise StopIteration by calling `next`, or awaits."
    why = "The whole container is built either way; a comprehension does it without switching frames for each element."
    example = """\
def words(text):
    return set(word.lower() for word in text.split())
"""
    example_after = """\
def words(text):
    return {word.lower() for word in text.split()}
"""
    counter_example = """\
def words(text, further):
    return set(next(further) for word in text.split())
"""

    def find(self, context: Context) -> Iterator[Finding]:
        """Calls with one generator expression."""
        for call in context.tree.nodes(cst.Call):
            generator = _only_generator(call)
            if generator is None or _may_stop(generator):
                continue
            new = _text(context, call, generator)
            if new is not None:
                what = "the generator switches frames for each element of a container that is built anyway"
                edit = replace if new[0] not in "[{" else replace_whole
                yield Finding(call, [edit(context, call, new)], what, 1)


def _only_generator(call: cst.Call) -> cst.GeneratorExp | None:
    if not call.args or any(arg.star for arg in call.args) or call.args[0].keyword:
        return None
    value = call.args[0].value
    return value if isinstance(value, cst.GeneratorExp) else None


def _may_stop(generator: cst.GeneratorExp) -> bool:
    """A StopIteration becomes a RuntimeError inside a generator, and goes on as it is in a comprehension."""
    for node in walk(generator):
        if isinstance(node, (cst.Await, cst.Yield, cst.NamedExpr)):
            return True
        if isinstance(node, cst.CompFor) and node.asynchronous is not None:
            return True
        if isinstance(node, (cst.Name, cst.Attribute)) and _name(node) in (
            "next",
            "__next__",
            "super",
            "throw",
            "send",
        ):
            return True
    return False


def _name(node: cst.Name | cst.Attribute) -> str:
    return node.value if isinstance(node, cst.Name) else node.attr.value


def _text(context: Context, call: cst.Call, generator: cst.GeneratorExp) -> str | None:
    inner = context.tree.slice(*context.tree.span(generator))
    func = call.func
    if len(call.args) == 1 and context.scopes.is_builtin(func, "set", "list") and isinstance(func, cst.Name):
        return f"{{{inner}}}" if func.value == "set" else f"[{inner}]"
    kept = context.scopes.is_builtin(func, *_KEPT)
    joins = isinstance(func, cst.Attribute) and func.attr.value == "join" and len(call.args) == 1
    if joins and isinstance(func, cst.Attribute):
        joins = type_of(context, func.value) in ("str", "bytes")
    if not kept and not joins:
        return None
    rest = [context.tree.slice(context.tree.span(a)[0], context.tree.span(a)[1]) for a in call.args[1:]]
    return f"{context.tree.code(func)}({', '.join([f'[{inner}]', *rest])})"
