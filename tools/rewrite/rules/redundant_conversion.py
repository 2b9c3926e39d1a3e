"""`set(list(x))` and other conversions whose result is converted again."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from perfagent.tools.rewrite.analysis.context import Context
from perfagent.tools.rewrite.analysis.types import type_of
from perfagent.tools.rewrite.edits import replace_whole
from perfagent.tools.rewrite.rule import Finding, PatternRule
from perfagent.tools.rewrite.shapes import plain_args

# Outer calls that take any iterable and go through it once, and the inner ones they make useless.
_TAKES_ANY = ("set", "frozenset", "list", "tuple", "sorted", "sum", "min", "max")
_COPIES = ("list", "tuple")


class RedundantConversion(PatternRule):
    """See the class attributes."""

    name = "redundant-conversion"
    looks_for = (
        "`set(list(x))`, `sorted(list(x))`, `sum(list(x))`, `list(sorted(x))`, `set([...])`, `''.join(list(x))`."
    )
    safe_when = "The outer call goes through any iterable once and in order."
    why = "The inner container is built only to be thrown away."
    example = """\
def distinct(words):
    return set(list(words))
"""
    example_after = """\
def distinct(words):
    return set(words)
"""
    counter_example = """\
def distinct(words):
    return list(set(words))
"""

    def find(self, context: Context) -> Iterator[Finding]:
        """Conversions of conversions."""
        for call in context.tree.nodes(cst.Call):
            if not call.args or call.args[0].star or call.args[0].keyword:
                continue
            inner = call.args[0].value
            what = "a container is built only to be converted again"
            if context.scopes.is_builtin(call.func, "list") and _is_call(context, inner, ("sorted",)):
                if len(call.args) == 1:
                    yield Finding(call, [replace_whole(context, call, context.tree.code(inner))], what, 1)
            elif _is_call(context, inner, _COPIES) and isinstance(inner, cst.Call) and plain_args(inner, 1):
                if _consumes(context, call):
                    new = context.tree.code(inner.args[0].value)
                    yield Finding(call, [replace_whole(context, inner, new)], what, 1)
            elif context.scopes.is_builtin(call.func, "set") and len(call.args) == 1:
                text = _set_display(context, inner)
                if text:
                    yield Finding(call, [replace_whole(context, call, text)], what, 1)


def _is_call(context: Context, node: cst.BaseExpression, names: tuple[str, ...]) -> bool:
    return isinstance(node, cst.Call) and context.scopes.is_builtin(node.func, *names)


def _consumes(context: Context, call: cst.Call) -> bool:
    if context.scopes.is_builtin(call.func, *_TAKES_ANY):
        return len([arg for arg in call.args if not arg.keyword]) == 1
    joins = isinstance(call.func, cst.Attribute) and call.func.attr.value == "join" and plain_args(call, 1)
    return joins and isinstance(call.func, cst.Attribute) and type_of(context, call.func.value) == "str"


def _set_display(context: Context, node: cst.BaseExpression) -> str | None:
    """`{...}` for `set([...])`, elements or comprehension."""
    if isinstance(node, (cst.List, cst.ListComp)) and not node.lpar:
        inner = context.tree.code(node)[1:-1].strip()
        return f"{{{inner}}}" if inner else None
    return None
