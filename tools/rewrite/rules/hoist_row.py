"""`table[i][j]` in a loop over `j`: `table[i]` is looked up once before the loop."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from perfagent.tools.rewrite.analysis.context import Context
from perfagent.tools.rewrite.analysis.effects import calls_harmless, is_private, is_stable
from perfagent.tools.rewrite.analysis.places import always_evaluated
from perfagent.tools.rewrite.analysis.tree import walk
from perfagent.tools.rewrite.analysis.types import type_of
from perfagent.tools.rewrite.edits import insert_before, replace_whole
from perfagent.tools.rewrite.rule import Finding, PatternRule
from perfagent.tools.rewrite.shapes import only_index, plain_args


class HoistRow(PatternRule):
    """See the class attributes."""

    name = "hoist-row"
    looks_for = "`table[i][j]` inside the loop over `j`."
    safe_when = (
        "`table` is a list, `i` runs over its positions or the loop changes neither, and no row is "
        "replaced in the loop."
    )
    why = "The row is looked up again for each of its cells."
    example = """\
def fill(n):
    table = [[0] * n for _ in range(n)]
    for i in range(n):
        for j in range(n):
            table[i][j] = i * j
    return table
"""
    example_after = """\
def fill(n):
    table = [[0] * n for _ in range(n)]
    for i in range(n):
        table_row = table[i]
        for j in range(n):
            table_row[j] = i * j
    return table
"""
    counter_example = """\
def fill(n):
    table = [[0] * n for _ in range(n)]
    for i in range(n):
        for j in range(n):
            table[i] = [i] * n
            table[i][j] = i * j
    return table
"""

    def find(self, context: Context) -> Iterator[Finding]:
        """Rows looked up in the innermost loops."""
        for loop in context.tree.nodes(cst.For):
            if any(isinstance(below, (cst.For, cst.While)) for below in walk(loop.body)):
                continue
            if context.tree.indentation(loop) is None or next(context.tree.loops(loop), None) is None:
                continue
            for rows in _rows(context, loop):
                table = rows[0].value
                assert isinstance(table, cst.Name)
                name = context.fresh_name(f"{table.value}_row", f"row_of_{table.value}", f"{table.value}_line")
                if name is not None:
                    line = f"{name} = {context.tree.code(rows[0])}"
                    splices = [
                        insert_before(context, loop, line),
                        *(replace_whole(context, r, name) for r in rows),
                    ]
                    what = f"`{context.tree.code(rows[0])}` is looked up again for each cell; it is looked up once"
                    yield Finding(loop, splices, what, 2)


def _rows(context: Context, loop: cst.For) -> Iterator[list[cst.Subscript]]:
    """The subscripts `table[i]` of the loop that are indexed further, by their text."""
    found: dict[str, list[cst.Subscript]] = {}
    for node in walk(loop.body):
        above = context.tree.parent(node)
        row = isinstance(node, cst.Subscript) and isinstance(above, cst.Subscript) and above.value is node
        if (
            row
            and isinstance(node, cst.Subscript)
            and isinstance(node.value, cst.Name)
            and only_index(node) is not None
        ):
            found.setdefault(context.tree.code(node), []).append(node)
    for rows in found.values():
        if _steady(context, rows[0], loop) and _in_range(context, rows, loop):
            yield rows


def _steady(context: Context, row: cst.Subscript, loop: cst.For) -> bool:
    """Whether `table[i]` is the same object for the whole loop, although its cells may change."""
    index, table = only_index(row), context.variable(row.value)
    if index is None or table is None or not is_stable(context, index, loop):
        return False
    if context.rebound_in(table, loop) or context.captured(table):
        return False
    # Another name may stand for the table, and replace its rows.
    stores = (n.target for n in walk(loop.body) if isinstance(n, (cst.AssignTarget, cst.AugAssign)))
    direct = any(isinstance(t, cst.Subscript) and isinstance(t.value, cst.Name) for t in stores)
    if direct and not is_private(context, table):
        return False
    uses = context.uses_in(table, loop)
    return calls_harmless(context, loop) and all(use.kind in ("index", "read", "truth") for use in uses)


def _in_range(context: Context, rows: list[cst.Subscript], loop: cst.For) -> bool:
    """Whether looking the row up before the loop cannot fail or add a key where the loop does neither.

    A row that only some rounds look up (`if i + 1 < n: table[i + 1][j]`) may not exist for the others.
    """
    assert isinstance(rows[0].value, cst.Name)
    if type_of(context, rows[0].value) == "list":
        return any(always_evaluated(context, row, loop) for row in rows)
    outer, index = next(context.tree.loops(loop), None), only_index(rows[0])
    if not isinstance(outer, cst.For) or not isinstance(outer.iter, cst.Call) or not isinstance(index, cst.Name):
        return False
    counted = context.scopes.is_builtin(outer.iter.func, "range") and plain_args(outer.iter, 1)
    target = isinstance(outer.target, cst.Name) and outer.target.value == index.value
    return counted and target and context.tree.code(outer.iter.args[0].value) == f"len({rows[0].value.value})"
