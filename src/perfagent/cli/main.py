"""The entry point: a typer application, and the boundary where errors become one line and an exit status."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import NoReturn

import typer

from perfagent import __version__
from perfagent.cli.groups import Command, add, bare, first_line, group, no_flags
from perfagent.tools.errors import INTERRUPTED, LIMIT_CODES, WRONG_USAGE, PerfagentError

HELP = "Makes a repository faster and proves it: a change is kept only when a controlled measurement shows the gain."

#: Module below `perfagent.cli` of every command, in the order the help lists them.
COMMANDS = {
    "init": "init",
    **dict.fromkeys(("run", "verify", "compare"), "work"),
    **dict.fromkeys(("hotspots", "calibrate", "rewrite", "doctor"), "inspect"),
    "runs": "runs",
    **dict.fromkeys(("show", "report"), "reporting"),
    **dict.fromkeys(("resume", "apply"), "runs"),
    "pr": "pull_requests",
    "clean": "clean",
    "mcp": "mcp",
    "explain": "explain",
}

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

#: The exit status after Ctrl-C, which typer makes of the exception too.
EXIT_OF_INTERRUPT = 130

#: Set by the shell while it completes a command line.
COMPLETING = "_PERFAGENT_COMPLETE"


def application(arguments: Sequence[str]) -> typer.Typer:
    """The application as far as these arguments need it.

    Typer inspects every flag of every command it is given, and imports pydantic (a quarter of a second) as soon as the
    root has a flag to convert. So a named command stands alone below a bare root, and the list of commands gets their
    first lines only.
    """
    if arguments[:1] in (["eval"], ["ci"]):
        return _grouped(arguments[0], arguments[1:])
    named = [name for name in arguments[:1] if name in COMMANDS]
    # Without the flags that install completion, typer does not know the shells either.
    app = bare(HELP, own_flags=not named or COMPLETING in os.environ)
    app.callback(add_help_option=not named)(no_flags if named else _root)
    for name in named or COMMANDS:
        function = _function(name)
        add(app, name, function if named else first_line(function))
    if not named:
        _add_groups(app)
    return app


def _typed() -> list[str]:
    """The finished words after `perfagent` on the line that a shell completes, as typer's scripts hand it over."""
    if "COMP_WORDS" in os.environ:
        return os.environ["COMP_WORDS"].split()[1 : int(os.environ.get("COMP_CWORD", "1"))]
    line = os.environ.get("_TYPER_COMPLETE_ARGS", "")
    return line.split()[1 : None if line[-1:].isspace() else -1]


def _grouped(name: str, words: Sequence[str]) -> typer.Typer:
    """`eval` or `ci` alone below a bare root, with as much below it as the words after it need."""
    from perfagent.cli import ci, evaluate

    app = bare(HELP, own_flags=COMPLETING in os.environ)
    app.callback(add_help_option=False)(no_flags)
    app.add_typer((evaluate if name == "eval" else ci).groups(words), name=name)
    return app


def _add_groups(app: typer.Typer) -> None:
    """The words that have commands below them."""
    from perfagent.cli import ci, evaluate, memory
    from perfagent.cli.inspect import build_base

    app.add_typer(group("Docker base images.", {"build-base": build_base}), name="image")
    app.add_typer(ci.groups(()), name="ci")
    app.add_typer(group("Accepted edits of earlier runs, a model's examples.", memory.COMMANDS), name="memory")
    app.add_typer(bare(evaluate.HELP, own_flags=True), name="eval")


def _function(command: str) -> Command:
    function: Command = getattr(import_module(f"perfagent.cli.{COMMANDS[command]}"), command)
    return function


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"perfagent {__version__}")
        raise typer.Exit


def _root(
    version: bool = typer.Option(False, "--version", callback=_print_version, is_eager=True, help="Print the version."),
) -> None: ...


def main() -> None:
    """Run the command line; never returns."""
    os.environ.update(QUIET_ENVIRONMENT)
    arguments = sys.argv[1:] or ["--help"]
    try:
        app = application(_typed() if COMPLETING in os.environ else arguments)
        status = app(arguments, prog_name="perfagent", standalone_mode=False)
        if status == EXIT_OF_INTERRUPT:
            raise KeyboardInterrupt
        sys.exit(status if sys.argv[1:] or COMPLETING in os.environ else 2)
    except typer.TyperException as error:
        _end(_wrong_usage(error), WRONG_USAGE, error.exit_code)
    except PerfagentError as error:
        _end(str(error), error.code, error.exit_status)
    except (KeyboardInterrupt, typer.Abort):
        _end("interrupted", INTERRUPTED, EXIT_OF_INTERRUPT)
    except BrokenPipeError:
        # Whoever read the output has seen enough; the interpreter must not complain when it flushes.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except OSError as error:
        import errno

        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        _end("the disk is full: free some space, then `perfagent resume RUN`", LIMIT_CODES["disk"], 1)


def _wrong_usage(error: typer.TyperException) -> str:
    """One line of what typer says, and where to read on."""
    message = error.format_message().rstrip(".")
    context = getattr(error, "ctx", None)
    command = context.command_path if context else "perfagent"
    return f"{message[:1].lower()}{message[1:]}: `{command} --help` tells the usage"


def _end(line: str, code: str, status: int) -> NoReturn:
    """The last line on standard error; programs read the code from its end."""
    typer.echo(f"perfagent: {' '.join(line.split())} [{code}]", err=True)
    sys.exit(status)
