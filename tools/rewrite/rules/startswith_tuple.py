"""`s.startswith(a) or s.startswith(b)` becomes one call."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from perfagent.tools.rewrite.analysis.context import Context
from perfagent.tools.rewrite.edits import replace_whole
from perfagent.tools.rewrite.rule import Finding, PatternRule
from perfagent.tools.rewrite.shapes import method_call, plain_args


class StartswithTuple(PatternRule):
    """See the class attributes."""

    name = "startswith-tuple"
    looks_for = "`s.startswith('a') or s.startswith('b')`, also with `endswith`."
    safe_when = "The prefixes are string constants and `s` is the same name or attribute."
    why = "One call tries all prefixes in C."
    example = """\
def is_comment(line):
    return line.startswith("#") or line.startswith("//") or line.startswith("--")
"""
    example_after = """\
def is_comment(line):
    return line.startswith(("#", "//", "--"))
"""
    counter_example = """\
def is_comment(line, mark):
    return line.startswith(mark) or line.startswith("//")
"""

    def find(self, context: Context) -> Iterator[Finding]:
        """Chains of `or` whose every operand is such a call."""
        for operation in context.tree.nodes(cst.BooleanOperation):
            above = context.tree.parent(operation)
            if not isinstance(operation.operator, cst.Or) or (
                isinstance(above, cst.BooleanOperation) and not operation.lpar
            ):
                continue
            calls = _chain(operation)
            subject = _subject(context, calls)
            if subject is not None:
                prefixes = ", ".join(context.tree.code(call.args[0].value) for call in calls)
                what = "the prefixes are tried by one call each; one call tries all of them"
                yield Finding(operation, [replace_whole(context, operation, f"{subject}(({prefixes}))")], what, 2)


def _chain(node: cst.BaseExpression) -> list[cst.Call]:
    """The calls joined by `or`, empty if an operand is something else."""
    if isinstance(node, cst.BooleanOperation) and isinstance(node.operator, cst.Or):
        left, right = _chain(node.left), _chain(node.right)
        return [*left, *right] if left and right else []
    call = method_call(node, "startswith", "endswith")
    return [call] if call is not None and plain_args(call, 1) else []


def _subject(context: Context, calls: list[cst.Call]) -> str | None:
    """`s.startswith` if all calls share it and their prefixes are constants of one type."""
    subjects = {context.tree.code(call.func) for call in calls}
    kinds = set()
    for call in calls:
        value, func = call.args[0].value, call.func
        if not isinstance(value, cst.SimpleString) or not isinstance(func, cst.Attribute):
            return None
        if not isinstance(func.value, (cst.Name, cst.Attribute)):
            return None
        kinds.add(type(value.evaluated_value))
    return subjects.pop() if len(calls) > 1 and len(subjects) == len(kinds) == 1 else None
