"""A result on the terminal: the page's story, in the page's order, on one screen."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from perfagent.tools.report import (
    RESTORED,
    CalibrationReport,
    Material,
    Result,
    calibration_headline,
    calibration_table,
    facts,
    headline,
    interval_text,
    meaning,
    model_cost_text,
    next_steps,
    overall_text,
    plain,
    rate_text,
    reproduce,
    shared_prefix,
    speedup_text,
    told_verdict,
    tone,
    verdict_text,
)

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table as Drawn

    from perfagent.tools.report import BenchmarkFigure, Step, Table

COLOURS = {"good": "green", "bad": "red", "open": "yellow"}


#: Columns of an interval's drawing, on a terminal that is narrower than WIDE and on a wide one.
PLOT_WIDTHS = (15, 31)
WIDE = 100

#: Facts that the short form leaves out: what they say is in another line, or nobody asks first.
LEFT_OUT = frozenset({"branch", "prompts", "perfagent", "machine", "sandbox", "Python"})


def print_material(material: Material, *, full: bool = False) -> None:
    """Print the sentence to quote, the facts, one row a benchmark, the patches, and what to do next.

    Args:
        full: also every diff, every idea that was tried and how to measure it again.
    """
    from rich.console import Console

    result = material.result
    console = Console(highlight=False)
    say = partial(console.print, soft_wrap=True)  # a command that is broken in two cannot be copied
    colour = COLOURS[tone(told_verdict(result))]
    say(f"\n[bold {colour}]{_safe(headline(result))}[/]")
    say(f"{_safe(meaning(result))}\n")
    for fact in facts(material):
        if full or fact.name not in LEFT_OUT:
            say(f"  [dim]{fact.name:<14}[/dim] {_safe(fact.text)}")
    for message in result.messages if full else ():
        say(f"  [dim]{_safe(message)}[/dim]")
    _print_figures(console, result)
    _print_patches(console, material, full)
    _print_aside(console, result)
    # What the guard left out was not judged, which nobody may overlook.
    checks = [check for check in result.checks if full or not check.ok or check.detail.startswith(RESTORED)]
    if checks:
        say("")
    for check in checks:
        mark = "[green]passed[/green]" if check.ok else "[red]failed[/red]"
        say(f"  {mark}  {_safe(check.name)}: {_safe(check.detail)}")
    if full:
        _print_tried(console, result)
    say("")
    for line in _closing(material, full):
        say(line)


def _print_figures(console: Console, result: Result) -> None:

    if not result.benchmarks:
        return
    prefix = shared_prefix([figure.id for figure in result.benchmarks])
    console.print(f"\n  [dim]all names begin with {_safe(prefix)}[/dim]" if prefix else "", soft_wrap=True)
    console.print(_figures(result.benchmarks, prefix, PLOT_WIDTHS[console.width >= WIDE]))
    if result.overall:
        console.print(f"  {overall_text(result)}", soft_wrap=True)


def _print_patches(console: Console, material: Material, full: bool) -> None:
    from rich.padding import Padding
    from rich.syntax import Syntax

    for number, patch in enumerate(material.result.patches, 1):
        console.print(
            f"\n  [bold]{number}. {_safe(patch.idea)}[/bold]  {speedup_text(patch.speedup)} "
            f"(95 % CI {interval_text(patch.interval)}, {patch.pairs} pairs, {patch.origin})",
            soft_wrap=True,
        )
        if patch.rationale:
            console.print(Padding(_safe(patch.rationale), (0, 0, 0, 5)))
        if full:
            console.print(Syntax(plain(patch.diff.rstrip("\n")), "diff", background_color="default", theme="ansi_dark"))


def _print_aside(console: Console, result: Result) -> None:
    """Growth and instructions, which stand beside the verdict."""

    from perfagent.tools.report.evidence import growth_line, instruction_lines

    say = partial(console.print, soft_wrap=True)
    for growth in result.growth:
        say(f"  growth  {_safe(growth_line(growth))}")
        if growth.mixed:
            say(f"  [yellow]mind[/yellow]  {_safe(growth.benchmark)} {_safe(growth.mixed)}")
    for line, alarm in instruction_lines(result.benchmarks):
        say(f"  [yellow]mind[/yellow]  instructions of {_safe(line)}" if alarm else f"  instructions  {_safe(line)}")


def _print_tried(console: Console, result: Result) -> None:

    if result.tried:
        console.print("\n  [bold]what was tried[/bold]")
    for tried in result.tried:
        measured = "" if tried.speedup is None else speedup_text(tried.speedup)
        line = f"{verdict_text(tried.verdict):12} {measured:6} {_safe(tried.title)}  [dim]{_safe(tried.reason)}[/dim]"
        console.print(f"  {line}", soft_wrap=True)


def _closing(material: Material, full: bool) -> Iterator[str]:
    """The rate, what it cost, and what to do next."""

    result = material.result
    yield f"[dim]{_safe(rate_text(result.noise))}[/dim]"
    yield from (f"[dim]model {_safe(model_cost_text(model))}[/dim]" for model in result.cost.models)
    yield from map(_step, next_steps(material))
    for command in reproduce(result) if full else ():
        yield f"to measure it again: [bold]{_safe(command)}[/bold]"
    yield f"the whole report: [bold]perfagent report {_safe(material.run)}[/bold]"
    yield f"samples, patches: {_safe(result.run_dir)}"


def _step(step: Step) -> str:

    return _safe(step.text) + (f": [bold]{_safe(step.command)}[/bold]" if step.command else "")


def print_calibration(report: CalibrationReport) -> None:
    """Print the rate, one row a benchmark, and where the rest is."""
    from rich.console import Console

    console = Console()
    console.print(f"\n[bold]{_safe(calibration_headline(report))}[/bold]", soft_wrap=True)
    console.print(_drawn(calibration_table(report)))
    console.print(f"samples, report: {report.run_dir}", soft_wrap=True)


def _drawn(table: Table) -> Drawn:
    from rich.table import Column
    from rich.table import Table as Drawn

    first, *others = table.columns
    columns = [Column(first, overflow="fold"), *(Column(name, no_wrap=True) for name in others)]
    drawn = Drawn(*columns, box=None, padding=(0, 1))
    for row in table.rows:
        drawn.add_row(*map(_safe, row))
    return drawn


def _figures(figures: tuple[BenchmarkFigure, ...], prefix: str, width: int) -> Drawn:
    from rich.table import Column
    from rich.table import Table as Drawn

    from perfagent.tools.report.plots import interval_plots

    # Names differ at their ends, which an ellipsis would hide.
    others = (Column(name, no_wrap=True) for name in ("", "speedup", "95 % interval", "verdict"))
    columns = (Column("benchmark", overflow="fold"), *others)
    table = Drawn(*columns, box=None, padding=(0, 1), header_style="dim")
    for figure, plot in zip(figures, interval_plots(figures, width), strict=True):
        name = figure.id.removeprefix(prefix) + " *" * figure.target
        colour = "green" if figure.verdict == "faster" else "red" if figure.verdict == "slower" else "default"
        told = f"[{colour}]{verdict_text(figure.verdict)}[/]"
        table.add_row(
            _safe(name), f"[{colour}]{plot}[/]", speedup_text(figure.speedup), interval_text(figure.interval), told
        )
    return table


def _safe(text: str) -> str:
    """Others' text for rich: no markup of ours, and nothing that a terminal obeys."""
    from rich.markup import escape

    return escape(plain(text))
