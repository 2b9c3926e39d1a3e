"""Damages real changes as models do, applies them in every format, and writes down what came of it.

python -m perfagent.benchmarks.edit_formats [--write docs/edit-formats.md] [--only NAME] [--most 100]
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from perfagent.benchmarks.commands import errors_in_one_line
from perfagent.benchmarks.edit_formats.corpus import (
    HELD_OUT,
    RELEASES,
    Change,
    Definition,
    Hunk,
    changes,
    definitions,
    hunks,
    sample,
)
from perfagent.benchmarks.edit_formats.page import Results, document
from perfagent.benchmarks.edit_formats.trial import definition_rows, file_rows, hunk_rows
from perfagent.benchmarks.environments.trial import default_cache
from perfagent.tools.patch import syntax_errors

_SEED, _HELD_OUT_SEED = 20261121, 7  # of the draw of hunks and of the places damaged
_MOST_HUNKS_OF_A_FILE = 40  # in one diff of a whole file


def edit_formats(
    only: Annotated[list[str] | None, typer.Option(help="A package's name; repeatable. All when not given.")] = None,
    most: Annotated[int, typer.Option(min=1, help="Hunks and definitions drawn from each package.")] = 100,
    write: Annotated[Path | None, typer.Option(help="File for the page, standard output without it.")] = None,
    cache: Annotated[Path | None, typer.Option(help="Where the releases are kept.")] = None,
) -> None:
    """Try every format under every damage and print the page."""
    folder = (cache or default_cache()).expanduser().resolve()
    folder.mkdir(parents=True, exist_ok=True)
    tried = []
    for releases, seed in ((RELEASES, _SEED), (HELD_OUT, _HELD_OUT_SEED)):
        files = [change for one in releases if not only or one.name in only for change in changes(one, folder)]
        tried.append(_results(files, most, seed))
    page = document(*tried)
    if write is None:
        typer.echo(page)
    else:
        write.write_text(page, encoding="utf-8")


def _results(files: list[Change], most: int, seed: int) -> Results:
    """Everything that is tried on the changed files."""
    found = {change: list(hunks(change)) for change in files}
    drawn: list[Hunk] = []
    functions: list[Definition] = []
    for package in dict.fromkeys(change.package for change in files):
        own = [change for change in files if change.package == package]
        drawn += sample([hunk for change in own for hunk in found[change]], most, seed)
        functions += sample([definition for change in own for definition in definitions(change)], most, seed)
    whole = [(change, parts) for change, parts in found.items() if _is_whole(change, parts)]
    rows = [*hunk_rows(drawn, seed), *file_rows(whole), *definition_rows(functions)]
    told = (syntax_errors(f"{change.package}/{change.path}", change.after, change.before) for change in files)
    return Results(
        tuple(dict.fromkeys(change.package for change in files)),
        rows,
        len(drawn),
        len(functions),
        len(files),
        [alarm for alarm in told if alarm],
    )


def _is_whole(change: Change, parts: list[Hunk]) -> bool:
    """Whether the hunks, none of them left out for its length, are all that changed in the file."""
    lines = change.before.removesuffix("\n").split("\n")
    for hunk in reversed(parts):
        lines[hunk.start : hunk.start + len(hunk.old)] = hunk.new
    return len(parts) <= _MOST_HUNKS_OF_A_FILE and "\n".join(lines) + "\n" == change.after


if __name__ == "__main__":
    with errors_in_one_line():
        typer.run(edit_formats)
