"""The tables of a board, whatever they are written in: columns, and a row of cells each for entries, instances, pairs.

A column stands only where some row has something to say in it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, NamedTuple, TypeVar

from perfagent.benchmarks.gso_swe_perf.leaderboard.records import Board, Difference, Entry, Judgement, Line
from perfagent.benchmarks.gso_swe_perf.leaderboard.words import (
    NOTHING,
    apart,
    difference_text,
    duration_text,
    number_text,
    ratio_text,
    total_text,
    total_title,
    usd_text,
    verdict_text,
)
from perfagent.benchmarks.gso_swe_perf.records import Protocol

Row = TypeVar("Row")


class Cell(NamedTuple):
    """What stands in one place.

    Attributes:
        order: what a column is sorted by; None comes last.
        kind: `good`, `bad` or `doubt` where it deserves a colour.
        more: said in small letters below, where there is room.
    """

    text: str
    order: float | str | None = None
    kind: str = ""
    more: str = ""


EMPTY_CELL = Cell(NOTHING)


@dataclass(frozen=True, slots=True)
class Column(Generic[Row]):
    """One column.

    Attributes:
        cell: of a row; None where the row has nothing to say.
        numeric: whether its cells are figures, which are aligned to the right.
        narrow: whether it has a place on a terminal.
    """

    title: str
    cell: Callable[[Row], Cell | None]
    numeric: bool = True
    narrow: bool = True


@dataclass(frozen=True, slots=True)
class Table:
    """Cells by rows, as wide as the columns; the first column names the row."""

    caption: str
    columns: tuple[Column[Any], ...]
    rows: tuple[tuple[Cell, ...], ...]

    @staticmethod
    def of(caption: str, columns: Sequence[Column[Row]], rows: Sequence[Row]) -> Table:
        """The table without the columns that nothing stands in."""
        cells = [[column.cell(row) for row in rows] for column in columns]
        kept = [number for number, column in enumerate(cells) if any(cell is not None for cell in column)]
        filled = tuple(tuple(cells[number][row] or EMPTY_CELL for number in kept) for row in range(len(rows)))
        return Table(caption, tuple(columns[number] for number in kept), filled)


def entries_table(board: Board) -> Table:
    """Every entry with its totals, verdicts and costs."""
    protocols = {entry.protocol for entry in board.entries}
    names = dict.fromkeys(total.name for entry in board.entries for total in entry.totals[entry.protocol])
    columns = [
        Column("predictions", lambda entry: Cell(entry.name, entry.name), numeric=False),
        *([Column("protocol", lambda entry: Cell(entry.protocol), numeric=False)] if len(protocols) > 1 else []),
        *(_total_column(name, narrow=not number) for number, name in enumerate(names)),
        Column("paired score", _paired_score),
        Column("solved", _solved),
        Column("overturned", _overturned_counts, numeric=False),
        Column("USD", lambda entry: _if(entry.price, lambda p: Cell(usd_text(p.usd), p.usd))),
        Column("tokens", lambda entry: _if(entry.price, lambda p: Cell(number_text(p.tokens), p.tokens)), narrow=False),
        Column("made in", lambda entry: _if(entry.price, lambda p: _duration(p.seconds))),
        *(_spent_column(protocol) for protocol in ("official", "paired")),
    ]
    return Table.of("Prediction files by their score, with 95 % intervals over instances", columns, board.entries)


def lines_table(entry: Entry) -> Table:
    """Every instance of an entry."""
    columns: list[Column[Line]] = [
        Column("instance", lambda line: Cell(line.instance_id, line.instance_id), numeric=False),
        Column("speedup", lambda line: _ratio(line.first.score.speedup)),
        Column("expert's", lambda line: _ratio(line.first.score.expert_speedup)),
        Column("of the expert", lambda line: _ratio(line.first.score.ratio)),
        Column("official", lambda line: _if(line.official, _verdict), numeric=False),
        Column("paired", lambda line: _if(line.paired, _verdict), numeric=False),
        Column("paired speedup", lambda line: _if(line.paired if line.official else None, _interval)),
        Column("overturned", _overturned, numeric=False),
        Column("USD", lambda line: _if(line.price, lambda p: Cell(usd_text(p.usd), p.usd))),
        Column("tokens", lambda line: _if(line.price, lambda p: Cell(number_text(p.tokens), p.tokens)), narrow=False),
        Column("made in", lambda line: _if(line.price, lambda p: _duration(p.seconds)), narrow=False),
        Column("measured in", lambda line: _duration(sum(each.seconds for each in _both(line)))),
        Column("executions", _executions),
    ]
    return Table.of(f"{entry.name}: every instance", columns, entry.lines)


def matrix_table(board: Board) -> Table:
    """Every instance by every entry: the verdict's mark and the speedup, beside the expert's."""
    lines = {entry.name: {line.instance_id: line for line in entry.lines} for entry in board.entries}

    def expert(instance: str) -> Cell | None:
        known = [line.first.score.expert_speedup for by_id in lines.values() if (line := by_id.get(instance))]
        return next((_ratio(each) for each in known if each is not None), None)

    def column(name: str) -> Column[str]:
        return Column(name, lambda instance: _if(lines[name].get(instance), _matrix_cell))

    columns: list[Column[str]] = [
        Column("instance", lambda instance: Cell(instance, instance), numeric=False),
        Column("expert's", expert),
        *(column(entry.name) for entry in board.entries),
    ]
    return Table.of("Speedups of all prediction files", columns, board.instances)


def differences_table(board: Board) -> Table:
    """Every two entries on the instances that both have."""
    columns: list[Column[Difference]] = [
        Column("predictions", lambda two: Cell(two.first, two.first), numeric=False),
        Column("against", lambda two: Cell(two.second, two.second), numeric=False),
        Column("difference", lambda two: Cell(difference_text(two), two.value)),
        Column("that is", lambda two: Cell(apart(two), apart(two)), numeric=False),
        Column("instances", lambda two: Cell(str(two.instances), two.instances)),
    ]
    what = "Scores by each other's" if board.benchmark == "swefficiency" else "Scores less each other's"
    return Table.of(f"{what}, with 95 % intervals over instances drawn for both", columns, board.differences)


Known = TypeVar("Known")


def _if(known: Known | None, cell: Callable[[Known], Cell]) -> Cell | None:
    return None if known is None else cell(known)


def _ratio(ratio: float | None) -> Cell | None:
    return None if ratio is None else Cell(ratio_text(ratio), ratio)


def _duration(seconds: float) -> Cell:
    return Cell(duration_text(seconds), seconds)


def _both(line: Line) -> list[Judgement]:
    return [each for each in (line.official, line.paired) if each is not None]


def _verdict(judgement: Judgement) -> Cell:
    text = verdict_text(judgement)
    kind = {"✓": "good", "✗": "bad"}.get(text[0], "doubt")
    return Cell(text, text, kind, judgement.score.detail)


def _interval(judgement: Judgement) -> Cell:
    if judgement.interval is None:
        return Cell(ratio_text(judgement.score.speedup), judgement.score.speedup)
    low, high = map(number_text, judgement.interval)
    return Cell(f"{ratio_text(judgement.score.speedup)} ({low}–{high})", judgement.score.speedup)


def _overturned(line: Line) -> Cell | None:
    if line.overturned is None:
        return None
    return Cell(f"! {line.overturned.direction}", line.overturned.direction, "doubt")


def _executions(line: Line) -> Cell:
    counts = [each.executions for each in _both(line)]
    return Cell(" / ".join(map(number_text, counts)), sum(counts))


def _matrix_cell(line: Line) -> Cell:
    verdict = _verdict(line.first)
    speedup = line.first.score.speedup
    said = f"{verdict.text[0]} {line.first.verdict if speedup is None else ratio_text(speedup)}"
    return Cell(said + (" !" if line.overturned else ""), speedup, verdict.kind)


def _total_column(name: str, *, narrow: bool) -> Column[Entry]:
    def cell(entry: Entry) -> Cell | None:
        found = [total for total in entry.totals[entry.protocol] if total.name == name]
        return Cell(total_text(found[0]), found[0].value) if found else None

    return Column(total_title(name), cell, narrow=narrow)


def _paired_score(entry: Entry) -> Cell | None:
    if len(entry.totals) < 2:
        return None
    return Cell(total_text(entry.totals["paired"][0]), entry.totals["paired"][0].value)


def _solved(entry: Entry) -> Cell:
    solved = sum(line.first.score.solved for line in entry.lines)
    return Cell(f"{solved} of {len(entry.lines)}", solved)


def _overturned_counts(entry: Entry) -> Cell | None:
    if len(entry.totals) < 2:
        return None
    rejected, accepted = entry.overturned("rejected"), entry.overturned("accepted")
    return Cell(f"{rejected} rejected, {accepted} accepted", rejected + accepted)


def _spent_column(protocol: Protocol) -> Column[Entry]:
    """How many executions a protocol's verdicts took, and how long."""

    def cell(entry: Entry) -> Cell | None:
        judgements = entry.judgements(protocol)
        executions = sum(each.executions for each in judgements)
        seconds = sum(each.seconds for each in judgements)
        return Cell(f"{number_text(executions)} in {duration_text(seconds)}", executions) if judgements else None

    return Column(f"{protocol} executions", cell)
