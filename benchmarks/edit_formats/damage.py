"""What models do to text they quote: each way takes the quoted and the new lines and gives them back damaged."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from perfagent.benchmarks.edit_formats.corpus import Hunk

Lines = list[str]
Damage = Callable[[Hunk, random.Random], tuple[Lines, Lines] | None]
"""The quoted and the new lines after the damage; None when the hunk offers nothing to damage so."""


@dataclass(frozen=True, slots=True)
class Numbers:
    """What a hunk's header says: how far its position and its counts are off, or no numbers at all."""

    shift: int = 0
    first: bool = False
    miscount: int = 0
    told: bool = True


def intact(hunk: Hunk, rng: random.Random) -> tuple[Lines, Lines] | None:
    """Nothing."""
    del rng
    return list(hunk.old), list(hunk.new)


def outdented(hunk: Hunk, rng: random.Random) -> tuple[Lines, Lines] | None:
    """All lines lose the indentation that all have; not where that is what changes."""
    del rng
    written = [line for line in (*hunk.old, *hunk.new) if line.strip()]
    if any(line and not line.strip() for line in (*hunk.old, *hunk.new)):
        return None
    margin = min(len(line) - len(line.lstrip()) for line in written)
    return ([line[margin:] for line in hunk.old], [line[margin:] for line in hunk.new]) if margin else None


def trailing(hunk: Hunk, rng: random.Random) -> tuple[Lines, Lines] | None:
    """One quoted line gets whitespace at its end."""
    old = list(hunk.old)
    at = rng.randrange(len(old))
    old[at] += rng.choice([" ", "  ", "\t"])
    return old, list(hunk.new)


def blank_lost(hunk: Hunk, rng: random.Random) -> tuple[Lines, Lines] | None:
    """A blank line of the context is left out."""
    return _lost(hunk, rng, lambda line: not line.strip())


def comment_lost(hunk: Hunk, rng: random.Random) -> tuple[Lines, Lines] | None:
    """A comment of the context is left out."""
    return _lost(hunk, rng, lambda line: line.lstrip().startswith(("#", "//")))


def typo(hunk: Hunk, rng: random.Random) -> tuple[Lines, Lines] | None:
    """One character of a context line is another."""
    places = [at for at in _context(hunk) if any(char.isalpha() for char in hunk.old[at])]
    if not places:
        return None
    at = rng.choice(places)
    line = hunk.old[at]
    column = rng.choice([i for i, char in enumerate(line) if char.isalpha()])
    wrong = line[:column] + ("x" if line[column] != "x" else "y") + line[column + 1 :]
    return _with(hunk, at, [wrong])


def first_outdented(hunk: Hunk, rng: random.Random) -> tuple[Lines, Lines] | None:
    """The first line, of the context, loses its indentation."""
    del rng
    first = hunk.old[0]
    return _with(hunk, 0, [first.lstrip()]) if hunk.lead and first.strip() and first != first.lstrip() else None


def bare(hunk: Hunk, rng: random.Random) -> tuple[Lines, Lines] | None:
    """No context is quoted, and what is quoted stands in the file more than once."""
    del rng
    old, new = list(hunk.old), list(hunk.new)
    lead, tail = hunk.lead, hunk.tail
    old, new = old[lead : len(old) - tail], new[lead : len(new) - tail]
    lines = hunk.change.before.split("\n")
    times = sum(lines[at : at + len(old)] == old for at in range(len(lines)))
    return (old, new) if any(line.strip() for line in old) and times > 1 else None


def foreign(hunk: Hunk, rng: random.Random) -> tuple[Lines, Lines] | None:
    """The quoted lines are those of the later release, which are not there yet."""
    del rng
    real, quoted = ([line.strip() for line in lines] for lines in (hunk.change.before.split("\n"), hunk.new))
    there = any(real[at : at + len(quoted)] == quoted for at in range(len(real)))
    return None if there or not any(quoted) else (list(hunk.new), [*hunk.new, "changed()"])


#: By the name in the table; `foreign` may be applied nowhere, all others must give the real change or be refused.
DAMAGES: Mapping[str, Damage] = {
    "none": intact,
    "uniform outdent": outdented,
    "trailing whitespace": trailing,
    "blank line lost": blank_lost,
    "comment lost": comment_lost,
    "one-char typo in context": typo,
    "first line lost its indent": first_outdented,
    "ambiguous, no context": bare,
    "quote of code not there": foreign,
}
#: Of a diff's headers, on hunks that are whole.
NUMBERS: Mapping[str, Numbers] = {
    "starts off by 7": Numbers(shift=7),
    "all hunks claim line 1": Numbers(first=True),
    "counts off by one": Numbers(miscount=1),
    "no numbers": Numbers(told=False),
}


def _context(hunk: Hunk) -> list[int]:
    """The quoted lines that do not change."""
    return [*range(hunk.lead), *range(len(hunk.old) - hunk.tail, len(hunk.old))]


def _lost(hunk: Hunk, rng: random.Random, kind: Callable[[str], bool]) -> tuple[Lines, Lines] | None:
    places = [at for at in _context(hunk) if kind(hunk.old[at])]
    return _with(hunk, rng.choice(places), []) if places else None


def _with(hunk: Hunk, at: int, lines: Lines) -> tuple[Lines, Lines]:
    """The hunk with other lines in the place of one of its context, in what is quoted and in what is new."""
    from_end = len(hunk.old) - at
    new_at = at if at < hunk.lead else len(hunk.new) - from_end
    return [*hunk.old[:at], *lines, *hunk.old[at + 1 :]], [*hunk.new[:new_at], *lines, *hunk.new[new_at + 1 :]]
