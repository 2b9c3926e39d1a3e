"""`python -m perfagent.benchmarks.verdicts`: print the table of error rates, or write it to a file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from perfagent.benchmarks.verdicts.peers import packaged_rules
from perfagent.benchmarks.verdicts.rules import RULES
from perfagent.benchmarks.verdicts.table import document


def main(
    trials: Annotated[int, typer.Option(min=1, help="Comparisons in each cell.")] = 100,
    null_trials: Annotated[int, typer.Option(min=1, help="Comparisons of identical code a stream.")] = 1000,
    out: Annotated[Path | None, typer.Option(help="File to write; standard output if none.")] = None,
) -> None:
    """Measure false acceptance, power and cost of acceptance rules on simulated noise."""
    found, missing = packaged_rules()
    lines = document((*RULES, *found), trials, null_trials, missing, lambda text: typer.echo(text, err=True))
    text = "\n".join(lines) + "\n"
    if out is None:
        typer.echo(text, nl=False)
    else:
        out.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    typer.run(main)
