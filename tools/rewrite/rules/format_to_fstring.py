"""`"...".format(...)` becomes an f-string."""

from __future__ import annotations

import string
from collections.abc import Iterator

import libcst as cst

from perfagent.tools.rewrite.analysis.context import Context
from perfagent.tools.rewrite.analysis.effects import is_pure
from perfagent.tools.rewrite.analysis.tree import walk
from perfagent.tools.rewrite.edits import replace
from perfagent.tools.rewrite.layout import fits
from perfagent.tools.rewrite.rule import Finding, PatternRule

# Characters that an expression inside an f-string may not hold before Python 3.12, or that would end it.
_FORBIDDEN = frozenset("\\\n\r#{}")


class FormatToFstring(PatternRule):
    """See the class attributes."""

    name = "format-to-fstring"
    looks_for = "`'...{}...'.format(x, y)` with a constant template."
    safe_when = (
        "Each field is a plain argument and each argument is used once, in order, so that evaluation is the same."
    )
    why = "The template is parsed anew at each call; an f-string is parsed by the compiler."
    example = """\
def label(row, column):
    return "cell {}:{:>4}".format(row, column.name)
"""
    example_after = """\
def label(row, column):
    return f"cell {row}:{column.name:>4}"
"""
    counter_example = """\
def label(template, row, column):
    return template.format(row, column)
"""

    def find(self, context: Context) -> Iterator[Finding]:
        """Calls of `format` on string constants."""
        for call in context.tree.nodes(cst.Call):
            func = call.func
            if not isinstance(func, cst.Attribute) or func.attr.value != "format":
                continue
            if isinstance(func.value, cst.SimpleString) and func.value.prefix.lower() in ("", "r", "u"):
                text = _fstring(context, call, func.value)
                if text is not None and fits(context, call, text):
                    what = "format() parses its template at each call; an f-string is parsed once, by the compiler"
                    yield Finding(call, [replace(context, call, text)], what, 1)


def _fstring(context: Context, call: cst.Call, template: cst.SimpleString) -> str | None:
    arguments = _arguments(call)
    if arguments is None or "\\N" in template.raw_value:
        return None
    parts, used = [], []
    automatic = iter(range(len(arguments)))
    try:
        fields = list(string.Formatter().parse(template.raw_value))
    except ValueError:
        return None
    for literal, name, spec, conversion in fields:
        parts.append(literal.replace("{", "{{").replace("}", "}}"))
        if name is None:
            continue
        key = str(next(automatic, "")) if name == "" else name
        code = _expression(context, arguments.get(key), template.quote[0])
        if code is None or "{" in (spec or "") or (conversion or "s") not in "rsa":
            return None
        used.append(key)
        parts.append(f"{{{code}{'!' + conversion if conversion else ''}{':' + spec if spec else ''}}}")
    if not _same_evaluation(context, arguments, used):
        return None
    prefix = "rf" if "r" in template.prefix.lower() else "f"
    return f"{prefix}{template.quote}{''.join(parts)}{template.quote}"


def _arguments(call: cst.Call) -> dict[str, cst.BaseExpression] | None:
    if not call.args or any(arg.star for arg in call.args):
        return None
    return {arg.keyword.value if arg.keyword else str(i): arg.value for i, arg in enumerate(call.args)}


def _expression(context: Context, node: cst.BaseExpression | None, quote: str) -> str | None:
    """The argument's code if it can stand inside an f-string of any Python version."""
    if node is None:
        return None
    code = context.tree.code(node)
    weak = (cst.Lambda, cst.NamedExpr, cst.Yield, cst.Await, cst.IfExp, cst.GeneratorExp)
    if any(isinstance(below, weak) for below in walk(node)) or _FORBIDDEN & set(code) or quote in code:
        return None
    return code


def _same_evaluation(context: Context, arguments: dict[str, cst.BaseExpression], used: list[str]) -> bool:
    """Whether every argument is evaluated as often and in the same order as before."""
    if set(used) != set(arguments) or len(used) != len(arguments):
        return False
    return used == list(arguments) or all(is_pure(context, node) for node in arguments.values())
