"""`list(map(lambda ...))` and `list(filter(lambda ...))` become comprehensions."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from perfagent.tools.rewrite.analysis.context import Context
from perfagent.tools.rewrite.analysis.tree import walk
from perfagent.tools.rewrite.edits import replace_whole
from perfagent.tools.rewrite.rule import Finding, PatternRule
from perfagent.tools.rewrite.shapes import plain_args

_BRACKETS = {"list": "[]", "set": "{}", "tuple": None, "sorted": None, "frozenset": None}


class MapLambda(PatternRule):
    """See the class attributes."""

    name = "map-lambda"
    looks_for = "`list(map(lambda x: ..., xs))`, the same with `filter`, `set`, `tuple`, `sorted`."
    safe_when = "The lambda takes one plain parameter, makes no functions itself and does not call `next`."
    why = "The lambda costs a call for each element; a comprehension evaluates the expression in place."
    example = """\
def lengths(words):
    return list(map(lambda word: len(word) + 1, words))
"""
    example_after = """\
def lengths(words):
    return [len(word) + 1 for word in words]
"""
    counter_example = """\
def lengths(words, weights):
    return list(map(lambda word, weight: len(word) * weight, words, weights))
"""

    def find(self, context: Context) -> Iterator[Finding]:
        """Container calls around map or filter around a lambda."""
        for call in context.tree.nodes(cst.Call):
            if not context.scopes.is_builtin(call.func, *_BRACKETS) or not call.args or call.args[0].keyword:
                continue
            inner = call.args[0].value
            if not isinstance(inner, cst.Call) or call.args[0].star:
                continue
            text = _comprehension(context, inner)
            new = _wrapped(context, call, text) if text else None
            if new is not None:
                what = "each element costs a call of a lambda; a comprehension evaluates it in place"
                yield Finding(call, [replace_whole(context, call, new)], what, 1)


def _comprehension(context: Context, call: cst.Call) -> str | None:
    """Element and clauses of the comprehension, None when the inner call is another."""
    if not context.scopes.is_builtin(call.func, "map", "filter") or not plain_args(call, 2):
        return None
    function, iterable = (arg.value for arg in call.args)
    if not isinstance(function, cst.Lambda) or not _takes_one(function.params) or _unfit(function.body):
        return None
    name = function.params.params[0].name.value
    body, source = context.tree.code(function.body), context.tree.code(iterable)
    weak = (cst.Lambda, cst.IfExp, cst.Tuple)
    if isinstance(iterable, weak) and not iterable.lpar:
        source = f"({source})"
    if isinstance(call.func, cst.Name) and call.func.value == "map":
        return f"{body} for {name} in {source}"
    condition = f"({body})" if isinstance(function.body, weak) and not function.body.lpar else body
    return f"{name} for {name} in {source} if {condition}"


def _takes_one(params: cst.Parameters) -> bool:
    others = (params.kwonly_params, params.posonly_params, params.star_kwarg)
    star = isinstance(params.star_arg, (cst.Param, cst.ParamStar))
    return len(params.params) == 1 and params.params[0].default is None and not any(others) and not star


def _unfit(body: cst.BaseExpression) -> bool:
    for node in walk(body):
        if isinstance(node, (cst.Lambda, cst.GeneratorExp, cst.NamedExpr, cst.Yield, cst.Await)):
            return True
        if isinstance(node, cst.Name) and node.value in ("next", "super", "__class__"):
            return True
        if isinstance(node, cst.Attribute) and node.attr.value in ("__next__", "send", "throw"):
            return True
    return False


def _wrapped(context: Context, call: cst.Call, text: str) -> str | None:
    assert isinstance(call.func, cst.Name)
    brackets = _BRACKETS[call.func.value]
    if brackets is not None:
        return f"{brackets[0]}{text}{brackets[1]}" if len(call.args) == 1 else None
    rest = [context.tree.slice(*context.tree.span(arg)) for arg in call.args[1:]]
    return f"{call.func.value}({', '.join([f'[{text}]', *rest])})"
