"""The real lines nearest to a SEARCH that is not in the file, to be shown, never to be edited."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from difflib import SequenceMatcher, get_close_matches

_SIMILAR = 0.6  # difflib's ratio below which the nearest lines would mislead more than help
_CONTEXT = 5  # lines shown before and after
_SHOWN = 60  # lines shown at most


def numbered(lines: Sequence[str], first: int) -> str:
    """Lines with their 1-based numbers, the first of them numbered `first`."""
    width = len(str(first + len(lines)))
    return "\n".join(f"{number:>{width}}| {line}" for number, line in enumerate(lines, first))


def nearest_lines(unix: str, search: str) -> str:
    """The lines of `unix` most like `search`, five more on either side, numbered; empty when none is."""
    lines, wanted = unix.split("\n"), search.removesuffix("\n").split("\n")
    at = _best_window([line.strip() for line in lines], [line.strip() for line in wanted])
    if at is None:
        return ""
    window = "\n".join(lines[at : at + len(wanted)])
    if SequenceMatcher(None, window, "\n".join(wanted), autojunk=False).ratio() < _SIMILAR:
        return ""
    first = max(0, at - _CONTEXT)
    return numbered(lines[first : at + len(wanted) + _CONTEXT][:_SHOWN], first + 1)


def _best_window(lines: Sequence[str], wanted: Sequence[str]) -> int | None:
    """Where most of the wanted lines stand, found by whole lines, else by the longest wanted line's like."""
    counts = Counter(line for line in wanted if line)
    size = min(len(wanted), len(lines))
    common = _shared(lines, counts, size)
    best = max(common, default=0)
    if best:
        return common.index(best)
    longest = max(wanted, key=len)
    close = get_close_matches(longest, list(dict.fromkeys(lines)), n=1, cutoff=_SIMILAR)
    return max(0, lines.index(close[0]) - wanted.index(longest)) if close else None


def _shared(lines: Sequence[str], counts: Counter[str], size: int) -> list[int]:
    """How many of the counted lines each window of so many lines holds, updated from one window to the next."""
    inside: Counter[str] = Counter()
    found, total = [], 0
    for at, line in enumerate(lines):
        inside[line] += 1
        total += inside[line] <= counts[line]
        if at >= size:
            gone = lines[at - size]
            total -= inside[gone] <= counts[gone]
            inside[gone] -= 1
        if at >= size - 1:
            found.append(total)
    return found
