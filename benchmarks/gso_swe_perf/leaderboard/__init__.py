"""Tables of scored predictions: ranked, instance by instance beside the expert, and compared two by two."""

from perfagent.benchmarks.gso_swe_perf.leaderboard.columns import (
    Cell,
    Column,
    Table,
    differences_table,
    entries_table,
    lines_table,
    matrix_table,
)
from perfagent.benchmarks.gso_swe_perf.leaderboard.gathering import gather, prices
from perfagent.benchmarks.gso_swe_perf.leaderboard.markdown import board_markdown, board_title
from perfagent.benchmarks.gso_swe_perf.leaderboard.page import board_page
from perfagent.benchmarks.gso_swe_perf.leaderboard.ranking import difference, rank
from perfagent.benchmarks.gso_swe_perf.leaderboard.reading import read_evaluation
from perfagent.benchmarks.gso_swe_perf.leaderboard.records import (
    SCHEMA,
    Board,
    Difference,
    Entry,
    Judgement,
    Line,
    Price,
    Scored,
)

__all__ = [
    "SCHEMA",
    "Board",
    "Cell",
    "Column",
    "Difference",
    "Entry",
    "Judgement",
    "Line",
    "Price",
    "Scored",
    "Table",
    "board_markdown",
    "board_page",
    "board_title",
    "difference",
    "differences_table",
    "entries_table",
    "gather",
    "lines_table",
    "matrix_table",
    "prices",
    "rank",
    "read_evaluation",
]
