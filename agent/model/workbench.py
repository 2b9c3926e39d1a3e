"""Where the model's tools act: the files of one worktree, and the actions the run offers on it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from perfagent.tools.patch import AnyEdit


@dataclass(frozen=True, slots=True)
class Actions:
    """What else can be done with the worktree; the model is not told of an action that is None.

    Each gives text for the model. It should raise nothing the model could act upon: a failing test is text.

    Attributes:
        run_tests: run the tests of the given node ids, the run's own selection when none is given.
        quick_measure: a few pairs against the baseline; the text says what so few pairs can and cannot tell.
        profile: where the time goes now.
    """

    run_tests: Callable[[tuple[str, ...]], str] | None = None
    quick_measure: Callable[[], str] | None = None
    profile: Callable[[], str] | None = None


class Workbench(Protocol):
    """One worktree a model works on. Paths are relative to its root; each text is for the model to read.

    Every method but `digest` and `problems` raises EditError for a path outside the tree or without a file.
    """

    @property
    def actions(self) -> Actions:
        """What can be done beside reading and editing."""
        ...

    def read_file(self, path: str, start: int, end: int | None) -> str:
        """Lines start to end (1-based, inclusive) with their numbers."""
        ...

    def search(self, pattern: str, glob: str | None) -> str:
        """Lines that match a regular expression, with file and number."""
        ...

    def outline(self, path: str) -> str:
        """Classes and functions of a file with their lines."""
        ...

    def edit(self, edits: Sequence[AnyEdit], *, check_syntax: bool = False) -> list[str]:
        """Apply all edits or none, and give the paths changed.

        Raises:
            EditError: an edit cannot be applied or, with `check_syntax`, would leave new errors.
        """
        ...

    def diff(self) -> str:
        """Everything changed against the worktree's commit, as a unified diff; empty when nothing is."""
        ...

    def digest(self) -> str:
        """Equal for equal trees."""
        ...

    def problems(self) -> str | None:
        """New syntax errors and undefined names in the changed files; None when there are none."""
        ...
