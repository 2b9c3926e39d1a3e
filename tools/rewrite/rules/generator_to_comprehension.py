"""A generator handed to a function that makes a container of it anyway becomes a comprehension."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from perfagent.tools.rewrite.analysis.context import Context
from perfagent.tools.rewrite.analysis.tree import walk
from perfagent.tools.rewrite.analysis.types import type_of
from perfagent.tools.rewrite.edits import Splice
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
            splices = _edit(context, call, generator)
            if splices:
                what = "the generator switches frames for each element of a container that is built anyway"
                yield Finding(call, splices, what, 1)


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


def _edit(context: Context, call: cst.Call, generator: cst.GeneratorExp) -> list[Splice]:
    """Other brackets in the places of the parentheses, so that the layout stays."""
    start, end = context.tree.span(call.func)[1], context.tree.span(call)[1]
    inner, outer = context.tree.full_span(generator), context.tree.span(call)
    if context.tree.slice(start, start + 1) != "(":
        return []
    own = inner[0] > start and bool(generator.lpar)
    if len(call.args) == 1 and not own and isinstance(call.func, cst.Name):
        brackets = {"set": "{}", "list": "[]"}.get(call.func.value)
        if brackets and context.scopes.is_builtin(call.func):
            return [Splice(outer[0], start + 1, brackets[0]), Splice(end - 1, end, brackets[1])]
    if not context.scopes.is_builtin(call.func, *_KEPT) and not _joins(context, call):
        return []
    if own:
        return [Splice(inner[0], inner[0] + 1, "["), Splice(inner[1] - 1, inner[1], "]")]
    return [Splice(start, start + 1, "(["), Splice(end - 1, end, "])")] if len(call.args) == 1 else []


def _joins(context: Context, call: cst.Call) -> bool:
    func = call.func
    if not isinstance(func, cst.Attribute) or func.attr.value != "join" or len(call.args) != 1:
        return False
    return type_of(context, func.value) in ("str", "bytes")
