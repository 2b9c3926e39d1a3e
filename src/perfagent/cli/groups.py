"""Groups of commands, made so that a list of commands stays cheap to print."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from inspect import cleandoc

import typer

Command = Callable[..., None]


def bare(text: str, *, own_flags: bool) -> typer.Typer:
    """A group of commands without any yet, with or without flags of its own."""
    return typer.Typer(
        help=text,
        add_completion=own_flags,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,  # rich's help would cost a third of a second at every --help
        context_settings={"help_option_names": ["-h", "--help"]},
    )


def group(text: str, commands: Mapping[str, Command], *, help_flag: bool = True) -> typer.Typer:
    """Commands below a word of their own.

    Args:
        help_flag: whether the word itself has `--help`, which costs an import of pydantic on the way to a command.
    """
    made = bare(text, own_flags=True)
    for name, command in commands.items():
        add(made, name, command)
    made.callback(add_help_option=help_flag)(no_flags)
    return made


def add(app: typer.Typer, name: str, command: Command) -> None:
    """Add a command whose help ends with its examples: the lines of its docstring from `Example` on."""
    text, _, examples = cleandoc(command.__doc__ or "").partition("\nExample")
    lines = [line.strip() for line in examples.removeprefix("s").removeprefix(":").splitlines()]
    shown = ["\b", "Examples:", *(f"  {line}" for line in lines if line)]  # \b: not filled as a paragraph
    app.command(name, help=text, epilog="\n".join(shown) if examples else None)(command)


def first_line(function: Command) -> Command:
    """A command that a list may name: typer would inspect every flag of the real one."""

    def listed() -> None: ...

    listed.__doc__ = function.__doc__
    return listed


def no_flags() -> None:
    """A group that has commands and nothing else; without it typer takes a group of one command for the command."""
