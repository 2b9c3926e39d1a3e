"""`python -m perfagent.benchmarks.verdicts`: error rates of acceptance rules, simulated, recorded and live."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from perfagent.benchmarks.verdicts.live import live_document
from perfagent.benchmarks.verdicts.peers import packaged_rules
from perfagent.benchmarks.verdicts.recording import record, save
from perfagent.benchmarks.verdicts.rules import RULES
from perfagent.benchmarks.verdicts.table import document
from perfagent.tools.sandbox import SandboxKind

RECORDING = Path(__file__).with_name("recording.json.gz")

Out = Annotated[Path | None, typer.Option(help="File to write; standard output if none.")]

app = typer.Typer(help=__doc__, pretty_exceptions_enable=False)


@app.command("table")
def table_command(
    trials: Annotated[int, typer.Option(min=1, help="Comparisons in each cell.")] = 100,
    null_trials: Annotated[int, typer.Option(min=1, help="Comparisons of identical code a stream.")] = 1000,
    recording: Annotated[Path, typer.Option(help="A recording to play as well.")] = RECORDING,
    out: Out = None,
) -> None:
    """Measure false acceptance, power and cost of acceptance rules on simulated noise and on a recording."""
    found, missing = packaged_rules()
    _write(document((*RULES, *found), trials, null_trials, recording, missing, _note), out)


@app.command("record")
def record_command(
    processes: Annotated[int, typer.Option(min=80, help="Fresh processes of each body.")] = 240,
    out: Annotated[Path, typer.Option(help="File to write.")] = RECORDING,
) -> None:
    """Record run times of identical code here."""
    save(record(processes, _note), out)


@app.command("live")
def live_command(
    verdicts: Annotated[int, typer.Option(min=1, help="Verdicts on identical code.")] = 100,
    gains: Annotated[int, typer.Option(min=1, help="Verdicts on each injected gain.")] = 40,
    sandbox: Annotated[SandboxKind, typer.Option(help="Where the processes run.")] = "docker",
    out: Out = None,
) -> None:
    """Judge real processes: identical code and injected gains beside a busy core, and what a verdict costs."""
    _write(live_document(verdicts, gains, sandbox, _note), out)


def _note(text: str) -> None:
    typer.echo(text, err=True)


def _write(lines: Iterable[str], out: Path | None) -> None:
    text = "\n".join(lines) + "\n"
    if out is None:
        typer.echo(text, nl=False)
    else:
        out.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    app()
