"""Prepares real packages twice each in Docker, without configuration, and writes down how it went."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from perfagent.benchmarks.commands import errors_in_one_line
from perfagent.benchmarks.environments.page import document, line
from perfagent.benchmarks.environments.trial import default_cache, packages, try_package


def environments(
    only: Annotated[list[str] | None, typer.Option(help="A package's name; repeatable. All when not given.")] = None,
    write: Annotated[
        Path | None, typer.Option(help="File for the page, standard output without it; --only keeps its other rows.")
    ] = None,
    cache: Annotated[Path | None, typer.Option(help="Where source distributions are kept.")] = None,
) -> None:
    """Try the packages and print the page."""
    results = []
    old = write.read_text("utf-8") if only and write is not None and write.exists() else ""
    for package in packages():
        if not only or package.name in only:
            result = try_package(package, (cache or default_cache()).expanduser().resolve())
            typer.echo(line(package, *result), err=True)
            results.append((package, *result))
            if write is not None:  # as far as it is known, should the rest be interrupted
                write.write_text(document(results, old), encoding="utf-8")
    if write is None:
        typer.echo(document(results))


if __name__ == "__main__":
    with errors_in_one_line():
        typer.run(environments)
