"""`reference/commands.md`: every command with its flags, read off the application that parses them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any, NamedTuple

import typer

from perfagent.cli.evaluate import TITLES
from perfagent.cli.main import application
from perfagent.reference.markdown import code, sentence, table

INTRODUCTION = """\
# Command line

`perfagent COMMAND --help` says the same in the terminal.
Most flags of `run` can be given in other places too: [settings](settings.md).

| exit status | meaning |
|---|---|
| 0 | the command completed, whatever it found |
| 1 | it could not be completed, or `--fail-on` found what it looks for |
| 2 | wrong usage |
| 130 | interrupted, or waiting for a review: `perfagent resume RUN` goes on |
"""


#: Stands for the name of a published benchmark.
BENCHMARK = "BENCHMARK"

#: What the heading of some families of commands is followed by.
FAMILIES = {"eval": f"\n`{BENCHMARK}` is one of {', '.join(f'`{name}`' for name in TITLES)}.\n"}


class Leaf(NamedTuple):
    """One command: its words after `perfagent`, and what typer made of its function."""

    words: tuple[str, ...]
    command: Any


@cache
def leaves() -> tuple[Leaf, ...]:
    """Every command, in the order of the help."""
    return tuple(_below(()))


def _below(words: Sequence[str]) -> Iterator[Leaf]:
    """Every command below these words.

    The application gives only as many flags as the words before them ask for, so it is made anew on the way down.
    """
    found: Any = typer.main.get_command(application(list(words)))
    for word in words:
        found = found.commands[word]
    below = getattr(found, "commands", None)
    if below is None:
        yield Leaf(tuple(words), found)
        return
    for name in below:
        yield from _below([*words, name])


def flags_by_parameter() -> dict[str, str]:
    """The flag that each parameter of any command is given by: `max_cost` -> `--max-cost`."""
    found: dict[str, str] = {}
    for leaf in leaves():
        for parameter in leaf.command.params:
            if parameter.param_type_name == "option":
                found.setdefault(parameter.name, _longest(parameter.opts))
    return found


def page() -> str:
    """The whole page."""
    parts, families = [INTRODUCTION], set[str]()
    for leaf in leaves():
        if len(leaf.words) > 1 and leaf.words[0] not in families:
            parts.append(f"## {leaf.words[0]}\n{FAMILIES.get(leaf.words[0], '')}")
        families.add(leaf.words[0])
        # The published benchmarks have the same verbs.
        told = _command(leaf._replace(words=tuple(BENCHMARK if word in TITLES else word for word in leaf.words)))
        if told not in parts:
            parts.append(told)
    return "\n".join(parts)


def _command(leaf: Leaf) -> str:
    """A command's heading, text, usage, arguments and flags."""
    text = " ".join((leaf.command.help or "").replace("\f", "").split())
    examples = re.findall(r"^  (.*perfagent .+)$", leaf.command.epilog or "", re.M)
    lines = [f"{'##' if len(leaf.words) == 1 else '###'} {' '.join(leaf.words)}", "", text, ""]
    lines += ["```console", f"$ perfagent {' '.join(leaf.words)}{_usage(leaf.command.params)}", "```", ""]
    if examples:
        lines += ["For example:", "", "```console", *(f"$ {example}" for example in examples), "```", ""]
    rows = [_parameter(each) for each in leaf.command.params if each.name != "help" and not each.hidden]
    if rows:
        lines += [table(("argument or flag", "meaning"), rows), ""]
    return "\n".join(lines)


def _usage(parameters: Sequence[Any]) -> str:
    arguments = [p for p in parameters if p.param_type_name == "argument"]
    required = [p for p in parameters if p.param_type_name == "option" and p.required]
    words = [_metavar(p) for p in arguments] + [f"{_longest(p.opts)} {_metavar(p)}" for p in required]
    return "".join(f" {word}" for word in words) + " [FLAGS]"


def _parameter(parameter: Any) -> tuple[str, str]:
    """One row: how it is written, and what it means with its default."""
    if parameter.param_type_name == "argument":
        return code(_metavar(parameter)), sentence(parameter.help or "")
    names = ", ".join(code(name) for name in [*parameter.opts, *parameter.secondary_opts])
    value = "" if parameter.is_flag else f" {code(_metavar(parameter))}"
    default = parameter.default
    shown = isinstance(default, str | int | float) and not isinstance(default, bool) and default != ""
    told = f" Default: {code(default)}." if shown else ""
    return names + value, sentence(parameter.help or "") + told


def _metavar(parameter: Any) -> str:
    """The word that stands for a parameter's value."""
    if parameter.metavar:
        return str(parameter.metavar)
    if parameter.param_type_name == "argument":
        return str(parameter.name).upper()
    return {int: "N", float: "X"}.get(parameter.type_descriptor.annotation, "TEXT")


def _longest(names: Sequence[str]) -> str:
    return max(names, key=len)
