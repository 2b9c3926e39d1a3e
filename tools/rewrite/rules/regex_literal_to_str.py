"""A regular expression that is a plain text becomes a string method."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from perfagent.tools.rewrite.analysis.context import Context
from perfagent.tools.rewrite.analysis.types import type_of
from perfagent.tools.rewrite.analysis.uses import is_test
from perfagent.tools.rewrite.edits import Splice, replace_whole
from perfagent.tools.rewrite.rule import Finding, PatternRule
from perfagent.tools.rewrite.shapes import plain_args

# Characters that mean something else than themselves in a pattern.
_SPECIAL = frozenset("\\.^$*+?{}[]|()")


class RegexLiteralToStr(PatternRule):
    """See the class attributes."""

    name = "regex-literal-to-str"
    looks_for = "`re.sub`, `re.split`, and tested `re.search` or `re.match` with a pattern without special characters."
    safe_when = "Pattern and replacement are plain constants, no flags or counts; not where a TypeError may be caught."
    why = "String methods search several times faster than the regular expression engine and skip its cache."
    example = """\
import re


def flatten(text):
    return re.sub("\\n", " ", text)
"""
    example_after = """\
import re


def flatten(text):
    return text.replace("\\n", " ")
"""
    counter_example = """\
import re


def flatten(text):
    return re.sub("a.c", " ", text)
"""

    def find(self, context: Context) -> Iterator[Finding]:
        """Calls of `re` with plain patterns."""
        for call in context.tree.nodes(cst.Call):
            func = call.func
            if not isinstance(func, cst.Attribute) or not context.imported_module(func.value, "re"):
                continue
            splice = None if context.in_try(call) else _edit(context, call, func.attr.value)
            if splice is not None:
                risk = 1 if type_of(context, call.args[-1].value) == "str" else 2
                what = f"re.{func.attr.value} runs the regular expression engine for a plain text"
                yield Finding(call, [splice], what, risk)


def _plain_text(node: cst.BaseExpression) -> str | None:
    """The text a constant matches if it matches itself only, None otherwise."""
    if not isinstance(node, cst.SimpleString) or not isinstance(node.evaluated_value, str):
        return None
    text = node.evaluated_value
    return text if text and not _SPECIAL & set(text) else None


def _edit(context: Context, call: cst.Call, method: str) -> Splice | None:
    if not plain_args(call, 3 if method == "sub" else 2) or _plain_text(call.args[0].value) is None:
        return None
    old, text = context.tree.code(call.args[0].value), context.tree.atom(call.args[-1].value)
    if method == "sub":
        new = call.args[1].value
        constant = isinstance(new, cst.SimpleString) and isinstance(new.evaluated_value, str)
        if not constant or "\\" in str(getattr(new, "evaluated_value", "\\")):
            return None
        return replace_whole(context, call, f"{text}.replace({old}, {context.tree.code(new)})")
    if method == "split":
        return replace_whole(context, call, f"{text}.split({old})")
    if method == "match" and is_test(context.tree, call):
        return replace_whole(context, call, f"{text}.startswith({old})")
    if method == "search" and is_test(context.tree, call):
        return _contains(context, call, old, text)
    return None


def _contains(context: Context, call: cst.Call, old: str, text: str) -> Splice:
    parent = context.tree.parent(call)
    if isinstance(parent, cst.UnaryOperation):
        return replace_whole(context, parent, f"{old} not in {text}")
    return replace_whole(context, call, f"{old} in {text}")
