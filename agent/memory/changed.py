"""Which function a diff changes most, and its source before the change."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from perfagent.tools.errors import EditError
from perfagent.tools.repository import outline

_OLD_FILE = re.compile(r"--- a/(.+)")
_HUNK = re.compile(r"@@ -(\d+)(?:,\d+)? \+\d+(?:,\d+)? @@")


@dataclass(frozen=True, slots=True)
class Changed:
    """A function before a change; `qualname` is empty where no function holds the change, `source` its lines then."""

    path: str
    qualname: str
    source: str


def changed_function(diff: str, tree: Path) -> Changed:
    """The function that a diff removes most lines of, or adds most lines to.

    Args:
        diff: canonical, as `diff_trees` makes it.
        tree: the tree before it.
    """
    lines: dict[str, list[int]] = {}
    for path, line in touched_lines(diff):
        if path:
            lines.setdefault(path, []).append(line)
    best = Changed("", "", "")
    most = 0
    for path, numbers in lines.items():
        found, count = _most_touched(path, numbers, tree)
        if count > most:
            best, most = found, count
    return best


def touched_lines(diff: str) -> Iterator[tuple[str, int]]:
    """Path and 1-based old line of every removed line, and of the old line before every added one."""
    path, number = "", 0
    inside = False
    for line in diff.splitlines():
        if line.startswith("diff --git "):
            inside, path = False, ""
        elif not inside and (old := _OLD_FILE.fullmatch(line)):
            path = old[1]
        elif hunk := _HUNK.match(line):
            inside, number = True, int(hunk[1])
        elif inside and line.startswith("-"):
            yield path, number
            number += 1
        elif inside and line.startswith("+"):
            yield path, max(1, number - 1)
        elif inside and not line.startswith("\\"):
            number += 1


def _most_touched(path: str, numbers: list[int], tree: Path) -> tuple[Changed, int]:
    """The innermost function of one file with most of the lines, and how many."""
    try:
        text = (tree / path).read_text("utf-8", errors="replace")
    except OSError:
        return Changed(path, "", ""), 0
    lines = text.splitlines()
    try:
        functions = [symbol for symbol in outline(text) if symbol.kind != "class"]
    except EditError:
        functions = []
    counts: Counter[int] = Counter()
    for number in numbers:
        holding = [n for n, symbol in enumerate(functions) if symbol.start <= number <= symbol.end]
        if holding:
            counts[max(holding, key=lambda n: functions[n].start)] += 1
    if not counts:
        around = lines[max(0, min(numbers) - 6) : max(numbers) + 5]
        return Changed(path, "", "\n".join(around)), len(numbers)
    place, count = counts.most_common(1)[0]
    symbol = functions[place]
    return Changed(path, symbol.qualname, "\n".join(lines[symbol.start - 1 : symbol.end])), count
