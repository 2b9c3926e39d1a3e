"""Text for the model, never longer than it can use."""

from __future__ import annotations

from collections.abc import Sequence

CAP = 10_000
"""Characters of one tool result: about 3 000 tokens; mini-swe-agent's cap, enough in long runs."""

_LINE = 400  # characters of one line; minified files would fill the result with one


#: A text this much longer than the cap is shown whole: the few lines that would be missing are asked for anyway.
_SLACK = 1.3


def capped(text: str, how_to_see_more: str = "ask for less at once") -> str:
    """The text, or its head and tail with the number of lines left out between and what to do about it."""
    if len(text) <= CAP * _SLACK:
        return text
    lines = text.split("\n")
    head = _fitting(lines, CAP // 2)
    tail = _fitting(lines[head:][::-1], CAP // 2)
    if head + tail == 0:
        return (
            text[: CAP // 2]
            + f"\n[... {len(text) - CAP} characters left out; {how_to_see_more} ...]\n"
            + text[-CAP // 2 :]
        )
    left_out = len(lines) - head - tail
    shown_tail = lines[len(lines) - tail :] if tail else []
    return "\n".join([*lines[:head], f"[... {left_out} lines left out; {how_to_see_more} ...]", *shown_tail])


def numbered_page(lines: Sequence[str], start: int, end: int) -> str:
    """Lines start to end (1-based, inclusive) with their numbers, as many as fit, and where to go on."""
    page: list[str] = []
    size, number = 0, start
    wanted = sum(min(len(line), _LINE) + 8 for line in lines[start - 1 : end])
    room = CAP * _SLACK if wanted <= CAP * _SLACK else CAP
    for number in range(start, min(end, len(lines)) + 1):
        line = lines[number - 1]
        shown = line if len(line) <= _LINE else f"{line[:_LINE]} [... {len(line) - _LINE} characters more]"
        size += len(shown) + 8
        if size > room and page:
            return "\n".join([*page, f"[... cut at line {number - 1} of {len(lines)}; go on with start={number} ...]"])
        page.append(f"{number:>5}| {shown}")
    if number < len(lines):
        page.append(f"[... the file has {len(lines)} lines ...]")
    return "\n".join(page)


def _fitting(lines: Sequence[str], size: int) -> int:
    """How many of the first lines fit into `size` characters."""
    for count, line in enumerate(lines):
        size -= len(line) + 1
        if size < 0:
            return count
    return len(lines)
