"""init: what a repository has, the settings worth writing, the workflows, a first benchmark."""

from __future__ import annotations

import json as json_module
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from perfagent.cli import options as o

if TYPE_CHECKING:
    from perfagent.agent.starting.capturing import First
    from perfagent.agent.starting.files import Change
    from perfagent.agent.starting.initializing import Look


def init(
    repo: Annotated[
        str, typer.Argument(metavar="REPO", help="A folder with a git repository; this one if not given.")
    ] = ".",
    check: Annotated[bool, typer.Option("--check", help="Also build, and run tests and benchmarks once.")] = False,
    benchmark: Annotated[
        bool, typer.Option("--benchmark", help="Write first benchmarks from calls that the unit tests make.")
    ] = False,
    workflow: Annotated[bool, typer.Option("--workflow", help="Write the GitHub workflows.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Write without asking.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Write nothing; show what would be written.")] = False,
    test: o.Test = None,
    setup: o.Setup = None,
    python: o.Python = None,
    image: o.Image = None,
    sandbox: o.SandboxOption = None,
    paths: o.Paths = None,
    json: o.Json = False,
) -> None:
    """Look at a repository, and write what perfagent needs to work on it: settings, a first benchmark, workflows.

    Nothing is written before you have seen it; without a terminal only with --yes.

    Example: perfagent init . --benchmark
    """
    flags = o.flags(locals(), "check", "benchmark", "workflow", "yes", "dry_run")
    from perfagent.agent.starting import initializing as starting

    seen = starting.look(repo, flags)
    facts = [*seen.detected.facts, *(starting.check(repo, flags) if check else ())]
    asking = sys.stdin.isatty() and sys.stdout.isatty() and not json and not yes and not dry_run
    if not json:
        _print_facts(seen, facts)
    first: Sequence[First] = ()
    passed: Sequence[str] = ()
    if benchmark or (asking and not seen.detected.workloads and _wants_benchmark()):
        first, passed = starting.first(repo, flags)
    seen = starting.with_benchmarks(seen, [each.script.path for each in first])
    changes = _changes(seen, first, workflow)
    left, notes = starting.writable(seen.root, changes)
    diffs = {change.path: change.diff(seen.root) for change in left}
    if not json:
        _print_changes(seen, first, left, diffs, notes)
    write = bool(left) and not dry_run and (yes or (asking and typer.confirm(_question(left))))
    for change in left if write else ():
        change.write(seen.root)
    following = _following(seen, repo, left, written=write, dry_run=dry_run, asked=asking)
    if json:
        document = _document(seen, facts, left, diffs, written=write)
        document |= {"benchmarks": [_benchmark(each) for each in first], "passed_over": list(passed)}
        typer.echo(json_module.dumps(document | {"next": [*notes, *following]}, indent=2))
        return
    for line in following:
        typer.echo(line)


def _wants_benchmark() -> bool:
    return typer.confirm("\nWrite first benchmarks from calls that the unit tests make? It runs the tests twice", True)


def _question(left: Sequence[Change]) -> str:
    return f"\nWrite {'this file' if len(left) == 1 else f'these {len(left)} files'}?"


def _changes(seen: Look, first: Sequence[First], workflow: bool) -> list[Change]:
    """All that would be written."""
    from perfagent.agent.starting.initializing import benchmark_changes

    changes = [seen.change] if seen.change else []
    for each in first:
        changes += benchmark_changes(each)
    if workflow:
        from perfagent.agent.starting.workflows import workflow_changes

        changes += workflow_changes()
    return changes


def _print_facts(seen: Look, facts: Sequence[Any]) -> None:
    """What was seen, one row each."""
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Column, Table

    console = Console()
    console.print(f"[bold]{escape(str(seen.root))}[/bold]", soft_wrap=True)
    columns = (Column(no_wrap=True), Column(overflow="fold"), Column(no_wrap=True), Column(overflow="fold"))
    table = Table(*columns, box=None, padding=(0, 1), show_header=False)
    colours = {"certain": "green", "likely": "cyan", "guess": "yellow"}
    for fact in facts:
        sure = f"[{colours[fact.sure]}]{fact.sure}[/]"
        table.add_row(fact.name, f"[bold]{escape(fact.value)}[/bold]", sure, escape(fact.reason))
    console.print(table)


def _print_changes(
    seen: Look, first: Sequence[First], left: Sequence[Change], diffs: dict[str, str], notes: Sequence[str]
) -> None:
    """The diffs, coloured on a terminal, and what a first benchmark was found to do."""
    from rich.console import Console
    from rich.syntax import Syntax

    console = Console()
    if seen.aside:
        typer.echo(f"\n{seen.aside}")
    for change in left:
        typer.echo(f"\n{change.path}: {change.why}")
        text = _shortened(diffs[change.path])
        if console.is_terminal:
            console.print(Syntax(text, "diff", background_color="default", word_wrap=True))
        else:
            typer.echo(text, nl=False)
    for note in notes:
        typer.echo(note)
    for each in first:
        typer.echo(f"\n{_proof(each)}")


#: Lines of one diff that are shown: captured calls may be long.
SHOWN_LINES, SHOWN_CHARACTERS = 120, 300


def _shortened(diff: str) -> str:
    """A diff for reading: neither more lines nor longer ones than a reader takes in."""
    lines = diff.splitlines()
    shown = [line if len(line) <= SHOWN_CHARACTERS else f"{line[:SHOWN_CHARACTERS]}..." for line in lines]
    more = [f"[{len(lines) - SHOWN_LINES} more lines]"] if len(lines) > SHOWN_LINES else []
    return "\n".join([*shown[:SHOWN_LINES], *more]) + "\n"


def _proof(first: First) -> str:
    """What running the benchmark showed."""
    proof = first.proof
    return (
        f"tried: {first.script.name} takes {proof.body_s:.2f} s, yields the same twice, and {proof.share:.0%} of its "
        f"time is in {first.target}; hottest: {', '.join(proof.hottest)}"
    )


def _following(
    seen: Look, repo: str, left: Sequence[Change], *, written: bool, dry_run: bool, asked: bool
) -> list[str]:
    """What to do next, as lines to copy."""
    where = shlex.quote(repo)
    run = f"perfagent run {where}"
    if left and not written:
        return [] if dry_run else ["nothing is written" if asked else "nothing is written: --yes writes without asking"]
    lines = []
    if written:
        names = shlex.join(change.path for change in left)
        git = "git" if Path(repo).resolve() == Path.cwd() else f"git -C {where}"
        lines = [
            "written; look at it, then:",
            f"  {git} add {names}",
            f"  {git} commit -m 'What perfagent needs'",
        ]
    elif not seen.detected.workloads:
        return [f"no benchmark yet: `perfagent init {where} --benchmark` writes a first one"]
    return [*lines, f"  {run}"] if lines else [f"nothing needs to be written: `{run}` finds all this by itself"]


def _document(
    seen: Look, facts: Sequence[Any], left: Sequence[Change], diffs: dict[str, str], *, written: bool
) -> dict[str, Any]:
    """What was seen and what would change, as JSON."""
    return {
        "repository": str(seen.root),
        "detected": [fact._asdict() for fact in facts],
        "workloads": [found.workload.spec for found in seen.detected.workloads],
        "changes": [{"path": c.path, "why": c.why, "diff": diffs[c.path], "written": written} for c in left],
        "aside": seen.aside,
    }


def _benchmark(first: First) -> dict[str, object]:
    """A first benchmark as JSON."""
    return {
        "path": first.script.path,
        "target": first.target,
        "share_of_tests": first.share,
        "calls": first.calls,
        "seconds": first.proof.body_s,
        "share": first.proof.share,
        "hottest": list(first.proof.hottest),
    }
