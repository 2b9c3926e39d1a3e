"""memory: the accepted edits of earlier runs that may be shown to a model as examples."""

from __future__ import annotations

import json as json_module
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from perfagent.cli import options as o

if TYPE_CHECKING:
    from perfagent.agent.memory import AcceptedEdit, EditStore

EditId = Annotated[str, typer.Argument(metavar="ID", help="An edit's id, or the beginning of one.")]


def list_edits(json: o.Json = False) -> None:
    """List the edits that are kept, newest first.

    Example: perfagent memory list --json
    """
    found = _store().all()
    if json:
        typer.echo(json_module.dumps([_document(edit) for edit in found], indent=2))
        return
    if not found:
        typer.echo("no accepted edit is kept yet")
    for edit in found:
        where = f"{edit.path} {edit.qualname}".strip()
        typer.echo(f"{edit.id}  {_day(edit)}  {edit.speedup:6.2f}x  {edit.project}  {where}  {edit.title}")


def show_edit(edit_id: EditId, json: o.Json = False) -> None:
    """Show one edit: where it comes from, its figures and its diff.

    Example: perfagent memory show 3fa9
    """
    edit = _store().find(edit_id)
    if json:
        typer.echo(json_module.dumps(_document(edit), indent=2))
        return
    from perfagent.tools.report import interval_text

    origin = edit.lineage.origin or "no remote"
    typer.echo(f"{edit.id}: {edit.title}\n{edit.path} {edit.qualname}".rstrip())
    typer.echo(f"{edit.speedup:.2f}x faster (95 % CI {interval_text(edit.interval)}), {_day(edit)}, run {edit.run}")
    typer.echo(f"repository: {edit.project} ({origin}) at {edit.base[:12]}\n{edit.rationale}\n\n{edit.diff}", nl=False)


def delete_edit(edit_id: EditId) -> None:
    """Forget one edit.

    Example: perfagent memory delete 3fa9
    """
    edit = _store().delete(edit_id)
    typer.echo(f"forgotten: {edit.id} {edit.title}")


def clear() -> None:
    """Forget all edits: the file is removed, broken or not.

    Example: perfagent memory clear
    """
    store = _store()
    store.clear()
    typer.echo(f"removed: {store.path}")


def path() -> None:
    """Print where the edits are kept.

    Example: perfagent memory path
    """
    typer.echo(str(_store().path))


#: What stands below `perfagent memory`.
COMMANDS: dict[str, Callable[..., None]] = {
    "list": list_edits,
    "show": show_edit,
    "delete": delete_edit,
    "clear": clear,
    "path": path,
}


def _store() -> EditStore:
    from perfagent.agent.memory import EditStore, memory_path

    return EditStore(memory_path())


def _day(edit: AcceptedEdit) -> str:
    import time

    return time.strftime("%Y-%m-%d", time.localtime(edit.made))


def _document(edit: AcceptedEdit) -> dict[str, object]:
    """What a program may want to know of an edit; the tokens serve retrieval alone."""
    from dataclasses import asdict

    return {name: value for name, value in asdict(edit).items() if name != "tokens"}
