"""Code around the hot functions: callers, where the way to save may be to call less, and the outlines of hot files."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from perfagent.agent.dialogue import Excerpt
from perfagent.agent.ideas.catalogue import span
from perfagent.agent.telling.budget import Budget
from perfagent.tools.errors import EditError
from perfagent.tools.profile import Hotspot
from perfagent.tools.repository import outline

#: Callers shown in all, and characters of all of them.
MOST_CALLERS, CALLERS_CHARACTERS = 4, 7000

#: Share of the time in a function, with all it calls, from which its callers are worth showing: experts' changes often
#: lie high in the call tree, where no own time shows.
CALLED_SHARE = 0.1

#: Lines of a caller that is shown whole, and lines shown around each call in a longer one.
WHOLE_CALLER, AROUND_CALL = 60, 8

#: Files outlined, and symbols of each.
MOST_OUTLINES, MOST_SYMBOLS = 3, 60


def callers(tree: Path, spots: Sequence[Hotspot], shown: Sequence[Hotspot], budget: Budget) -> Iterator[Excerpt]:
    """The callers of the hot functions that are not among those shown, those of the hottest function first.

    Args:
        spots: all hotspots, for the callers' own figures.
        shown: hot functions whose sources the reader has.
    """
    figures = {f"{spot.path}:{spot.qualname}": spot for spot in spots}
    seen = {f"{spot.path}:{spot.qualname}" for spot in shown}
    room = Budget(min(CALLERS_CHARACTERS, budget.left))
    count = 0
    for spot in shown:
        wanted = spot.callers if spot.cumulative_share >= CALLED_SHARE else ()
        for caller in (name for name in wanted if name not in seen):
            seen.add(caller)
            excerpt = _caller(tree, caller, spot, figures.get(caller))
            if excerpt is None or count == MOST_CALLERS:
                continue
            if room.fits("callers", excerpt.code) and budget.fits("callers", excerpt.code):
                count += 1
                yield excerpt


def _caller(tree: Path, caller: str, spot: Hotspot, figures: Hotspot | None) -> Excerpt | None:
    """A caller's source, or the surroundings of its calls; None where it is not found."""
    path, _, qualname = caller.rpartition(":")
    try:
        text = (tree / path).read_text("utf-8", errors="replace")
    except OSError:
        return None
    place = span(text, qualname)
    if place is None:
        return None
    lines = text.splitlines()
    share = f", {figures.cumulative_share:.0%} of the time with all it calls" if figures else ""
    return Excerpt(
        title=f"Calls {spot.qualname}: {path} {qualname}, lines {place[0]}-{place[1]}{share}",
        code=_shown(lines, place, spot.qualname.rpartition(".")[2]),
    )


def _shown(lines: Sequence[str], place: tuple[int, int], name: str) -> str:
    """The whole function when it is short, else its head and what is around each line that names `name`."""
    start, end = place
    if end - start < WHOLE_CALLER:
        return "\n".join(lines[start - 1 : end])
    word = re.compile(rf"\b{re.escape(name)}\b")
    near = {start, start + 1}
    for number in range(start, end + 1):
        if word.search(lines[number - 1]):
            near |= set(range(max(start, number - AROUND_CALL), min(end, number + AROUND_CALL) + 1))
    parts = []
    last = start - 1
    for number in sorted(near):
        if number > last + 1:
            parts.append(f"[lines {last + 1}-{number - 1}]")
        parts.append(lines[number - 1])
        last = number
    return "\n".join(parts)


def outlines(tree: Path, shown: Sequence[Hotspot], budget: Budget) -> Iterator[Excerpt]:
    """What else stands in the hottest files: classes and functions with their lines."""
    for path in list(dict.fromkeys(spot.path for spot in shown))[:MOST_OUTLINES]:
        try:
            symbols = outline((tree / path).read_text("utf-8", errors="replace"))
        except (OSError, EditError):
            continue
        rows = [f"{s.start}-{s.end} {s.kind} {s.qualname}{s.parameters}"[:160] for s in symbols]
        if len(rows) > MOST_SYMBOLS:
            rows = [*rows[:MOST_SYMBOLS], f"[{len(rows) - MOST_SYMBOLS} more]"]
        text = "\n".join(rows)
        if rows and budget.fits("outlines", text):
            yield Excerpt(title=f"Outline of {path}", code=text, language="")
