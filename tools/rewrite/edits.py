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
    """Whether the edited text is valid Python, judged by the compiler if it understands the original, else by libcst."""
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


def add_import(context: Context, module: str, name: str) -> tuple[str, list[Splice]] | None:
    """How to call `module.name` in this file and the splice that imports it, none if it is there already.

    None when the name is taken by something else.
    """
    import libcst as cst

    body = context.tree.tree.body
    for bound in sorted(context.scopes.module.bound):
        node = next((o.node for o in context.scopes.occurrences(context.scopes.module, bound) if o.store), None)
        if isinstance(node, cst.Name) and context.imported_name(node, module, name):
            return bound, []
        if isinstance(node, cst.Name) and context.imported_module(node, module) and "." not in module:
            return f"{bound}.{name}", []
    if context.fresh_name(name) is None:
        return None
    after = _last_import(body)
    line = f"from {module} import {name}"
    if after is not None:
        return name, [insert_after(context, after, line)]
    first = next((s for s in body if not _is_docstring(s)), None)
    if first is None or _line_begin(context, first) is None:
        return None
    start = _line_begin(context, first) or 0
    return name, [Splice(start, start, f"{line}{context.tree.newline}{context.tree.newline * 2}")]


def _last_import(body: Iterable[cst.CSTNode]) -> cst.CSTNode | None:
    """The last statement of the leading block of plain imports; a try or an if ends the block."""
    import libcst as cst

    last: cst.CSTNode | None = None
    for statement in body:
        small = statement.body if isinstance(statement, cst.SimpleStatementLine) else ()
        if any(isinstance(s, (cst.Import, cst.ImportFrom)) for s in small):
            last = statement
        elif last is not None or not _is_docstring(statement):
            break
    return last


def _is_docstring(statement: cst.CSTNode) -> bool:
    import libcst as cst

    return isinstance(statement, cst.SimpleStatementLine) and isinstance(statement.body[0], cst.Expr)


def _line_begin(context: Context, statement: cst.CSTNode) -> int | None:
    """Offset of the line where a top-level statement starts, its decorators and adjoining comments included."""
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

    None when the def is not at the module's level, or `node` uses names that are not certainly bound by then.
    """
    import libcst as cst

    top: cst.CSTNode = node
    for above in context.tree.ancestors(node):
        if isinstance(above, cst.Module):
            break
        top = above
    if not isinstance(top, (cst.FunctionDef, cst.ClassDef)):
        return None
    start = _line_begin(context, top) or 0
    if not all(_bound_before(context, used, start) for used in context.identifiers(node)):
        return None
    newline = context.tree.newline
    return Splice(start, start, f"{name} = {value}{newline}{newline * 2}")


def _bound_before(context: Context, name: cst.Name, offset: int) -> bool:
    """Whether a name means, at module level and from `offset` on, what it means where it stands."""
    variable = context.variable(name)
    if variable is None:
        return context.scopes.is_builtin(name)
    if variable.scope is not context.scopes.module:
        return False
    stores = [o.node for o in context.occurrences(variable) if o.store]
    return len(stores) == 1 and context.tree.span(stores[0])[0] < offset
