"""The entry point: one typer application, and the boundary where errors become one line and an exit status."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

import typer

from perfagent import __version__
from perfagent.cli import inspect, runs, work
from perfagent.tools.errors import PerfagentError

app = typer.Typer(
    name="perfagent",
    help="Makes a repository faster and proves it: a change is kept only when a controlled measurement shows the gain.",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # rich's help would cost a third of a second at every --help
    context_settings={"help_option_names": ["-h", "--help"]},
)

#: What langgraph and litellm would otherwise do at import: trace to a service, load arbitrary types from checkpoints,
#: fetch a price table, read the .env of the current folder.
QUIET_ENVIRONMENT = {
    "LANGSMITH_TRACING": "false",
    "LANGCHAIN_TRACING_V2": "false",
    "LANGGRAPH_STRICT_MSGPACK": "true",
    "LITELLM_LOCAL_MODEL_COST_MAP": "True",
    "LITELLM_MODE": "PRODUCTION",
    "HF_HUB_OFFLINE": "1",
}


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"perfagent {__version__}")
        raise typer.Exit


@app.callback()
def root(
    version: bool = typer.Option(False, "--version", callback=_print_version, is_eager=True, help="Print the version."),
) -> None:
    """Makes a repository faster and proves it: a change is kept only when a controlled measurement shows the gain."""


COMMANDS: tuple[Callable[..., None], ...] = (
    *(work.run, work.verify, work.compare),
    *(inspect.hotspots, inspect.rewrite, inspect.doctor),
    *(runs.runs, runs.show, runs.report, runs.resume, runs.apply),
)
for command in COMMANDS:
    app.command()(command)
image = typer.Typer(help="Docker base images.", no_args_is_help=True)
image.command("build-base")(inspect.build_base)
app.add_typer(image, name="image")


def main() -> None:
    """Run the command line; never returns."""
    os.environ.update(QUIET_ENVIRONMENT)
    try:
        app(prog_name="perfagent", standalone_mode=True)
    except PerfagentError as error:
        line = " ".join(str(error).split())
        typer.echo(f"perfagent: {line}", err=True)
        sys.exit(error.exit_status)
    except KeyboardInterrupt:
        typer.echo("perfagent: interrupted", err=True)  # the run has said how to go on
        sys.exit(130)
    except OSError as error:
        import errno

        if error.errno != errno.ENOSPC:
            raise
        typer.echo("perfagent: the disk is full: free some space, then `perfagent resume RUN`", err=True)
        sys.exit(1)
