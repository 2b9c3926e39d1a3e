"""`any([...])` and `all([...])` lose their brackets, and so may stop early."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from perfagent.tools.rewrite.analysis.context import Context
from perfagent.tools.rewrite.analysis.effects import is_pure
from perfagent.tools.rewrite.edits import replace_whole
from perfagent.tools.rewrite.rule import Finding, PatternRule
from perfagent.tools.rewrite.shapes import plain_args


class AnyAllGenerator(PatternRule):
    """See the class attributes."""

    name = "any-all-generator"
    looks_for = "`any([... for ...])` and `all([... for ...])`."
    safe_when = "Nothing evaluated in the comprehension has an effect, so that what is skipped is not missed."
    why = "The list is built to its end although the first hit decides."
    example = """\
def has_long(words):
    return any([len(word) > 20 for word in words])
"""
    example_after = """\
def has_long(words):
    return any(len(word) > 20 for word in words)
"""
    counter_example = """\
def all_saved(documents):
    return all([document.save() for document in documents])
"""

    def find(self, context: Context) -> Iterator[Finding]:
        """Calls of any and all with a list comprehension."""
        for call in context.tree.nodes(cst.Call):
            if not context.scopes.is_builtin(call.func, "any", "all") or not plain_args(call, 1):
                continue
            value = call.args[0].value
            if isinstance(value, cst.ListComp) and is_pure(context, value) and not value.lpar:
                inner = context.tree.code(value)[1:-1]
                what = "the list is built to its end although the first hit decides"
                yield Finding(call, [replace_whole(context, value, inner)], what, 2)
