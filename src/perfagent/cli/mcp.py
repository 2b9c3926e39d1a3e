"""mcp: a server for coding assistants."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, get_args

import typer

from perfagent.tools.errors import UsageError


def mcp(
    roots: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[ROOT]...", help="Folders whose repositories it may measure; the current one if none."),
    ] = None,
    sandbox: Annotated[
        str,
        typer.Option(
            "--sandbox",
            metavar="auto|docker|bubblewrap|local",
            envvar="PERFAGENT_SANDBOX",
            help="Where code runs; auto takes only what contains it.",
        ),
    ] = "auto",
) -> None:
    """Serve coding assistants (Model Context Protocol on standard input and output): profile, verify, compare, run.

    Examples:
        perfagent mcp
        perfagent mcp ~/src/project ~/src/other
    """
    from importlib.util import find_spec

    if find_spec("mcp") is None:
        raise UsageError("`perfagent mcp` needs the package mcp", "pip install 'perfagent[mcp]'", code="PA109")
    from perfagent.cli.assistant.folders import Folders
    from perfagent.cli.assistant.server import serve
    from perfagent.tools.sandbox import SandboxKind

    kinds = ("auto", *get_args(SandboxKind))
    if sandbox not in kinds:
        raise UsageError(f"no sandbox is called {sandbox}", f"one of {', '.join(kinds)}")
    serve(Folders(roots or [Path.cwd()]), sandbox)
