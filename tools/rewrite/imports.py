"""Where a new import goes: into the line that imports from its module, else in its alphabetical place."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from perfagent.tools.rewrite.edits import Splice, line_begin

if TYPE_CHECKING:
    import libcst as cst

    from perfagent.tools.rewrite.analysis.context import Context


def add_import(
    context: Context, module: str, name: str, *, taken_here: bool = False
) -> tuple[str, list[Splice]] | None:
    """How to call `module.name` of the standard library in this file, and the splices that import it.

    The list is empty when it is imported already. None when the name is taken by something else; with
    `taken_here` it is taken by what is about to go.
    """
    known = _already(context, module, name)
    if known is not None:
        return known, []
    if not taken_here and context.fresh_name(name) is None:
        return None
    splice = _extend_line(context, module, name) or _new_line(context, module, name)
    return (name, [splice]) if splice else None


def _already(context: Context, module: str, name: str) -> str | None:
    import libcst as cst

    for bound in sorted(context.scopes.module.bound):
        node = next((o.node for o in context.scopes.occurrences(context.scopes.module, bound) if o.store), None)
        if isinstance(node, cst.Name) and context.imported_name(node, module, name):
            return bound
        if isinstance(node, cst.Name) and context.imported_module(node, module):
            return f"{bound}.{name}"
    return None


def _leading_imports(context: Context) -> list[tuple[cst.SimpleStatementLine, cst.Import | cst.ImportFrom]]:
    """The imports at the top of the module, up to the first statement of another kind."""
    import libcst as cst

    found = []
    for statement in context.tree.tree.body:
        small = statement.body[0] if isinstance(statement, cst.SimpleStatementLine) else None
        if isinstance(statement, cst.SimpleStatementLine) and isinstance(small, (cst.Import, cst.ImportFrom)):
            found.append((statement, small))
        elif found or not isinstance(small, cst.Expr):
            break
    return found


def _module_of(context: Context, small: cst.Import | cst.ImportFrom) -> str:
    import libcst as cst

    if isinstance(small, cst.Import):
        return context.tree.code(small.names[0].name)
    return "." * len(small.relative) + (context.tree.code(small.module) if small.module else "")


def _extend_line(context: Context, module: str, name: str) -> Splice | None:
    import libcst as cst

    for line, small in _leading_imports(context):
        if not isinstance(small, cst.ImportFrom) or _module_of(context, small) != module or len(line.body) > 1:
            continue
        if isinstance(small.names, cst.ImportStar) or small.lpar or "\\" in context.tree.code(small):
            continue
        names = [context.tree.code(alias).rstrip(", ") for alias in small.names]
        ordered = sorted([*names, name], key=_order)
        wanted = ordered if names == sorted(names, key=_order) else [*names, name]
        return Splice(*context.tree.span(small), f"from {module} import {', '.join(wanted)}")
    return None


def _order(name: str) -> tuple[int, str]:
    """isort's default: constants, classes, then the rest."""
    return (0 if name.isupper() and len(name) > 1 else 1 if name[:1].isupper() else 2), name


def _new_line(context: Context, module: str, name: str) -> Splice | None:
    import libcst as cst

    text, newline = f"from {module} import {name}", context.tree.newline
    imports = [(line, small) for line, small in _leading_imports(context) if _module_of(context, small) != "__future__"]
    standard = [(line, s) for line, s in imports if _module_of(context, s).split(".")[0] in sys.stdlib_module_names]
    for line, small in standard:
        if isinstance(small, cst.ImportFrom) and _module_of(context, small) > module:
            return _at_line(context, line, f"{text}{newline}")
    if standard:
        end = context.tree.line_span(*context.tree.span(standard[-1][0]))[1]
        closed = context.tree.data[:end].endswith(b"\n")
        return Splice(end, end, f"{text}{newline}" if closed else f"{newline}{text}{newline}")
    if imports:
        return _at_line(context, imports[0][0], f"{text}{newline}{newline}")
    return _before_code(context, f"{text}{newline}")


def _at_line(context: Context, statement: cst.CSTNode, text: str) -> Splice:
    start = context.tree.line_span(*context.tree.span(statement))[0]
    return Splice(start, start, text)


def _before_code(context: Context, text: str) -> Splice | None:
    """In a module without imports: after the docstring and `from __future__`, before everything else."""
    import libcst as cst

    newline = context.tree.newline
    for statement in context.tree.tree.body:
        small = statement.body[0] if isinstance(statement, cst.SimpleStatementLine) else None
        future = isinstance(small, cst.ImportFrom) and _module_of(context, small) == "__future__"
        if not future and not isinstance(small, cst.Expr):
            start = line_begin(context, statement)
            blank = newline * 2 if isinstance(statement, (cst.FunctionDef, cst.ClassDef)) else newline
            return Splice(start, start, f"{text}{blank}")
    return None
