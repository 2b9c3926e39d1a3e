"""explain: the page of an error code, offline."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

import perfagent
from perfagent.tools.errors import UsageError


def pages() -> dict[str, Path]:
    """The file of every code's page, by code in order; the same files are the site's."""
    folder = Path(perfagent.__file__).parent / "errors"
    return {file.stem: file for file in sorted(folder.glob("PA*.md"))}


def title(page: Path) -> str:
    """What a page's heading says after its code."""
    with page.open(encoding="utf-8") as lines:
        return lines.readline().partition(": ")[2].strip()


def page_text(code: str) -> str:
    """A code's page, as Markdown.

    Raises:
        UsageError: there is no such code.
    """
    page = pages().get(code.strip("[]").upper())
    if page is None:
        raise UsageError(f"there is no error code {code!r}", "`perfagent explain` lists them")
    return page.read_text("utf-8")


def known_codes(incomplete: str) -> list[tuple[str, str]]:
    """For the shell: the codes that begin so, with their titles."""
    wanted = incomplete.upper()
    return [(code, title(page)) for code, page in pages().items() if code.startswith(wanted)]


def explain(
    code: Annotated[
        str | None, typer.Argument(metavar="[CODE]", help="Such as PA401; all if none.", autocompletion=known_codes)
    ] = None,
) -> None:
    """Say what an error's code means, why it happens and what to do about it.

    Examples:
        perfagent explain PA401
        perfagent explain
    """
    if code is None:
        for name, page in pages().items():
            typer.echo(f"{name}  {title(page)}")
        return
    text = page_text(code)
    if not sys.stdout.isatty():
        typer.echo(text, nl=False)
        return
    from rich.console import Console
    from rich.markdown import Markdown

    Console().print(Markdown(text))
