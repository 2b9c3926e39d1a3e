"""A result on the terminal."""

from __future__ import annotations

from functools import partial

from perfagent.tools.report import (
    CALIBRATION_COLUMNS,
    CalibrationReport,
    Result,
    calibration_headline,
    calibration_rows,
    interval_text,
    model_cost_text,
    speedup_text,
    time_text,
)


def print_result(result: Result) -> None:
    """Print the summary, one row a benchmark, the patches, and where the rest is."""
    from rich.console import Console
    from rich.markup import escape

    from perfagent.tools.report.evidence import growth_line, instruction_lines
    from perfagent.tools.report.story import headline, overall_text, rate_text

    console = Console()
    say = partial(console.print, soft_wrap=True)  # a command that is broken in two cannot be copied
    say(f"\n[bold]{escape(headline(result))}[/bold]")
    for check in result.checks:
        mark = "[green]ok[/green]" if check.ok else "[red]no[/red]"
        say(f"  {mark}  {escape(check.name)}: {escape(check.detail)}")
    if result.benchmarks:
        console.print(_figures(result))
    if result.overall:
        say(f"  {overall_text(result)}")
    for growth in result.growth:
        say(f"  growth  {escape(growth_line(growth))}")
        if growth.mixed:
            say(f"  [yellow]mind[/yellow]  {escape(growth.benchmark)} {growth.mixed}")
    for line, alarm in instruction_lines(result.benchmarks):
        say(f"  [yellow]mind[/yellow]  instructions of {escape(line)}" if alarm else f"  instructions  {escape(line)}")
    for number, patch in enumerate(result.patches, 1):
        say(
            f"  patch {number}: {escape(patch.idea)}  [bold]{speedup_text(patch.speedup)}[/bold] "
            f"(95 % CI {interval_text(patch.interval)}, {patch.pairs} pairs, {patch.origin})"
        )
    for line in [*(f"  {message}" for message in result.messages), rate_text(result.noise), *_spent(result)]:
        say(escape(line), style="dim")
    if result.branch:
        say(f"\nbranch {result.branch}: take it with [bold]perfagent apply {result.run_id}[/bold]")
    say(f"report, samples, patches: {result.run_dir}")


def _spent(result: Result) -> list[str]:
    """What the run cost in money and time, one line each."""
    models = [f"model {model_cost_text(model)}" for model in result.cost.models]
    return [*models, time_text(result.time)] if result.time.wall_s else models


def print_calibration(report: CalibrationReport) -> None:
    """Print the rate, one row a benchmark, and where the rest is."""
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Column, Table

    console = Console()
    console.print(f"\n[bold]{escape(calibration_headline(report))}[/bold]", soft_wrap=True)
    first, *others = CALIBRATION_COLUMNS
    columns = [Column(first, overflow="fold"), *(Column(name, no_wrap=True) for name in others)]
    table = Table(*columns, box=None, padding=(0, 1))
    for row in calibration_rows(report):
        table.add_row(*map(escape, row))
    console.print(table)
    console.print(f"samples, report: {report.run_dir}", soft_wrap=True)


def _figures(result: Result) -> object:
    from rich.markup import escape
    from rich.table import Column, Table

    # Names differ at their ends, which an ellipsis would hide.
    table = Table(Column("benchmark", overflow="fold"), "speedup", "95 % interval", "verdict", box=None, padding=(0, 2))
    for figure in result.benchmarks:
        name = f"{figure.id} *" if figure.target else figure.id
        table.add_row(escape(name), speedup_text(figure.speedup), interval_text(figure.interval), figure.verdict)
    return table
