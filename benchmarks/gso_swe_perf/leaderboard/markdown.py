"""A board in Markdown, for an issue or a document."""

from __future__ import annotations

from perfagent.benchmarks.gso_swe_perf.leaderboard.columns import (
    Cell,
    Table,
    differences_table,
    entries_table,
    lines_table,
    matrix_table,
)
from perfagent.benchmarks.gso_swe_perf.leaderboard.records import Board
from perfagent.benchmarks.gso_swe_perf.leaderboard.words import BENCHMARKS

#: Said once below the tables that use them.
LEGEND = (
    "Speedups are base time / patched time. ✓ solved, ✗ not solved, ? not judged, ! our verifier overturns the "
    "official verdict."
)

#: What Markdown, or HTML inside it, would make something else of. Backslashes come first.
_SPECIAL = "\\`*_{}[]<>#|~&"


def board_markdown(board: Board) -> str:
    """All tables of a board."""
    parts = [f"# {board_title(board)}", _table(entries_table(board))]
    if board.differences:
        parts += ["## Differences", _table(differences_table(board))]
    if len(board.entries) > 1:
        parts += ["## Speedups side by side", _table(matrix_table(board))]
    for entry in board.entries:
        parts += [f"## {escaped(entry.name)}", _table(lines_table(entry))]
    return "\n\n".join([*parts, LEGEND]) + "\n"


def board_title(board: Board) -> str:
    """One line: `GSO: 2 prediction files, 12 instances`."""
    files, instances = len(board.entries), len(board.instances)
    return (
        f"{BENCHMARKS[board.benchmark]}: {files} prediction file{'s' if files != 1 else ''}, "
        f"{instances} instance{'s' if instances != 1 else ''}"
    )


def escaped(text: str) -> str:
    """A text of others on one line, with nothing in it that Markdown acts on."""
    line = " ".join(text.split())
    return "".join(f"\\{letter}" if letter in _SPECIAL else letter for letter in line)


def _table(table: Table) -> str:
    rule = "|".join("---:" if column.numeric else "---" for column in table.columns)
    rows = [[escaped(column.title) for column in table.columns], *([_cell(cell) for cell in row] for row in table.rows)]
    head, *body = [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join([head, f"|{rule}|", *body])


def _cell(cell: Cell) -> str:
    return escaped(f"{cell.text}: {cell.more}" if cell.more else cell.text)
