"""`while i < len(xs)`: the length is taken once when the loop cannot change it."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from perfagent.tools.rewrite.analysis.context import Context
from perfagent.tools.rewrite.analysis.effects import may_change
from perfagent.tools.rewrite.analysis.tree import walk
from perfagent.tools.rewrite.analysis.types import type_of
from perfagent.tools.rewrite.edits import insert_before, replace_whole
from perfagent.tools.rewrite.rule import Finding, PatternRule
from perfagent.tools.rewrite.shapes import plain_args

_SIZED = ("list", "tuple", "str", "bytes", "dict", "set", "frozenset")


class HoistLen(PatternRule):
    """See the class attributes."""

    name = "hoist-len"
    looks_for = "`while i < len(xs)` where the loop does not change `xs`."
    safe_when = (
        "`xs` is a builtin container or string by its making or annotation, and nothing in the loop can change it."
    )
    why = "The length is asked for in every round."
    example = """\
def spaces(text: str) -> int:
    i = 0
    while i < len(text) and text[i] == " ":
        i += 1
    return i
"""
    example_after = """\
def spaces(text: str) -> int:
    i = 0
    text_len = len(text)
    while i < text_len and text[i] == " ":
        i += 1
    return i
"""
    counter_example = """\
def expand(items: list[str]) -> list[str]:
    i = 0
    while i < len(items):
        items.extend(items[i].split("/")[1:])
        i += 1
    return items
"""

    def find(self, context: Context) -> Iterator[Finding]:
        """Lengths in the conditions of while loops."""
        for loop in context.tree.nodes(cst.While):
            calls = (node for node in walk(loop.test) if isinstance(node, cst.Call))
            for call in calls:
                if not context.scopes.is_builtin(call.func, "len") or not plain_args(call, 1):
                    continue
                sized = call.args[0].value
                variable = context.local(sized)
                if variable is None or type_of(context, sized) not in _SIZED or may_change(context, variable, loop):
                    continue
                name = context.fresh_name(f"{variable.name}_len", f"{variable.name}_length")
                if name is not None and context.tree.indentation(loop) is not None:
                    line = f"{name} = {context.tree.code(call)}"
                    splices = [insert_before(context, loop, line), replace_whole(context, call, name)]
                    yield Finding(loop, splices, f"the length of `{variable.name}` is asked for in every round", 1)
