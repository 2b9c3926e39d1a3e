"""eval table: scored predictions ranked, instance by instance beside the expert, and compared two by two."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from perfagent.cli import options as o
from perfagent.cli.evaluate import benchmark_of

if TYPE_CHECKING:
    from rich.text import Text

    from perfagent.benchmarks.gso_swe_perf.leaderboard import Board, Cell, Table

#: Characters a line may have where no terminal tells its width: ids must not be broken for the next program.
UNKNOWN_WIDTH = 250

STYLES = {"good": "green", "bad": "red", "doubt": "yellow", "": ""}


def table(
    context: typer.Context,
    folders: Annotated[list[Path], typer.Argument(metavar="FOLDER", help="Evaluations that were scored.")],
    html: Annotated[
        Path | None, typer.Option("--html", metavar="FILE", help="Also write one page that needs no network.")
    ] = None,
    markdown: Annotated[bool, typer.Option("--markdown", help="All tables as Markdown.")] = False,
    json: o.Json = False,
) -> None:
    """Rank scored predictions, beside the expert and each other.

    Example: perfagent eval gso table scored --html leaderboard.html
    """
    from perfagent.benchmarks.gso_swe_perf.leaderboard import board_markdown, board_page, rank, read_evaluation
    from perfagent.tools.errors import UsageError

    if json and markdown:
        raise UsageError("--json and --markdown ask for two documents on one output", "give one of them", code="PA103")
    benchmark = benchmark_of(context)
    board = rank(
        benchmark, [scored for folder in dict.fromkeys(folders) for scored in read_evaluation(folder, benchmark)]
    )
    if html is not None:
        _write(html, board_page(board))
    if json:
        typer.echo(board.to_json())
    elif markdown:
        typer.echo(board_markdown(board), nl=False)
    else:
        print_board(board)
    if html is not None:
        typer.echo(f"page: {html}", err=True)


def print_board(board: Board) -> None:
    """Print the entries, and of one its instances, of several how they differ."""
    import sys

    from rich.console import Console

    from perfagent.benchmarks.gso_swe_perf.leaderboard import (
        board_title,
        differences_table,
        entries_table,
        lines_table,
        matrix_table,
    )
    from perfagent.benchmarks.gso_swe_perf.leaderboard.markdown import LEGEND

    console = Console(width=None if sys.stdout.isatty() else UNKNOWN_WIDTH)
    console.print(board_title(board), style="bold", markup=False)
    shown = [entries_table(board)]
    if len(board.entries) == 1:
        shown.append(lines_table(board.entries[0]))
    else:
        shown += [differences_table(board), matrix_table(board)]
    for each in shown:
        if each.rows:
            console.print()
            console.print(_drawn(each))
    console.print(f"\n{LEGEND}", style="dim", markup=False)


def _drawn(table: Table) -> object:
    from rich import box
    from rich.table import Column as RichColumn
    from rich.table import Table as RichTable

    kept = [number for number, column in enumerate(table.columns) if column.narrow]
    columns = [table.columns[number] for number in kept]
    heads = [
        # Names differ at their ends, which an ellipsis would hide.
        RichColumn(_text(column.title), justify="right" if column.numeric else "left", overflow="fold")
        for column in columns
    ]
    drawn = RichTable(*heads, title=_text(table.caption), title_justify="left", box=box.SIMPLE_HEAD, padding=(0, 1))
    for row in table.rows:
        drawn.add_row(*(_cell(row[number]) for number in kept))
    return drawn


def _text(words: str) -> Text:
    """Others' texts: no markup, no control characters for the terminal."""
    from rich.text import Text

    return Text("".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in words))


def _cell(cell: Cell) -> Text:
    text = _text(cell.text)
    text.stylize(STYLES[cell.kind])
    return text


def _write(file: Path, text: str) -> None:
    from perfagent.tools.errors import UsageError

    try:
        file.write_text(text, "utf-8")
    except OSError as error:
        raise UsageError(
            f"the page cannot be written to {file} ({error.strerror})", "give --html another file", code="PA105"
        ) from error
