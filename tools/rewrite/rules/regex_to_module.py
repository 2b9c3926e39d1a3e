"""`re.match(constant, ...)` in a function becomes a method of a pattern compiled once at import."""

from __future__ import annotations

import itertools
import re
import warnings
from collections.abc import Iterator
from typing import cast

import libcst as cst

from perfagent.tools.rewrite.analysis.context import Context
from perfagent.tools.rewrite.analysis.tree import walk
from perfagent.tools.rewrite.edits import Splice, add_constant, replace
from perfagent.tools.rewrite.rule import Finding, PatternRule

# Position of `flags` among the arguments that follow the pattern.
_FLAGS_POSITION = {
    "match": 1,
    "fullmatch": 1,
    "search": 1,
    "findall": 1,
    "finditer": 1,
    "split": 2,
    "sub": 3,
    "subn": 3,
}
_FLAGS = frozenset(["I", "IGNORECASE", "M", "MULTILINE", "S", "DOTALL", "X", "VERBOSE", "A", "ASCII", "U", "UNICODE"])


class RegexToModule(PatternRule):
    """See the class attributes."""

    name = "regex-to-module"
    looks_for = "`re.match`, `re.sub`, `re.compile` and the like with a constant pattern inside a function."
    safe_when = "The pattern and flags are constants, the pattern compiles without a warning, and `re` is the module."
    why = "Each call looks the pattern up in the cache of `re`, which costs as much as a short match."
    example = """\
import re


def fields(line):
    if re.match(r"\\s*#", line):
        return []
    return line.split(",")
"""
    example_after = """\
import re


_FIELDS_RE = re.compile(r"\\s*#")


def fields(line):
    if _FIELDS_RE.match(line):
        return []
    return line.split(",")
"""
    counter_example = """\
import re


def fields(line, comment):
    if re.match(comment, line):
        return []
    return line.split(",")
"""

    def find(self, context: Context) -> Iterator[Finding]:
        """Calls of functions of `re` with constant patterns."""
        for call in context.tree.nodes(cst.Call):
            if isinstance(call.func, cst.Attribute) and context.imported_module(call.func.value, "re"):
                splices = self._edit(context, call, call.func)
                if splices:
                    what = (
                        f"re.{call.func.attr.value} looks its constant pattern up at each call; it is "
                        "compiled once instead"
                    )
                    yield Finding(call, splices, what, 1)

    def _edit(self, context: Context, call: cst.Call, func: cst.Attribute) -> list[Splice]:
        method = func.attr.value
        if not call.args or not _plain(call.args) or not _is_pattern(call.args[0].value):
            return []
        flags = _flags(call, method)
        if flags is _REFUSED or not _compiles(call.args[0].value, flags):
            return []
        name = _constant_name(context, call)
        if name is None:
            return []
        arguments = [context.tree.code(call.args[0].value)] + ([context.tree.code(flags)] if flags else [])
        value = f"{context.tree.code(func.value)}.compile({', '.join(arguments)})"
        constant = add_constant(context, func.value, name, value)
        if constant is None:
            return []
        if method == "compile":
            return [constant, replace(context, call, name)]
        return [constant, *_as_method(context, call, f"{name}.{method}(", flags)]


_REFUSED = cst.Name("refused")


def _plain(args: object) -> bool:
    return isinstance(args, (list, tuple)) and not args[0].keyword and not any(arg.star for arg in args)


def _is_pattern(node: cst.BaseExpression) -> bool:
    """A constant on one line; verbose patterns over many lines read better where they are used."""
    return isinstance(node, (cst.SimpleString, cst.ConcatenatedString)) and node.evaluated_value is not None


def _flags(call: cst.Call, method: str) -> cst.BaseExpression | None:
    """The flags argument, None without one, `_REFUSED` when it is not constant or the method is unknown."""
    if method == "compile":
        position = 0
    elif method in _FLAGS_POSITION:
        position = _FLAGS_POSITION[method]
    else:
        return _REFUSED
    flags = next((arg.value for arg in call.args if arg.keyword and arg.keyword.value == "flags"), None)
    positional = [arg.value for arg in call.args[1:] if arg.keyword is None]
    if len(positional) > position:
        flags = positional[position]
    if flags is None:
        return None
    attributes = [n for n in walk(flags) if isinstance(n, cst.Attribute)]
    constant = all(isinstance(n, (cst.Attribute, cst.Name, cst.BinaryOperation, cst.BitOr)) for n in walk(flags))
    known = all(a.attr.value in _FLAGS and isinstance(a.value, cst.Name) and a.value.value == "re" for a in attributes)
    return flags if constant and known and attributes else _REFUSED


def _compiles(pattern: cst.BaseExpression, flags: cst.BaseExpression | None) -> bool:
    """Whether compiling at import could neither fail nor warn where compiling at the call would have."""
    assert isinstance(pattern, (cst.SimpleString, cst.ConcatenatedString))
    value = 0
    for node in walk(flags) if flags else ():
        if isinstance(node, cst.Attribute):
            value |= getattr(re, node.attr.value)
    # Before the filter: reading "\\d" out of a literal that is not raw warns too, and means nothing here.
    text = cast(str, pattern.evaluated_value)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            re.compile(text, value)
        except (re.error, Warning, ValueError, OverflowError, RecursionError):
            return False
    return True


def _constant_name(context: Context, call: cst.Call) -> str | None:
    function = context.tree.function_of(call)
    if function is None:
        return None
    stem = function.name.value.strip("_").upper() or "FUNCTION"
    return context.fresh_name(*(f"_{stem}_RE{suffix}" for suffix in ("", *range(2, 10))))


def _as_method(context: Context, call: cst.Call, head: str, flags: cst.BaseExpression | None) -> list[Splice]:
    """The call without pattern and flags; the other arguments keep their layout."""
    rest = [arg for arg in call.args[1:] if arg.value is not flags]
    if len(call.args) < 2 or not rest:
        return []
    splices = [Splice(context.tree.span(call)[0], context.tree.span(rest[0])[0], head)]
    for before, arg in itertools.pairwise(call.args):
        if arg.value is flags and before is not call.args[0]:
            splices.append(Splice(_end(context, before), _end(context, arg), ""))
        elif arg.value is flags:
            return []
    return splices


def _end(context: Context, arg: cst.Arg) -> int:
    return context.tree.full_span(arg.value)[1]
