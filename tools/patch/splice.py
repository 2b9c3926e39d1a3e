"""Putting new text in the place of old, with the file's own line ends."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Hit:
    """Characters [start, end) of the text with `\\n` line ends, and what takes their place."""

    start: int
    end: int
    replacement: str


def spliced(content: str, unix: str, hit: Hit) -> str:
    """`content` with the hit replaced, line ends kept outside the hit and the prevailing one used inside.

    Args:
        content: the file's text as it is on disk.
        unix: the same text with `\\n` line ends.
    """
    crlf = content.count("\r\n")
    replacement = hit.replacement.replace("\n", "\r\n") if crlf * 2 > unix.count("\n") else hit.replacement
    return content[: _offset(content, hit.start)] + replacement + content[_offset(content, hit.end) :]


def _offset(content: str, unix_offset: int) -> int:
    """The offset in `content` of an offset in the same text with `\\n` line ends."""
    position = shift = 0
    for piece in content.split("\r\n"):
        position += len(piece) + 1
        if position > unix_offset:
            break
        shift += 1
    return unix_offset + shift
