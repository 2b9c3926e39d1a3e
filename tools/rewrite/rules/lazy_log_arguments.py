"""A formatted message handed to a logger becomes a template and its arguments."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from perfagent.tools.rewrite.analysis.context import Context
from perfagent.tools.rewrite.analysis.types import type_of
from perfagent.tools.rewrite.edits import replace_whole
from perfagent.tools.rewrite.rule import Finding, PatternRule

# A tuple in a variable would fill several fields, a dict its named ones: only these are handed over.
_SCALARS = ("str", "int", "float", "bool", "list", "set")


class LazyLogArguments(PatternRule):
    """See the class attributes."""

    name = "lazy-log-arguments"
    looks_for = "`log.debug(f'... {x}')` and `log.debug('... %s' % x)`."
    safe_when = "The fields are plain, so that formatting later, or not at all, gives the same text."
    why = (
        "The message is formatted even when its level is switched off; a logger formats its arguments only when needed."
    )
    example = """\
import logging

log = logging.getLogger(__name__)


def store(key, value):
    log.debug(f"storing {key!r}: {value}")
    return key, value
"""
    example_after = """\
import logging

log = logging.getLogger(__name__)


def store(key, value):
    log.debug("storing %r: %s", key, value)
    return key, value
"""
    counter_example = """\
import logging

log = logging.getLogger(__name__)


def store(key, value):
    log.debug(f"storing {key:>20}: {value}")
    return key, value
"""

    def find(self, context: Context) -> Iterator[Finding]:
        """Calls of debug and info with a formatted message and no arguments yet."""
        for call in context.tree.nodes(cst.Call):
            if not _logs(context, call) or not call.args or call.args[0].keyword or call.args[0].star:
                continue
            if any(arg.keyword is None for arg in call.args[1:]):
                continue
            message = call.args[0].value
            text = _from_fstring(context, message) or _from_modulo(context, message)
            if text is not None:
                what = "the message is formatted even when its level is off; the logger formats it when needed"
                yield Finding(call, [replace_whole(context, message, text)], what, 2)


def _logs(context: Context, call: cst.Call) -> bool:
    """Whether this is `debug` or `info` of a standard logger: others fill in arguments their own way."""
    func = call.func
    if not isinstance(func, cst.Attribute) or func.attr.value not in ("debug", "info"):
        return False
    if context.imported_module(func.value, "logging"):
        return True
    variable = context.variable(func.value)
    made = context.single_binding(variable) if variable else None
    return isinstance(made, cst.Call) and context.imported_name(made.func, "logging", "getLogger")


def _from_fstring(context: Context, message: cst.BaseExpression) -> str | None:
    if not isinstance(message, cst.FormattedString) or message.lpar:
        return None
    template, arguments = [], []
    for part in message.parts:
        if isinstance(part, cst.FormattedStringText):
            template.append(part.value.replace("%", "%%").replace("{{", "{").replace("}}", "}"))
        elif isinstance(part, cst.FormattedStringExpression):
            if part.format_spec is not None or part.equal is not None or part.conversion == "a":
                return None
            template.append("%r" if part.conversion == "r" else "%s")
            arguments.append(context.tree.code(part.expression))
    prefix = message.prefix.lower().replace("f", "")
    if not arguments or "\n" in "".join(arguments):
        return None
    quote = message.quote
    return f"{prefix}{quote}{''.join(template)}{quote}, {', '.join(arguments)}"


def _from_modulo(context: Context, message: cst.BaseExpression) -> str | None:
    if not isinstance(message, cst.BinaryOperation) or not isinstance(message.operator, cst.Modulo) or message.lpar:
        return None
    left, right = message.left, message.right
    if not isinstance(left, (cst.SimpleString, cst.ConcatenatedString)) or not isinstance(left.evaluated_value, str):
        return None
    if isinstance(right, cst.Tuple):
        plain = all(isinstance(e, cst.Element) for e in right.elements)
        if not plain or len(right.elements) < 2:
            return None
        start, end = (
            context.tree.full_span(right.elements[0].value)[0],
            context.tree.full_span(right.elements[-1].value)[1],
        )
    elif type_of(context, right) in _SCALARS:
        start, end = context.tree.full_span(right)
    else:
        return None
    between = context.tree.slice(context.tree.full_span(left)[1], start)
    # A line break after the template stays one, with the arguments where the operator or the tuple stood.
    last = between.rpartition("\n")[2]
    indentation = last[: len(last) - len(last.lstrip())]
    gap = context.tree.newline + indentation if "\n" in between else " "
    return f"{context.tree.code(left)},{gap}{context.tree.slice(start, end)}"
