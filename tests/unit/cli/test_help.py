"""Every command's help ends with examples, and the application's own parser takes each of them."""

import shlex
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

import pytest
import typer

from perfagent.cli.main import application


def below(words: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every command with the words before it, each from an application made for those words."""
    found = command_of(words)
    children = getattr(found, "commands", None)
    if children is None:
        yield words, found
        return
    for name in children:
        yield from below((*words, name))


def command_of(words: Sequence[str]) -> Any:
    found: Any = typer.main.get_command(application(list(words)))
    for word in words:
        found = found.commands[word]
    return found


@cache
def commands() -> list[tuple[tuple[str, ...], Any]]:
    return list(below())


def examples(command: Any) -> list[str]:
    _, _, listed = (command.epilog or "").partition("Examples:\n")
    return [line.strip() for line in listed.splitlines()]


def arguments_of(example: str) -> list[str]:
    """The words after `perfagent`, without what a shell puts before or behind a command."""
    words = shlex.split(example)
    if "|" in words[: words.index("perfagent")]:
        words = words[words.index("|") + 1 :]
    return words[1 : words.index("|") if "|" in words else None]


@pytest.mark.parametrize("words", [words for words, _ in commands()], ids=" ".join)
def test_the_help_ends_with_examples_that_can_be_called(words: tuple[str, ...]) -> None:
    command = dict(commands())[words]
    shown = examples(command)
    assert 1 <= len(shown) <= 3
    text = command.get_help(typer.Context(command, info_name="perfagent"))
    assert text.endswith("Examples:\n" + "\n".join(f"    {example}" for example in shown))
    for example in shown:
        arguments = arguments_of(example)
        wanted = words if words[0] != "eval" or len(words) < 3 else (words[0], arguments[1], words[2])
        assert tuple(arguments[: len(words)]) == wanted, "an example is of its own command"
        rest = arguments[len(words) :]
        command_of(wanted).make_context("perfagent", rest)


def test_a_wrong_example_would_be_found() -> None:
    with pytest.raises(typer.TyperException):
        command_of(("run",)).make_context("perfagent", ["--no-such-flag"])
