from __future__ import annotations

from collections.abc import Callable

from perfagent.benchmarks.gso_swe_perf.leaderboard import (
    Price,
    Scored,
    Table,
    differences_table,
    entries_table,
    lines_table,
    matrix_table,
    rank,
)

Make = Callable[..., Scored]

SOLVED, SLOW = (5.0, True), (2.0, False)


def texts(table: Table) -> list[list[str]]:
    return [[column.title for column in table.columns], *([cell.text for cell in row] for row in table.rows)]


def test_an_entry_of_one_protocol_without_prices_has_no_empty_columns(scored: Make) -> None:
    board = rank("gso", [scored("m", SOLVED, SLOW)])
    assert texts(entries_table(board)) == [
        ["predictions", "Opt@1", "passed", "solved", "official executions"],
        ["m", "50 % (0–100)", "50 %", "1 of 2", "60 in 3.0 min"],
    ]
    assert texts(lines_table(board.entries[0])) == [
        ["instance", "speedup", "expert's", "official", "measured in", "executions"],
        ["task-0", "5x", "4x", "✓ solved", "90 s", "30"],
        ["task-1", "2x", "4x", "✗ not solved", "90 s", "30"],
    ]


def test_both_protocols_and_the_price_stand_beside_each_other(scored: Make) -> None:
    price = Price(usd=0.25, input_tokens=900, output_tokens=100, seconds=60.0, rollouts=1)
    board = rank("gso", [scored("m", SOLVED, paired=[SLOW], task_0=price)])
    heads, cells = texts(lines_table(board.entries[0]))
    told = dict(zip(heads, cells, strict=True))
    assert told["official"] == "✓ solved"
    assert told["paired"] == "✗ not faster"
    assert told["paired speedup"] == "2x (1.10–1.30)"
    assert told["overturned"] == "! rejected"
    assert (told["USD"], told["tokens"], told["made in"]) == ("0.2500", "1,000", "60 s")
    assert (told["measured in"], told["executions"]) == ("3.0 min", "30 / 30")
    heads, cells = texts(entries_table(board))
    told = dict(zip(heads, cells, strict=True))
    assert told["paired score"] == "0 % (0–100)"
    assert told["overturned"] == "1 rejected, 0 accepted"


def test_the_matrix_has_a_cell_for_every_instance_of_any(scored: Make) -> None:
    board = rank("gso", [scored("a", SOLVED, (None, False)), scored("b", SLOW)])
    assert texts(matrix_table(board)) == [
        ["instance", "expert's", "a", "b"],
        ["task-0", "4x", "✓ 5x", "✗ 2x"],
        ["task-1", "4x", "✗ not solved", "–"],
    ]


def test_entries_by_different_protocols_say_so(scored: Make) -> None:
    board = rank("gso", [scored("a", SLOW), scored("b", paired=[SOLVED])])
    assert [row[:2] for row in texts(entries_table(board))] == [
        ["predictions", "protocol"], ["a", "official"], ["b", "paired"]
    ]  # fmt: skip


def test_differences_are_rows_of_two_names(scored: Make) -> None:
    board = rank("gso", [scored("a", SOLVED), scored("b", SLOW)])
    assert texts(differences_table(board))[1] == ["a", "b", "+100 points", "no interval", "1"]
