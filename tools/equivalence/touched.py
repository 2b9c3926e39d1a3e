"""Which functions a patch touches, before and after it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from perfagent.tools.profile import Place, SourceFile, locate

if TYPE_CHECKING:
    from unidiff.patch import PatchedFile

#: Functions looked at where a patch changes a module's top level, which any of its functions may use.
MOST_OF_A_FILE = 50


@dataclass(frozen=True, slots=True)
class Touched:
    """Python functions whose lines a patch changes; classes where it changes their bodies.

    Attributes:
        before: in the tree without the patch.
        after: in the tree with it; those it adds too.
    """

    before: tuple[Place, ...]
    after: tuple[Place, ...]

    def both(self) -> tuple[tuple[Place, Place], ...]:
        """Those that are there on both sides."""
        known = {(place.path, place.function.qualname): place for place in self.after}
        pairs = [(place, known.get((place.path, place.function.qualname))) for place in self.before]
        return tuple((one, other) for one, other in pairs if other is not None)


def touched_functions(base: Path, head: Path, diff: str) -> Touched:
    """The functions that a diff between two trees on this machine touches, in the diff's order.

    Where it changes nothing but a module's top level, all functions of that file count, up to 50.
    """
    from unidiff.patch import PatchSet

    names: dict[tuple[str, str], None] = {}
    for file in PatchSet(diff):
        if file.path.endswith(".py"):
            names |= {(file.path, name): None for name in _names(file, base, head)}
    found = [[locate(tree, path, name) for path, name in names] for tree in (base, head)]
    before, after = (tuple(place for place in places if place is not None) for places in found)
    return Touched(before, after)


def _names(file: PatchedFile, base: Path, head: Path) -> Iterable[str]:
    sides = (SourceFile(base / file.path), SourceFile(head / file.path))
    names: dict[str, None] = {}
    for hunk in file:
        for line in hunk:
            number = line.source_line_no if line.is_removed else line.target_line_no
            if line.is_context or number is None or not line.value.strip():
                continue
            name = _innermost(sides[0] if line.is_removed else sides[1], number)
            if name:
                names[name] = None
    return names or [function.qualname for function in sides[1].functions[:MOST_OF_A_FILE]]


def _innermost(source: SourceFile, line: int) -> str:
    """The dotted name of the innermost definition around a line; empty at the top level."""
    around = [function for function in source.functions if function.start <= line <= function.end]
    return max(around, key=lambda function: function.start).qualname if around else ""
