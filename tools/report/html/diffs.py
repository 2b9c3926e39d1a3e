"""A unified diff as rows of code with the numbers of their lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from perfagent.tools.report.html.code import changed_span, coloured, marked, visible

if TYPE_CHECKING:
    from markupsafe import Markup
    from unidiff.patch import Hunk as ParsedHunk
    from unidiff.patch import PatchedFile

Kind = Literal["same", "added", "removed"]
Span = tuple[int, int] | None

_KINDS: dict[str, Kind] = {"+": "added", "-": "removed", " ": "same", "": "same"}


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a diff; `old` and `new` are its numbers on the sides that have it."""

    kind: Kind
    code: Markup
    old: int | None = None
    new: int | None = None


@dataclass(frozen=True, slots=True)
class Hunk:
    """Lines that belong together, and the function git says they are in."""

    where: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class FileDiff:
    """One file's change; without a path it is a diff nobody could read, shown as it is."""

    path: str
    hunks: tuple[Hunk, ...]
    added: int = 0
    removed: int = 0
    note: str = ""


def file_diffs(diff: str) -> list[FileDiff]:
    """The files of a diff in its order; a text that is no diff is one file without a path."""
    from unidiff.errors import UnidiffParseError
    from unidiff.patch import PatchSet

    try:
        files = [_file(file) for file in PatchSet(diff)]
    except UnidiffParseError:
        files = []
    return files or ([_as_it_is(diff)] if diff else [])


def _file(file: PatchedFile) -> FileDiff:
    hunks = tuple(_hunk(hunk, file.path) for hunk in file)
    if file.is_binary_file:
        note = "a binary file"
    elif file.is_rename:
        note = f"was {file.source_file.removeprefix('a/')}"
    else:
        note = "a new file" if file.is_added_file else "removed" if file.is_removed_file else ""
    return FileDiff(file.path, hunks, file.added, file.removed, note)


def _hunk(hunk: ParsedHunk, path: str) -> Hunk:
    lines = [line for line in hunk if line.line_type in _KINDS]
    sides = []
    for left_out in "+-":
        texts = [_text(line.value) for line in lines if line.line_type != left_out]
        sides.append(iter(coloured("\n".join(texts), path)))
    before, after = sides
    spans = _spans([(line.line_type, _text(line.value)) for line in lines])
    rows = []
    for line, span in zip(lines, spans, strict=True):
        pieces = next(before) if line.line_type != "+" else []
        if line.line_type != "-":
            pieces = next(after)
        code = marked(pieces, span)
        rows.append(Row(_KINDS[line.line_type], code, line.source_line_no, line.target_line_no))
    return Hunk(hunk.section_header, tuple(rows))


def _text(value: str) -> str:
    return value.removesuffix("\n").removesuffix("\r")


def _spans(lines: Sequence[tuple[str, str]]) -> list[Span]:
    """Where each line differs from the one it replaces or is replaced by, in blocks of as many lines on both sides."""
    spans: list[Span] = [None] * len(lines)
    for removed, added in _blocks([kind for kind, _ in lines]):
        if len(removed) == len(added):
            for old, new in zip(removed, added, strict=True):
                both = changed_span(lines[old][1], lines[new][1])
                if both is not None:
                    spans[old], spans[new] = both
    return spans


def _blocks(kinds: Sequence[str]) -> Iterator[tuple[list[int], list[int]]]:
    """Runs of removed lines with the added lines right behind them, as numbers of lines."""
    removed: list[int] = []
    added: list[int] = []
    for number, kind in enumerate([*kinds, " "]):
        if kind == "+":
            added.append(number)
        elif kind == "-" and not added:
            removed.append(number)
        else:
            yield removed, added
            removed, added = ([number] if kind == "-" else []), []


def _as_it_is(diff: str) -> FileDiff:
    rows = tuple(Row(_KINDS.get(line[:1], "same"), visible(line)) for line in diff.removesuffix("\n").split("\n"))
    return FileDiff("", (Hunk("", rows),))
