"""What a rewrite rule is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Rewrite:
    """One edit a rule proposes for one file.

    Attributes:
        rule: the rule's name.
        line: 1-based line where the pattern starts.
        function: dotted name of the enclosing function, empty at module level.
        description: one sentence: what is slow and what replaces it.
        source: the whole file after the edit, every byte outside the edit unchanged.
        risk: 1 (equal by construction) to 3 (equal unless the code does something unusual, which tests must
            show).
    """

    rule: str
    line: int
    function: str
    description: str
    source: str
    risk: int


class Rule(Protocol):
    """One file of the catalogue.

    Attributes:
        name: kebab-case, unique.
        looks_for, safe_when, why: one sentence each, shown by `perfagent rewrite --list` and in the docs.
        example, example_after: a small module the rule changes, and the result.
        counter_example: a module that looks alike and that the rule must refuse.
    """

    name: str
    looks_for: str
    safe_when: str
    why: str
    example: str
    example_after: str
    counter_example: str

    def rewrites(self, source: str, lines: Sequence[tuple[int, int]] | None = None) -> list[Rewrite]:
        """Every edit the rule sees in `source`, one Rewrite for each place, in line order.

        Args:
            source: a module's text.
            lines: 1-based inclusive line ranges to stay within; everywhere when None.
        """
        ...
