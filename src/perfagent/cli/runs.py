"""runs, resume and apply: what earlier runs left behind."""

from __future__ import annotations

import json as json_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from perfagent.cli import options as o
from perfagent.tools.errors import UsageError

if TYPE_CHECKING:
    from perfagent.agent.reviewing import Reviewer


def runs(json: o.Json = False) -> None:
    """List the runs kept here, newest first.

    Examples:
        perfagent runs
        perfagent runs --json
    """
    from perfagent.agent.run_folder import list_runs

    found = list_runs()
    if json:
        typer.echo(json_module.dumps(found, indent=2))
        return
    if not found:
        typer.echo("there are no runs yet: start one with `perfagent run REPO`")
    for entry in found:
        typer.echo(
            f"{entry['id']}  {entry['command']:8}  {entry['status']:11}  {entry['verdict']:12}  {entry['repository']}"
        )


def resume(
    run: o.RunName,
    accept: Annotated[bool, typer.Option("--accept", help="Land the patch that waits for review.")] = False,
    reject: Annotated[bool, typer.Option("--reject", help="Drop the patch that waits for review.")] = False,
    hint: Annotated[
        str | None, typer.Option("--hint", metavar="TEXT", help="Send the patch back to the model with a hint.")
    ] = None,
    json: o.Json = False,
) -> None:
    """Go on with a run that was interrupted or waits for review; nothing that finished is repeated.

    Examples:
        perfagent resume 20260501-142233-3fa9
        perfagent resume 20260501-142233-3fa9 --hint "keep the public signature"
    """
    from perfagent.agent import driver
    from perfagent.agent.run_folder import find_run
    from perfagent.cli.work import _finish, _reviewer

    _finish(driver.resume(find_run(run), _decided(accept, reject, hint) or _reviewer()), json)


def _decided(accept: bool, reject: bool, hint: str | None) -> Reviewer | None:
    """A reviewer that gives the one answer of the command line, once."""
    from perfagent.agent.reviewing import Answer

    if accept + reject + (hint is not None) > 1:
        raise UsageError("--accept, --reject and --hint exclude each other", "give one of them", code="PA103")
    if not accept and not reject and hint is None:
        return None
    if hint is not None and not hint.strip():
        raise UsageError("--hint is empty", "say what the model should do instead")
    answers = [Answer(decision="hint", hint=hint) if hint else Answer(decision="accept" if accept else "reject")]
    return lambda _: answers.pop() if answers else None


def apply(
    run: o.RunName,
    repo: Annotated[
        Path | None, typer.Option("--repo", metavar="DIR", help="The repository; the run's own by default.")
    ] = None,
) -> None:
    """Bring a run's branch into the repository; never checks it out, never overwrites another branch.

    Examples:
        perfagent apply 20260501-142233-3fa9
        perfagent apply 20260501-142233-3fa9 --repo ../project
    """
    from perfagent.agent import driver
    from perfagent.agent.run_folder import find_run

    branch, target = driver.apply(find_run(run), repo)
    typer.echo(
        f"branch {branch} is now in {target}: look with `git log -p {branch}`, take it with `git merge {branch}`"
    )
