"""`python -m perfagent.benchmarks.gso_swe_perf.parity FOLDER`: published results through our scorers, half a minute.

Exit status 1 when something disagrees.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from perfagent.benchmarks.gso_swe_perf.parity.comparing import curve, gso_row, savings, swefficiency_row
from perfagent.benchmarks.gso_swe_perf.parity.page import Findings, page
from perfagent.tools.errors import PerfagentError, UsageError

Row = TypeVar("Row")


def main(
    folder: Annotated[Path, typer.Argument(help="Holds gso/*.json and swefficiency/*.csv.")],
    tests: Annotated[int, typer.Option(min=1, help="Simulated tests for SWE-Perf's saving.")] = 300,
    seed: Annotated[int, typer.Option(help="Of the simulated tests.")] = 1,
    write: Annotated[Path | None, typer.Option(help="File for the page; standard output without it.")] = None,
) -> None:
    """Compare every published figure with ours."""
    reports, tables = sorted(folder.glob("gso/*.json")), sorted(folder.glob("swefficiency/*.csv"))
    if not reports and not tables:
        raise UsageError(
            f"{folder} holds neither gso/*.json nor swefficiency/*.csv", "give the folder above them", code="PA906"
        )
    unreadable: list[str] = []
    gso = _each(gso_row, reports, unreadable)
    names = {row.file for row in gso}
    findings = Findings(
        gso=gso,
        curve=curve([path for path in reports if path.name in names]),
        swefficiency=_each(swefficiency_row, tables, unreadable),
        swe_perf=savings(tests, seed) if find_spec("scipy") else None,
        unreadable=unreadable,
    )
    text = page(findings)
    if write is None:
        typer.echo(text, nl=False)
    else:
        write.write_text(text, encoding="utf-8")
    if unreadable or findings.disagreements:
        raise typer.Exit(1)


def _each(compare: Callable[[Path], Row], paths: Sequence[Path], unreadable: list[str]) -> list[Row]:
    rows = []
    for path in paths:
        try:
            rows.append(compare(path))
        except UsageError as error:
            unreadable.append(str(error).replace(str(path), path.name))
    return rows


if __name__ == "__main__":
    try:
        typer.run(main)
    except PerfagentError as error:
        typer.echo(f"error: {error}", err=True)
        sys.exit(error.exit_status)
