"""ci gate and ci optimize: what the steps of the GitHub Action call; other CI systems may as well."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated

import typer

from perfagent.cli import options as o
from perfagent.cli.groups import Command, first_line, group

HELP = "Steps of CI jobs: gate a change, or open pull requests."

Root = Annotated[Path, typer.Argument(metavar="REPO", help="The job's checkout.")]
Comment = Annotated[
    bool,
    typer.Option("--comment/--no-comment", envvar="PERFAGENT_CI_COMMENT", help="Keep one comment on the pull request."),
]
ApiUrl = Annotated[
    str | None,
    typer.Option(
        "--api-url", envvar="PERFAGENT_CI_API_URL", metavar="URL", help="Of the forge; the job's own if not given."
    ),
]
OutFolder = Annotated[
    Path | None,
    typer.Option(
        "--out", envvar="PERFAGENT_CI_OUT", metavar="DIR", help="For runs and the report; a temporary one if not given."
    ),
]


def gate(
    root: Root = Path(),
    base: Annotated[
        str | None,
        typer.Option(
            "--base", envvar="PERFAGENT_CI_BASE", metavar="COMMIT", help="What to compare with; from the job's event."
        ),
    ] = None,
    head: Annotated[
        str | None,
        typer.Option(
            "--head", envvar="PERFAGENT_CI_HEAD", metavar="COMMIT", help="What to judge; from the job's event."
        ),
    ] = None,
    workload: o.Workload = None,
    test: o.Test = None,
    setup: o.Setup = None,
    build: o.Build = None,
    python: o.Python = None,
    image: o.Image = None,
    sandbox: o.SandboxOption = None,
    min_speedup: o.MinSpeedup = None,
    metric: o.Metric = None,
    no_instructions: o.NoInstructions = False,
    seed: o.Seed = None,
    ignore: Annotated[
        list[str] | None,
        typer.Option(
            "--ignore",
            envvar="PERFAGENT_CI_IGNORE",
            metavar="GLOB",
            help="Files that need no measurement; documentation. Repeatable.",
        ),
    ] = None,
    fail_on_nothing: Annotated[
        bool,
        typer.Option(
            "--fail-on-nothing", envvar="PERFAGENT_CI_FAIL_ON_NOTHING", help="Exit 1 when the base has no benchmark."
        ),
    ] = False,
    comment: Comment = True,
    api_url: ApiUrl = None,
    out: OutFolder = None,
    json: o.Json = False,
) -> None:
    """Compare a change with where it began; exit 1 only when it is proved slower, twice.

    Example: perfagent ci gate . --base origin/main --workload script:bench.py
    """
    flags = o.flags(locals(), "root", "base", "head", "ignore", "fail_on_nothing", "comment", "api_url")
    from perfagent.agent.ci.gate_step import GateWishes, gate_step

    wishes = GateWishes(root, base, head, tuple(ignore or ()), fail_on_nothing, comment, api_url, out)
    gated, failed = gate_step(wishes, flags, os.environ, _say(json))
    if json:
        from json import dumps, loads

        result = loads(gated.result.to_json()) if gated.result else None
        told = {"verdict": gated.verdict, "sentence": gated.sentence, "failed": failed, "result": result}
        typer.echo(dumps(told, indent=2))
    if failed:
        raise typer.Exit(1)


def optimize(
    root: Root = Path(),
    base: Annotated[
        str, typer.Option("--base", envvar="PERFAGENT_CI_BASE", metavar="BRANCH", help="The default branch.")
    ] = "",
    workload: o.Workload = None,
    test: o.Test = None,
    setup: o.Setup = None,
    build: o.Build = None,
    python: o.Python = None,
    image: o.Image = None,
    model: o.Model = None,
    api_base: o.ApiBase = None,
    no_model: o.NoModel = False,
    sandbox: o.SandboxOption = None,
    paths: o.Paths = None,
    min_speedup: o.MinSpeedup = None,
    metric: o.Metric = None,
    no_instructions: o.NoInstructions = False,
    max_cost: o.MaxCost = None,
    max_time: o.MaxTime = None,
    max_candidates: o.MaxCandidates = None,
    seed: o.Seed = None,
    ready: o.Ready = False,
    max_open: o.MaxOpen = None,
    label: o.Labels = None,
    dry_run: Annotated[
        bool,
        typer.Option("--dry-run", envvar="PERFAGENT_CI_DRY_RUN", help="Print what would be sent, and send nothing."),
    ] = False,
    api_url: ApiUrl = None,
    remote: Annotated[
        str, typer.Option("--remote", envvar="PERFAGENT_CI_REMOTE", metavar="URL", help="What git pushes to.")
    ] = "",
    out: OutFolder = None,
    json: o.Json = False,
) -> None:
    """Look for speedups and propose each that is proved by a draft pull request; refused ideas stay refused.

    Example: perfagent ci optimize . --max-time 60 --dry-run
    """
    others = ("root", "base", "ready", "max_open", "label", "dry_run", "api_url", "remote")
    flags = o.flags(locals(), "others", *others)
    from perfagent.agent.ci.optimize import OptimizeWishes, optimize_step
    from perfagent.agent.publishing import Route

    pulls = {"pull_ready": ready, "pull_max_open": max_open, "pull_labels": tuple(label or ())}
    wishes = OptimizeWishes(root, base, Route(api_url=api_url or "", remote=remote), pulls, dry_run, out)
    result, _ = optimize_step(wishes, flags, os.environ, _say(json))
    if json:
        typer.echo(result.to_json())


def _say(quiet: bool) -> Callable[[str], None]:
    """Writes a line of the log, to standard error where standard output is a document's."""
    return lambda line: typer.echo(line, err=quiet)


#: What stands below `perfagent ci`.
COMMANDS: dict[str, Command] = {"gate": gate, "optimize": optimize}


def groups(words: Sequence[str]) -> typer.Typer:
    """`ci` with as much below it as these words after it need.

    Args:
        words: what follows `ci`.
    """
    named = [word for word in words[:1] if word in COMMANDS]
    commands = {name: COMMANDS[name] if named else first_line(COMMANDS[name]) for name in named or COMMANDS}
    return group(HELP, commands, help_flag=not named)
