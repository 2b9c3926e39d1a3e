"""An import inside a function moves to the module's head."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from perfagent.tools.rewrite.analysis.context import Context
from perfagent.tools.rewrite.edits import remove_lines
from perfagent.tools.rewrite.imports import add_import
from perfagent.tools.rewrite.rule import Finding, PatternRule
from perfagent.tools.rewrite.shapes import simple_statement

# Modules that are part of every Python, cheap to import, and import nothing of the project: no cycle
# can arise. Not time and random: tests replace their functions after the module was imported.
_HARMLESS = frozenset(
    [
        "bisect",
        "collections",
        "collections.abc",
        "copy",
        "functools",
        "heapq",
        "itertools",
        "math",
        "operator",
        "os",
        "os.path",
        "re",
        "string",
        "struct",
        "textwrap",
        "types",
    ]
)


class ImportToModule(PatternRule):
    """See the class attributes."""

    name = "import-to-module"
    looks_for = "`from math import sqrt` inside a function, for small modules of the standard library."
    safe_when = "The names mean nothing else anywhere in the module, and no cycle can arise."
    why = "The import system is asked at each call, which costs as much as many small functions."
    example = """\
import sys


def norm(x, y):
    from math import sqrt
    return sqrt(x * x + y * y)
"""
    example_after = """\
import sys
from math import sqrt


def norm(x, y):
    return sqrt(x * x + y * y)
"""
    counter_example = """\
import sys


def norm(x, y):
    from fast_math import sqrt
    return sqrt(x * x + y * y)
"""

    def find(self, context: Context) -> Iterator[Finding]:
        """From-imports of one name that stand alone on a line of a function."""
        for statement in context.tree.nodes(cst.ImportFrom):
            line = context.tree.statement_of(statement)
            if simple_statement(line, cst.ImportFrom) is None or statement.relative or statement.module is None:
                continue
            module = context.tree.code(statement.module)
            function = context.tree.function_of(statement)
            name = _only_name(statement)
            if function is None or name is None or module not in _HARMLESS or context.in_try(statement):
                continue
            if len(context.tree.siblings(line)) < 2 or not _private(context, function, name):
                continue
            span = context.tree.line_span(*context.tree.span(line))
            imported = add_import(context, module, name, taken_here=True)
            if imported is not None and imported[0] == name and not context.tree.has_comment(*span):
                what = "the import system is asked at each call; it is asked once"
                yield Finding(statement, [*imported[1], remove_lines(context, line)], what, 1)


def _only_name(statement: cst.ImportFrom) -> str | None:
    if isinstance(statement.names, cst.ImportStar) or len(statement.names) != 1 or statement.names[0].asname:
        return None
    name = statement.names[0].name
    return name.value if isinstance(name, cst.Name) else None


def _private(context: Context, function: cst.FunctionDef, name: str) -> bool:
    """Whether every occurrence of the name belongs to this function, which binds it by this import alone."""
    import builtins

    scope = context.scopes.of(function)
    own = context.scopes.occurrences(scope, name)
    stores = [o for o in own if o.store]
    return len(stores) == 1 and len(own) == context.scopes.count(name) and not hasattr(builtins, name)
