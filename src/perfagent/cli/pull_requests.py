"""pr: a run's patches as pull requests."""

from __future__ import annotations

import json as json_module
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from perfagent.cli import options as o

if TYPE_CHECKING:
    from perfagent.agent.publishing import Published
    from perfagent.tools.forge import Sending


def pr(
    run: o.RunName,
    repo: Annotated[str, typer.Option("--repo", metavar="OWNER/NAME", help="As in the remote `origin`.")] = "",
    forge: Annotated[
        str, typer.Option("--forge", metavar="github|gitlab|patches", help="Told from the remote if not given.")
    ] = "",
    api_url: Annotated[str, typer.Option("--api-url", metavar="URL", help="The API of your own server.")] = "",
    remote: Annotated[str, typer.Option("--remote", metavar="URL", help="What git pushes to.")] = "",
    base: Annotated[str, typer.Option("--base", metavar="BRANCH", help="The repository's default branch.")] = "",
    patch: Annotated[
        list[str] | None, typer.Option("--patch", metavar="ID", help="Only this patch of the run; repeatable.")
    ] = None,
    ready: o.Ready = False,
    max_open: o.MaxOpen = None,
    label: o.Labels = None,
    co_author: Annotated[
        list[str] | None, typer.Option("--co-author", metavar="'NAME <MAIL>'", help="Named by the commit; repeatable.")
    ] = None,
    again: Annotated[bool, typer.Option("--again", help="Propose also what was closed without merging.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print exactly what would be sent; send nothing.")] = False,
    out: Annotated[Path | None, typer.Option("--out", metavar="DIR", help="For --forge patches: where to.")] = None,
    json: o.Json = False,
) -> None:
    """Propose a run's patches: one draft pull request each, verified on the base branch as it is now.

    Example: perfagent pr 20260501-142233-3fa9 --dry-run
    """
    from perfagent.agent.publishing import Route, open_forge, publish, wishes_for
    from perfagent.agent.run_folder import find_run
    from perfagent.tools.forge import DryRun

    folder = find_run(run)
    flags = {"base": base, "patches": patch, "co_authors": co_author, "again": again}
    settings = {"pull_ready": ready, "pull_max_open": max_open, "pull_labels": tuple(label or ())}
    wishes = wishes_for(folder, flags | settings, os.environ)
    there = open_forge(folder, Route(forge, repo, api_url, remote, out), os.environ)
    dry = DryRun(there) if dry_run else None
    published = publish(folder, dry or there, wishes)
    _tell(published, dry.sendings if dry else None, json)


def _tell(published: Sequence[Published], sendings: Sequence[Sending] | None, as_json: bool) -> None:
    """Print what became of each patch, and what would be sent."""
    from dataclasses import asdict

    if as_json:
        told: dict[str, object] = {"patches": [one.to_json() for one in published]}
        if sendings is not None:
            told["sendings"] = [asdict(one) for one in sendings]
        typer.echo(json_module.dumps(told, indent=2))
        return
    for one in sendings or ():
        typer.echo(f"{one.method} {one.url}\n{json_module.dumps(one.body, indent=2, ensure_ascii=False)}\n")
    for each in published:
        where = each.url or each.branch
        rest = ": ".join(part for part in (each.reason, where) if part)
        typer.echo(f"{each.outcome:9}  patch {each.patch}  {each.title}" + (f"\n           {rest}" if rest else ""))
    if not published:
        typer.echo("the run has no patches to propose")
    if sendings is not None:
        typer.echo(f"dry run: {len(sendings)} writes would be sent; none was")
