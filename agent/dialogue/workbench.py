"""Where the model's tools act: the files of one worktree, and the actions the run offers on it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from perfagent.tools.patch import AnyEdit


@dataclass(frozen=True, slots=True)
class Evidence:
    """A file a model wrote beside its change to convince itself, such as a differential test; never part of a patch.

    Attributes:
        name: path in the scratch folder.
        size: bytes.
        digest: of its text, by which the run folder keeps it.
        last_line: the last line that the last command naming it printed; empty when none did.
    """

    name: str
    size: int
    digest: str
    last_line: str = ""


@dataclass(frozen=True, slots=True)
class Actions:
    """What else can be done with the worktree; the model is not told of an action that is None.

    Each gives text for the model. It should raise nothing the model could act upon: a failing test is text.

    Attributes:
        run_tests: run the tests of the given node ids, the run's own selection when none is given.
        quick_measure: a few pairs against the baseline, or as many as asked for; the text says what they cannot tell.
        profile: where the time goes now, by function, or by line of the function named.
        callers: who called a function or method of a name in the profiled run; empty when nothing is known.
        shell: run a command in the sandbox, with seconds it may take.
        evidence: what the shell's scratch folder holds to show for the change.
        seconds: spent in actions so far; the same again when a run is resumed.
        close: end what actions keep open; may be called twice.
    """

    run_tests: Callable[[tuple[str, ...]], str] | None = None
    quick_measure: Callable[[int | None], str] | None = None
    profile: Callable[[str | None], str] | None = None
    callers: Callable[[str], str] | None = None
    shell: Callable[[str, int], str] | None = None
    evidence: Callable[[], tuple[Evidence, ...]] = tuple
    seconds: Callable[[], float] = float
    close: Callable[[], None] = lambda: None


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

    def callers(self, name: str) -> str:
        """Where a function or method of a name is called, with file, line and the function around."""
        ...

    def undo(self, path: str | None) -> list[str]:
        """Put a file, or every file when None, back to the baseline; the paths that were changed."""
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
