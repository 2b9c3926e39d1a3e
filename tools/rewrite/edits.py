"""Splices of text into a module, and the places where new imports and constants go."""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import libcst as cst

    from perfagent.tools.rewrite.analysis.context import Context


@dataclass(frozen=True, slots=True, order=True)
class Splice:
    """Bytes [start, end) of the module's UTF-8 text give way to `text`."""

    start: int
    end: int
    text: str


def apply(data: bytes, splices: Iterable[Splice]) -> str:
    """The text after all splices.

    Raises:
        ValueError: two splices overlap.
    """
    parts, position = [], 0
    for splice in sorted(splices):
        if splice.start < position:
            raise ValueError("splices overlap")
        parts += [data[position : splice.start], splice.text.encode("utf-8")]
        position = splice.end
    parts.append(data[position:])
    return b"".join(parts).decode("utf-8")


def compiles(source: str, *, original: str) -> bool:
    """Whether the text is valid Python, judged by the compiler if it takes the original, else by libcst."""
    import libcst as cst

    if _compile(original):
        return _compile(source)
    try:
        cst.parse_module(source)
    except cst.ParserSyntaxError:
        return False
    return True


def _compile(source: str) -> bool:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            compile(source, "<rewrite>", "exec", dont_inherit=True)
        except (SyntaxError, ValueError):
            return False
    return True


def replace(context: Context, node: cst.CSTNode, text: str) -> Splice:
    """Put `text` in the place of an expression, inside the parentheses it may have."""
    return Splice(*context.tree.span(node), text)


def replace_whole(context: Context, node: cst.CSTNode, text: str) -> Splice:
    """Put `text` in the place of an expression and its parentheses."""
    return Splice(*context.tree.full_span(node), text)


def remove_lines(context: Context, statement: cst.CSTNode) -> Splice:
    """Take out the whole lines of a statement."""
    return Splice(*context.tree.line_span(*context.tree.span(statement)), "")


def insert_before(context: Context, statement: cst.CSTNode, *lines: str) -> Splice:
    """New statements on lines of their own, before and as deep as `statement`, which must begin its line."""
    start = context.tree.line_span(*context.tree.span(statement))[0]
    indentation = context.tree.indentation(statement) or ""
    return Splice(start, start, "".join(f"{indentation}{line}{context.tree.newline}" for line in lines))


def insert_after(context: Context, statement: cst.CSTNode, *lines: str) -> Splice:
    """New statements on lines of their own, after and as deep as `statement`."""
    end = context.tree.line_span(*context.tree.span(statement))[1]
    indentation = context.tree.indentation(statement) or ""
    newline = context.tree.newline
    first = "" if context.tree.data[:end].endswith(b"\n") else newline
    return Splice(end, end, first + "".join(f"{indentation}{line}{newline}" for line in lines))


def line_begin(context: Context, statement: cst.CSTNode) -> int:
    """Offset of the line where a top-level statement starts, with its decorators and adjoining comments."""
    import libcst as cst

    first: cst.CSTNode = statement
    if isinstance(statement, (cst.FunctionDef, cst.ClassDef)) and statement.decorators:
        first = statement.decorators[0]
    start = context.tree.line_span(*context.tree.span(first))[0]
    while start > 0:
        above = context.tree.line_span(start - 1, start)[0]
        if not context.tree.slice(above, start).lstrip().startswith("#"):
            break
        start = above
    return start


def add_constant(context: Context, node: cst.CSTNode, name: str, value: str) -> Splice | None:
    """Define `name = value` at the module's level, just before the def or class that holds `node`.

    Behind a private constant that stands there already it is one more line. None when the def is not at the module's
    level, or `node` uses names that are not certainly bound by then.
    """
    import libcst as cst

    top: cst.CSTNode = node
    for above in context.tree.ancestors(node):
        if isinstance(above, cst.Module):
            break
        top = above
    if not isinstance(top, (cst.FunctionDef, cst.ClassDef)):
        return None
    start = line_begin(context, top)
    if not all(_bound_before(context, used, start) for used in context.identifiers(node)):
        return None
    newline = context.tree.newline
    end = _constants_end(context, top, start)
    if end is not None:
        return Splice(end, end, f"{name} = {value}{newline}")
    return Splice(start, start, f"{name} = {value}{newline}{newline * 2}")


def _constants_end(context: Context, top: cst.CSTNode, start: int) -> int | None:
    """The end of the private constant that is the last thing before `start`, where `top` begins; None without one."""
    import libcst as cst

    body = context.tree.tree.body
    position = next(index for index, statement in enumerate(body) if statement is top)
    before = body[position - 1] if position else None
    if not (isinstance(before, cst.SimpleStatementLine) and len(before.body) == 1):
        return None
    assign = before.body[0]
    target = assign.targets[0].target if isinstance(assign, cst.Assign) and len(assign.targets) == 1 else None
    if not (isinstance(target, cst.Name) and target.value.startswith("_") and target.value.isupper()):
        return None
    end = context.tree.line_span(*context.tree.span(before))[1]
    return end if not context.tree.slice(end, start).strip() else None


def _bound_before(context: Context, name: cst.Name, offset: int) -> bool:
    """Whether a name means, at module level and from `offset` on, what it means where it stands."""
    variable = context.variable(name)
    if variable is None:
        return context.scopes.is_builtin(name)
    if variable.scope is not context.scopes.module:
        return False
    stores = [o.node for o in context.occurrences(variable) if o.store]
    return len(stores) == 1 and context.tree.span(stores[0])[0] < offset
