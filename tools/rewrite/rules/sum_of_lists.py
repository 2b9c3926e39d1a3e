"""`sum(lists, [])`, which copies the growing list for each element, becomes one pass."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from perfagent.tools.rewrite.analysis.context import Context
from perfagent.tools.rewrite.analysis.types import element_type
from perfagent.tools.rewrite.edits import replace
from perfagent.tools.rewrite.imports import add_import
from perfagent.tools.rewrite.rule import Finding, PatternRule


class SumOfLists(PatternRule):
    """See the class attributes."""

    name = "sum-of-lists"
    looks_for = "`sum(lists, [])`, also with `()`."
    safe_when = "The elements are lists (tuples for `()`); risk 2 where the function does not show that they are."
    why = "Each addition copies everything summed so far: quadratic. Chaining copies each element once."
    example = """\
import os


def names(folders):
    return sum([os.listdir(folder) for folder in folders], [])
"""
    example_after = """\
import os
from itertools import chain


def names(folders):
    return list(chain.from_iterable([os.listdir(folder) for folder in folders]))
"""
    counter_example = """\
import os


def names(folders, first):
    return sum([os.listdir(folder) for folder in folders], first)
"""

    def find(self, context: Context) -> Iterator[Finding]:
        """Sums that start from an empty literal."""
        for call in context.tree.nodes(cst.Call):
            if not context.scopes.is_builtin(call.func, "sum") or len(call.args) != 2 or any(a.star for a in call.args):
                continue
            lists, start = call.args
            if lists.keyword or (start.keyword and start.keyword.value != "start"):
                continue
            kind = _empty_kind(start.value)
            imported = add_import(context, "itertools", "chain")
            if kind is None or imported is None or context.scopes.shadowed(call.func, kind):
                continue
            name, splices = imported
            new = _text(context, call, f"{kind}({name}.from_iterable(")
            what = f"summing {kind}s copies the result so far for each of them; chaining copies each element once"
            risk = 1 if element_type(context, lists.value) == kind else 2
            yield Finding(call, [*splices, replace(context, call, new)], what, risk)


def _empty_kind(node: cst.BaseExpression) -> str | None:
    if isinstance(node, (cst.List, cst.Tuple)) and not node.elements:
        return "list" if isinstance(node, cst.List) else "tuple"
    return None


def _text(context: Context, call: cst.Call, head: str) -> str:
    """The new call, laid out over lines as the old one was."""
    value = call.args[0].value
    start = context.tree.full_span(value)[0]
    opening = context.tree.slice(context.tree.span(call.func)[1], start).lstrip("(")
    inner = context.tree.slice(*context.tree.span(value)) if isinstance(value, cst.GeneratorExp) else ""
    code = inner if inner and not opening else context.tree.code(value)
    line = context.tree.line_span(context.tree.span(call)[0], context.tree.span(call)[0] + 1)
    text = context.tree.slice(*line)
    indentation = text[: len(text) - len(text.lstrip())]
    closing = f"{context.tree.newline}{indentation}))" if "\n" in opening else "))"
    return f"{head}{opening}{code}{closing}"
