"""Pieces of Markdown that several pages are made of."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; cells are Markdown already, but for the bars in them."""
    lines = [_row(head), "|" + "---|" * len(head)]
    return "\n".join([*lines, *(_row(row) for row in rows)])


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(" ".join(cell.replace("|", "\\|").split()) for cell in cells) + " |"


def code(text: object) -> str:
    """Text in the monospaced font, whatever it holds."""
    fence = "``" if "`" in str(text) else "`"
    return f"{fence}{text}{fence}" if fence == "`" else f"{fence} {text} {fence}"


def sentence(text: str) -> str:
    """Text as a sentence: begun with a capital unless its first word is no plain word, and ended."""
    text = " ".join(text.split())
    if text.partition(" ")[0].rstrip(",;.:").isalpha():
        text = text[0].upper() + text[1:]
    return text if text.endswith((".", "!", "?")) or not text else f"{text}."


def attributes(docstring: str) -> dict[str, str]:
    """What a docstring's `Attributes:` (or `Args:`) section says of each name; `a, b: text` is said of both."""
    section = re.search(r"^ *(?:Attributes|Args):\n((?:[ ]+\S.*\n?|\n)+)", docstring, re.MULTILINE)
    found: dict[str, str] = {}
    if section is None:
        return found
    lines = section[1].splitlines()
    depth = len(lines[0]) - len(lines[0].lstrip())
    names: list[str] = []
    for line in lines:
        entry = re.match(rf" {{{depth}}}(\w+(?:, \w+)*): (.*)", line)
        if entry:
            names = entry[1].split(", ")
            found.update(dict.fromkeys(names, entry[2]))
        elif line.startswith(" " * (depth + 1)):
            found.update({name: f"{found[name]} {line.strip()}" for name in names})
        elif line.strip():
            break
    return found
