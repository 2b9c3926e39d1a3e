"""What the documentation tells a reader to type is what the program takes."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
import typer

from perfagent.cli.main import application

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def commands(text: str) -> Iterator[str]:
    """The command lines of a page's code: those that begin with `perfagent`, or with `$ perfagent`."""
    language = None
    for line in text.replace("\\\n", " ").splitlines():
        if line.startswith("```"):
            language = line[3:].strip() if language is None else None
        elif language in SHELLS or (language is None and line.startswith("    ")):
            typed = line.strip().removeprefix("$ ")
            if re.match(r"perfagent [a-z-]", typed):
                yield typed


#: Languages of blocks that hold commands; those without a name do too.
SHELLS = {"", "console", "bash", "sh"}

#: Where a shell ends a command.
ENDS = {"|", ">", "&&", "2>/dev/null", "2>"}

LINES = [(page.relative_to(ROOT).as_posix(), line) for page in PAGES for line in commands(page.read_text("utf-8"))]


def test_commands_are_found() -> None:
    assert len(LINES) > 50
    assert list(commands("```console\n$ perfagent run . \\\n    --seed 1  # why\n```\n")) == [
        "perfagent run .      --seed 1  # why"
    ]


@pytest.mark.parametrize(("page", "line"), LINES)
def test_a_command_of_the_documentation_is_understood(page: str, line: str) -> None:
    words = shlex.split(line, comments=True)[1:]
    words = words[: next((place for place, word in enumerate(words) if word in ENDS), len(words))]
    command = typer.main.get_command(application(words))
    while words and hasattr(command, "commands"):
        command = command.commands[words.pop(0)]
    with suppress(typer.Exit):
        command.make_context("perfagent", words)


def test_no_page_stands_twice_in_the_navigation() -> None:
    named = re.findall(r"([\w/-]+\.md)$", (ROOT / "mkdocs.yml").read_text("utf-8").split("\nnav:\n")[1], re.MULTILINE)
    assert len(named) > 30
    assert [name for name in sorted(set(named)) if named.count(name) > 1] == []


def test_no_two_pages_have_one_address() -> None:
    addresses = [page.with_name(page.stem) if page.stem != "index" else page.parent for page in PAGES]
    assert [address for address in set(addresses) if addresses.count(address) > 1] == []
