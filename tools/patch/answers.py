"""What the formats of edits in a model's text have in common: fences, paths above them, how errors are told."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from perfagent.tools.errors import EditError
from perfagent.tools.patch.records import AnyEdit

FENCE = re.compile(r"^(?P<indent>\s*)(?P<ticks>`{3,}|~{3,})\s*(?P<info>.*)$")
HEAD = re.compile(r"^(?P<indent>\s*)(?P<mark><{5,9})\s*SEARCH\b[ \t:]*(?P<path>\S*)\s*$")

_BACKTICKED = re.compile(r"`([^`\s]+)`")
_BARE_PATH = re.compile(r"^(?=.*[./])[\w./@+~\-]+$")
_LINES_ABOVE = 4  # the fence, one blank line and the path fit, with one line to spare


@dataclass(frozen=True, slots=True)
class Place:
    """A line of a model's text at which an edit may begin, and what was read before it.

    Attributes:
        lines: the whole text.
        index: the line, from 0.
        previous_end: the line after the last edit.
        number: the next edit's number, from 1.
        last_path: the file of the last edit; empty before the first.
    """

    lines: Sequence[str]
    index: int
    previous_end: int
    number: int
    last_path: str

    def path_above(self) -> str:
        """The path on the lines between the last edit and this one, nearest line first; empty without one."""
        above = [line for line in self.lines[self.previous_end : self.index] if line.strip()]
        for line in reversed(above[-_LINES_ABOVE:]):
            fence = FENCE.match(line)
            # "```python" names a language: what stands in an info string is a path only with a slash or a
            # suffix.
            for candidate in _last_word(fence["info"]) if fence else [line]:
                path = clean_path(candidate)
                if path:
                    return path
        return ""

    def is_block_inside(self) -> bool:
        """Whether the first line of the fence that opens here begins a SEARCH/REPLACE block."""
        inside = (line for line in self.lines[self.index + 1 :] if line.strip())
        return HEAD.match(next(inside, "")) is not None

    def malformed(self, problem: str, path: str = "") -> EditError:
        """What is wrong with the edit that begins here."""
        name = f"block {self.number} ({path})" if path else f"block {self.number}"
        return EditError("malformed", f"{name}: {problem}", "send the whole block again; no block was applied")


@dataclass(frozen=True, slots=True)
class Taken:
    """Edits read from a text, and the line after them."""

    edits: Sequence[AnyEdit]
    end: int


def clean_path(line: str) -> str:
    """The path a line consists of, freed of Markdown (backticks, `**`, `#`, colon); empty when it is none."""
    bare = line.strip().strip("*#").strip().removeprefix("File:").removeprefix("file:")
    bare = bare.strip().rstrip(":").strip("*").rstrip(":").strip("`").strip()
    if _BARE_PATH.match(bare) and not bare.endswith("."):
        return bare.removeprefix("./")
    named = [token for token in _BACKTICKED.findall(line) if _BARE_PATH.match(token)]
    return named[0].removeprefix("./") if len(named) == 1 else ""


def fence_ends(lines: Sequence[str], opening: int) -> list[int]:
    """The lines that may close the fence opened at a line, nearest first."""
    fence = FENCE.match(lines[opening])
    if fence is None:
        return []
    closing = re.compile(rf"^{fence['indent']}{re.escape(fence['ticks'])}{re.escape(fence['ticks'][0])}*\s*$")
    return [index for index in range(opening + 1, len(lines)) if closing.match(lines[index])]


def outdented(body: Sequence[str], indent: str) -> list[str]:
    """The body of a block that as a whole stands indented, in a list for example."""
    if indent and all(line.startswith(indent) for line in body if line.strip()):
        return [line.removeprefix(indent) for line in body]
    return list(body)


def joined(lines: Sequence[str]) -> str:
    """The lines as text in which every line ends."""
    return "".join(f"{line}\n" for line in lines)


def _last_word(info: str) -> list[str]:
    """The last word of an info string, without the definition it may name."""
    return [word.partition("::")[0] for word in info.split()[-1:]]
