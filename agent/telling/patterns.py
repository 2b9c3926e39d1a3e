"""Which few patterns of the catalogue fit the hot code, each with the line that says so."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePosixPath

from perfagent.agent.dialogue.facts import PatternHint
from perfagent.agent.ideas.catalogue import span
from perfagent.agent.telling.features import OFTEN, Finding, findings_in
from perfagent.agent.telling.notes import NOTHING, REPEATED, Note
from perfagent.prompts import patterns_source
from perfagent.tools.profile import Hotspot

#: Patterns shown at once: what a reader keeps in mind beside the code.
MOST_PATTERNS = 6

#: Grounds given for one pattern.
MOST_REASONS = 3

#: Hotspots whose source is looked at, and callers of each: the fix is often one step up the call tree.
SEARCHED_HOTSPOTS, SEARCHED_CALLERS = 8, 2

#: Weight of what stands in a caller against what stands in the hot function itself.
CALLER_WEIGHT = 0.5

#: Lines of a function that is called so often that the calls themselves are dear.
SMALL_FUNCTION = 12

#: What a category is worth before micro-tuning: algorithm and data structure first (LLM4EFFI).
CATEGORY_WEIGHT = {"algorithm": 3.0, "data structure": 2.5, "redundant work": 2.0, "sorting": 2.0, "caching": 1.5}

#: Endings of languages that patterns name; other files get only those for `any`.
NATIVE = frozenset({".c", ".h", ".cc", ".cpp", ".hpp", ".pyx", ".pxd", ".rs", ".go"})


@dataclass(frozen=True, slots=True)
class Pattern:
    """One file of the catalogue.

    Attributes:
        category: one of SysLLMatic's and LLM4EFFI's kinds, in our words.
        when: precondition that can be seen in source or profile.
        languages: names of languages, or `any`.
        features: names of findings, any of which makes it fit.
        text: how it looks, what replaces it, when not.
    """

    id: str
    category: str
    when: str
    languages: tuple[str, ...]
    features: tuple[str, ...]
    text: str


@dataclass(frozen=True, slots=True)
class _Ground:
    """A finding in a function, with how much it matters: the function's share times the finding's weight."""

    path: str
    qualname: str
    finding: Finding
    weight: float

    @property
    def words(self) -> str:
        where = f"`{self.path}` {self.qualname}"
        line = f", line {self.finding.line}," if self.finding.line else ""
        return f"{where}{line} {self.finding.words}"


@cache
def catalogue() -> tuple[Pattern, ...]:
    """All patterns, by id."""
    return tuple(read_pattern(name, text) for name, text in patterns_source().items())


def read_pattern(name: str, text: str) -> Pattern:
    """A pattern out of its file.

    Raises:
        ValueError: the front matter lacks a field, has an unknown one, or names another id than the file.
    """
    _, head, body = text.split("---\n", 2)
    fields = {key.strip(): value.strip() for key, _, value in (line.partition(":") for line in head.splitlines())}
    if set(fields) != {"id", "category", "languages", "features", "when"} or fields["id"] != name:
        raise ValueError(f"the front matter of the pattern {name} is not as it must be")
    languages, features = (tuple(part.strip() for part in fields[key].split(",")) for key in ("languages", "features"))
    return Pattern(name, fields["category"], fields["when"], languages, features, body.strip())


def patterns_for(
    tree: Path, spots: Sequence[Hotspot], notes: Mapping[str, Note] | None = None
) -> tuple[PatternHint, ...]:
    """The patterns that fit the hottest functions and their callers, the most promising first; the same every time.

    Args:
        tree: the baseline's tree.
        spots: hotspots, hottest first.
        notes: what tracing saw of their calls, by `path:qualname`.
    """
    grounds = list(_grounds(tree, spots, notes or {}))
    scored = []
    for pattern in catalogue():
        fitting = [ground for ground in grounds if _fits(pattern, ground)]
        if fitting:
            fitting.sort(key=lambda ground: (-ground.weight, ground.path, ground.finding.line, ground.finding.words))
            # Further grounds count less and less, so that ten weak ones do not outweigh one that is sure.
            weight = sum(ground.weight / 2**number for number, ground in enumerate(fitting[:MOST_REASONS]))
            scored.append((weight * CATEGORY_WEIGHT.get(pattern.category, 1.0), pattern, fitting))
    scored.sort(key=lambda entry: (-round(entry[0], 9), entry[1].id))
    return tuple(
        PatternHint(
            id=pattern.id,
            category=pattern.category,
            text=pattern.text,
            reasons=tuple(dict.fromkeys(ground.words for ground in fitting))[:MOST_REASONS],
        )
        for _, pattern, fitting in scored[:MOST_PATTERNS]
    )


def _fits(pattern: Pattern, ground: _Ground) -> bool:
    python = PurePosixPath(ground.path).suffix in (".py", ".pyx")
    spoken = "any" in pattern.languages or (python and "python" in pattern.languages)
    return spoken and ground.finding.feature in pattern.features


def _grounds(tree: Path, spots: Sequence[Hotspot], notes: Mapping[str, Note]) -> Iterator[_Ground]:
    """Everything found in the hot functions, in the profile, and, with less weight, in the callers."""
    texts: dict[str, list[str]] = {}
    known = {f"{spot.path}:{spot.qualname}" for spot in spots[:SEARCHED_HOTSPOTS]}
    for spot in spots[:SEARCHED_HOTSPOTS]:
        lines = _lines(texts, tree, spot.path)
        share = max(spot.charged_share, spot.cumulative_share / 2)
        note = notes.get(f"{spot.path}:{spot.qualname}", NOTHING)
        found = [*_told_by_profile(spot, note), *_found(lines, (spot.start, spot.end), spot.calls)]
        yield from (_Ground(spot.path, spot.qualname, f, f.weight * share) for f in found)
        for caller in spot.callers[:SEARCHED_CALLERS]:
            path, _, qualname = caller.rpartition(":")
            place = None if caller in known else span("\n".join(_lines(texts, tree, path)), qualname)
            if place is not None:
                known.add(caller)
                found = _found(texts[path], place, 1)
                yield from (_Ground(path, qualname, f, f.weight * share * CALLER_WEIGHT) for f in found)


def _lines(texts: dict[str, list[str]], tree: Path, path: str) -> list[str]:
    """A file's lines, read once; none when it cannot be read."""
    if path not in texts:
        try:
            texts[path] = (tree / path).read_text("utf-8", errors="replace").splitlines()
        except OSError:
            texts[path] = []
    return texts[path]


def _found(lines: Sequence[str], place: tuple[int, int], calls: int) -> list[Finding]:
    start, end = place
    return findings_in("\n".join(lines[start - 1 : end]), start, calls)


def _told_by_profile(spot: Hotspot, note: Note) -> Iterator[Finding]:
    """What the figures alone say of a function."""
    if note.repeated is not None and note.repeated >= REPEATED:
        yield Finding("repeated_arguments", 0, f"gets arguments it has seen before in {note.repeated:.0%} of calls", 2)
    if spot.qualname == "<module>":
        yield Finding("module_time", 0, f"takes {spot.cumulative_share:.0%} of the time while it is imported", 2)
    elif spot.calls >= OFTEN:
        small = spot.end - spot.start < SMALL_FUNCTION
        yield Finding("many_calls", 0, f"is called {spot.calls:,} times in one execution", 2 if small else 1)
    if PurePosixPath(spot.path).suffix in NATIVE:
        yield Finding("native", 0, "is native code", 2)
