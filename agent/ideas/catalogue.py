"""The editor that needs no model: the catalogue of rewrites applied to one function, alone and together."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from perfagent.tools.errors import EditError
from perfagent.tools.repository import outline
from perfagent.tools.rewrite import Rewrite, propose

#: A function with more places than this would only be rewritten by a person; the rest waits for the next profile.
MOST_REWRITES = 12


@dataclass(frozen=True, slots=True)
class Edit:
    """A file's new text and what was done to it."""

    path: str
    source: str
    rules: tuple[str, ...]
    description: str
    risk: int


def edits_for(tree: Path, path: str, qualname: str) -> list[Edit]:
    """Every rewrite of one function alone, and, when there are several, all of them together first.

    Args:
        tree: the baseline's tree.
        path: file relative to it.
        qualname: dotted name of the function; the whole file when empty.
    """
    try:
        source = (tree / path).read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError):
        return []
    singles = _rewrites(source, path, qualname)
    edits = [Edit(path, r.source, (r.rule,), r.description, r.risk) for r in singles]
    if len(singles) > 1:
        together = _together(source, path, qualname)
        if together is not None and all(together.source != edit.source for edit in edits):
            edits.insert(0, together)
    return edits


def span(source: str, qualname: str) -> tuple[int, int] | None:
    """First and last line (1-based, decorators included) of a function or class; None when it is not there.

    Profiles name a nested function without the `<locals>` that an outline has, and either form is found.
    """
    try:
        symbols = outline(source)
    except EditError:
        return None
    wanted = _plain(qualname)
    return next(((symbol.start, symbol.end) for symbol in symbols if _plain(symbol.qualname) == wanted), None)


def _plain(qualname: str) -> str:
    return qualname.replace(".<locals>", "")


def _rewrites(source: str, path: str, qualname: str) -> list[Rewrite]:
    lines = None
    if qualname:
        found = span(source, qualname)
        if found is None:
            return []
        lines = [found]
    return propose(source, path, lines=lines)[:MOST_REWRITES]


def _together(source: str, path: str, qualname: str) -> Edit | None:
    """Apply the first rewrite, look again, and so on, until nothing is left to do."""
    rules: list[str] = []
    descriptions: list[str] = []
    risk = 1
    seen = {source}
    for _ in range(MOST_REWRITES):
        fresh = next((r for r in _rewrites(source, path, qualname) if r.source not in seen), None)
        if fresh is None:
            break
        source = fresh.source
        seen.add(source)
        rules.append(fresh.rule)
        descriptions.append(fresh.description)
        risk = max(risk, fresh.risk)
    if not rules:
        return None
    return Edit(path, source, tuple(dict.fromkeys(rules)), " ".join(dict.fromkeys(descriptions)), risk)
