"""`max(a, b)` of two names in a loop becomes a conditional."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from perfagent.tools.rewrite.analysis.context import Context
from perfagent.tools.rewrite.analysis.scopes import Comprehension
from perfagent.tools.rewrite.edits import Splice, replace_whole
from perfagent.tools.rewrite.rule import Finding, PatternRule
from perfagent.tools.rewrite.shapes import plain_args, simple_statement

_OPERATORS = {"max": ">", "min": "<"}


class MinMaxInline(PatternRule):
    """See the class attributes."""

    name = "min-max-inline"
    looks_for = "`max(a, b)` or `min(a, b)` of two names or numbers inside a loop."
    safe_when = "Always: the same comparison decides, and of equal values the first is taken, also for NaN."
    why = "The call costs several times the comparison it makes."
    example = """\
def highest(numbers):
    best = 0
    for number in numbers:
        best = max(best, number)
    return best
"""
    example_after = """\
def highest(numbers):
    best = 0
    for number in numbers:
        if number > best:
            best = number
    return best
"""
    counter_example = """\
def highest(numbers, measure):
    best = 0
    for number in numbers:
        best = max(best, measure(number))
    return best
"""

    def find(self, context: Context) -> Iterator[Finding]:
        """Two-argument calls in loops and comprehensions."""
        for call in context.tree.nodes(cst.Call):
            if not context.scopes.is_builtin(call.func, *_OPERATORS) or not plain_args(call, 2):
                continue
            first, second = (arg.value for arg in call.args)
            if _simple(first) and _simple(second) and _repeated(context, call):
                splice = _as_statement(context, call, first, second) or _as_expression(context, call, first, second)
                yield Finding(call, [splice], "the call costs several times the one comparison it makes", 1)


def _simple(node: cst.BaseExpression) -> bool:
    return isinstance(node, (cst.Name, cst.Integer, cst.Float)) and not node.lpar


def _repeated(context: Context, call: cst.Call) -> bool:
    if next(context.tree.loops(call), None) is not None:
        return True
    return any(isinstance(above, Comprehension) for above in context.tree.ancestors(call))


def _operator(call: cst.Call) -> str:
    assert isinstance(call.func, cst.Name)
    return _OPERATORS[call.func.value]


def _as_statement(
    context: Context, call: cst.Call, first: cst.BaseExpression, second: cst.BaseExpression
) -> Splice | None:
    """`best = max(best, x)` as an `if` that assigns only when it must."""
    line = context.tree.statement_of(call)
    assign = simple_statement(line, cst.Assign)
    if assign is None or assign.value is not call or len(assign.targets) != 1:
        return None
    indentation = context.tree.indentation(line)
    name, other = context.tree.code(first), context.tree.code(second)
    # A variable's own scope only: storing to a global is not free, but not storing is the same.
    if indentation is None or context.tree.code(assign.targets[0].target) != name:
        return None
    inner = f"{context.tree.newline}{indentation}{context.tree.indent}{name} = {other}"
    return Splice(*context.tree.span(assign), f"if {other} {_operator(call)} {name}:{inner}")


def _as_expression(context: Context, call: cst.Call, first: cst.BaseExpression, second: cst.BaseExpression) -> Splice:
    a, b = context.tree.code(first), context.tree.code(second)
    text = f"{b} if {b} {_operator(call)} {a} else {a}"
    parent = context.tree.parent(call)
    alone = isinstance(parent, (cst.Assign, cst.Return, cst.Arg, cst.AugAssign)) and not call.lpar
    return replace_whole(context, call, text if alone else f"({text})")
