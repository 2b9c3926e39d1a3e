"""The text of a diff: lines, paths in headers, hunk counts, one section for each file."""

from __future__ import annotations

import re
from collections.abc import Iterable

from perfagent.tools.errors import EditError

_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_HUNK = re.compile(r"^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")
# a/ b/, and what git's diff.mnemonicPrefix writes: commit, index, object, work tree.
_PREFIX = re.compile(r'^"?[abciow]/')
_ESCAPE = re.compile(rb"\\([0-7]{3}|.)", re.DOTALL)
_NAMED = {b"n": b"\n", b"t": b"\t", b"r": b"\r", b"a": b"\a", b"b": b"\b", b"f": b"\f", b"v": b"\v"}


def split_lines(text: str) -> list[str]:
    """The lines with their ends; only a newline ends a line (str.splitlines breaks at form feeds and U+2028
    too).
    """
    return _LINE.findall(text)


def strip_count(names: Iterable[str]) -> int:
    """How many leading components the paths of a diff have too many: 1 for `a/` and its like, else 0."""
    told = [name for name in names if name != "/dev/null"]
    return int(bool(told) and all(_PREFIX.match(name) for name in told))


def named_path(name: str, strip: int) -> str:
    """The path a header names, without git's quotes and octal escapes and without its first `strip`
    components.
    """
    if name == "/dev/null":
        return name
    if len(name) > 1 and name.startswith('"') and name.endswith('"'):
        raw = _ESCAPE.sub(_unescape, name[1:-1].encode("utf-8", "surrogateescape"))
        name = raw.decode("utf-8", "surrogateescape")
    return name.split("/", strip)[-1]


def _unescape(match: re.Match[bytes]) -> bytes:
    code = match[1]
    return bytes([int(code, 8) & 0xFF]) if len(code) == 3 else _NAMED.get(code, code)


def recount(text: str) -> str:
    """The diff with the line counts of every hunk header computed from the hunk's body."""
    lines = split_lines(text)
    done: list[str] = []
    position = 0
    while position < len(lines):
        header = _HUNK.match(lines[position])
        if header is None:
            done.append(lines[position])
            position += 1
            continue
        end = _hunk_end(lines, position + 1)
        body = lines[position + 1 : end]
        old = sum(line[0] in " -\n\r" for line in body)
        new = sum(line[0] in " +\n\r" for line in body)
        rest = lines[position][header.end() :]
        done += [f"@@ -{header[1]},{old} +{header[3]},{new} @@{rest}", *body]
        position = end
    return "".join(done)


def _hunk_end(lines: list[str], start: int) -> int:
    """Where the hunk body that begins at `start` ends: at another header, a line of no diff, or the end."""
    for position in range(start, len(lines)):
        if lines[position][0] not in " +-\\\n\r" or _starts_file(lines, position):
            return position
    return len(lines)


def sections(text: str) -> list[str]:
    """The diff cut into one piece for each file; their concatenation is the diff from its first header on.

    Lines inside a hunk are told by the hunk's counts, so that a changed line that looks like a header is
    none.

    Raises:
        EditError: `malformed`, a hunk is shorter than its header says.
    """
    lines = split_lines(text)
    starts: list[int] = []
    in_git_header = False
    position = 0
    while position < len(lines):
        line = lines[position]
        if line.startswith("diff --git "):
            starts.append(position)
            in_git_header = True
        elif _starts_file(lines, position):
            if not in_git_header:
                starts.append(position)
            in_git_header = False
            position += 1
        elif header := _HUNK.match(line):
            position = _skip_hunk(lines, position, header)
            in_git_header = False
            continue
        position += 1
    ends = [*starts[1:], len(lines)]
    return ["".join(lines[start:end]) for start, end in zip(starts, ends, strict=False)]


def _starts_file(lines: list[str], position: int) -> bool:
    """Whether the two names of a file stand here."""
    following = lines[position + 1] if position + 1 < len(lines) else ""
    return lines[position].startswith("--- ") and following.startswith("+++ ")


def _skip_hunk(lines: list[str], position: int, header: re.Match[str]) -> int:
    """The position after a hunk."""
    old, new = (int(count) if count is not None else 1 for count in (header[2], header[4]))
    position += 1
    while old > 0 or new > 0:
        if position >= len(lines):
            raise EditError("malformed", "a hunk is shorter than its header says")
        mark = lines[position][0]
        old -= mark in " -\n\r"
        new -= mark in " +\n\r"
        position += 1
    while position < len(lines) and lines[position].startswith("\\"):
        position += 1
    return position
