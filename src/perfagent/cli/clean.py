"""clean: what perfagent takes up on the disk, and removing what nobody needs."""

from __future__ import annotations

import json as json_module
from typing import Annotated

import typer

from perfagent.cli import options as o


def clean(
    everything: Annotated[
        bool, typer.Option("--all", help="Also all environments, images, builds and packages; runs make them anew.")
    ] = False,
    runs: Annotated[bool, typer.Option("--runs", help="Also whole runs, from 30 days on.")] = False,
    older_than: Annotated[
        float | None,
        typer.Option("--older-than", metavar="DAYS", min=0, help="For --all and --runs: not touched for so long."),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Remove nothing, only tell.")] = False,
    json: o.Json = False,
) -> None:
    """Show what perfagent takes up on the disk, and remove leftovers; what a run uses stays.

    Example: perfagent clean --runs --older-than 7 --dry-run
    """
    from perfagent.agent.cleaning import Wish
    from perfagent.agent.cleaning import clean as sweep

    found = sweep(Wish(environments=everything, runs=runs, days=older_than), dry_run=dry_run)
    gone = [item for item in found if item.goes]
    if json:
        document = {"dry_run": dry_run, "freed_bytes": sum(item.bytes for item in gone)}
        typer.echo(json_module.dumps(document | {"items": [item.document() for item in found]}, indent=2))
        return
    word = "would go" if dry_run else "removed"
    for item in sorted(found, key=lambda item: (item.kind, -item.bytes)):
        told = f"{word}: {item.why}" if item.goes else item.why
        typer.echo(f"{_size(item.bytes):>9}  {item.days:4.0f} d  {item.kind:11}  {item.name}  ({told})")
    kept = sum(item.bytes for item in found if not item.goes)
    freed = sum(item.bytes for item in gone)
    typer.echo(f"{_size(freed)} {'would be ' if dry_run else ''}freed, {_size(kept)} kept")


def _size(count: int) -> str:
    return f"{count / 2**30:.1f} GiB" if count >= 2**30 else f"{count / 2**20:.1f} MiB"
