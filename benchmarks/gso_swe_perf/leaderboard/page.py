"""A board as one HTML file that needs nothing else: no network, no script to be read, no colour to be understood."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from perfagent.benchmarks.gso_swe_perf.leaderboard import bars as bars_module
from perfagent.benchmarks.gso_swe_perf.leaderboard.bars import Bar, bars
from perfagent.benchmarks.gso_swe_perf.leaderboard.columns import (
    Cell,
    Table,
    differences_table,
    entries_table,
    lines_table,
    matrix_table,
)
from perfagent.benchmarks.gso_swe_perf.leaderboard.markdown import LEGEND, board_title
from perfagent.benchmarks.gso_swe_perf.leaderboard.records import Board, Entry, Line
from perfagent.tools.report.html import rendered


@dataclass(frozen=True, slots=True)
class Shown:
    """A table as the page shows it.

    Attributes:
        bars: one a row, or none at all.
        words: by which each row can be chosen, such as `solved`; empty where rows are not chosen from.
        links: addresses of the rows' names, or none at all.
    """

    table: Table
    bars: Sequence[Bar] = ()
    words: Sequence[Sequence[str]] = ()
    links: Sequence[str] = ()


def board_page(board: Board) -> str:
    """The page."""
    values = {
        "title": board_title(board),
        "overview": _overview(board),
        "entries": [_shown_entry(entry) for entry in board.entries],
        "names": [entry.name for entry in board.entries],
        "sources": [entry.source for entry in board.entries],
        "legend": LEGEND,
        "drawing": bars_module,
    }
    return rendered(str(__package__), "page.html.jinja", values, {"order": _order})


def _overview(board: Board) -> list[Shown]:
    """What stands above the entries' own tables."""
    links = [f"#entry-{number}" for number in range(1, len(board.entries) + 1)]
    shown = [Shown(entries_table(board), links=links)]
    if board.differences:
        shown.append(Shown(differences_table(board)))
    if len(board.entries) > 1:
        shown.append(Shown(matrix_table(board)))
    return shown


def _shown_entry(entry: Entry) -> Shown:
    return Shown(lines_table(entry), bars(entry.lines), [_words(line) for line in entry.lines])


def _words(line: Line) -> list[str]:
    return [
        line.first.verdict,
        *(["overturned"] if line.overturned else []),
        *(["flagged"] if line.first.score.flagged else []),
    ]


def _order(cell: Cell) -> str:
    """What the script sorts by: a number as it reads it, or a text."""
    if cell.order is None:
        return ""
    if isinstance(cell.order, float) and math.isinf(cell.order):
        return "Infinity" if cell.order > 0 else "-Infinity"
    return str(cell.order)
