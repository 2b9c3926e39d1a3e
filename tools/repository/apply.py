"""Applying a diff to a plain tree with git, from exact to tolerant.

`git apply` itself refuses absolute paths, `..`, `.git` and paths behind symbolic links; nothing is written
unless every file applies.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from perfagent.tools.errors import EditError
from perfagent.tools.repository.git import Git, GitResult

_APPLY = ("apply", "--whitespace=nowarn")


def apply_strictly(tree: Path, diff: str) -> None:
    """Apply a diff exactly as it stands.

    Raises:
        EditError: `does_not_apply` with git's reason; nothing was changed.
    """
    result = attempt_apply(tree, diff)
    if result.status != 0:
        raise EditError("does_not_apply", result.reason.removeprefix("error: "))


def attempt_apply(tree: Path, diff: str, options: Sequence[str] = ()) -> GitResult:
    """Try to apply a diff with further options of `git apply`; status 0 says that it did."""
    return _git(tree).attempt(*_APPLY, *options, "-", stdin=diff.encode("utf-8", "surrogateescape"))


def touched_paths(tree: Path, diff: str, options: Sequence[str] = ()) -> tuple[str, ...]:
    """The paths git itself would write, read from the diff alone; for a rename the new one.

    Raises:
        EditError: `malformed`, git cannot read it as a diff.
    """
    options = (*_APPLY, "--numstat", "-z", *options, "-")
    result = _git(tree).attempt(*options, stdin=diff.encode("utf-8", "surrogateescape"))
    if result.status != 0:
        raise EditError("malformed", result.reason.removeprefix("error: "))
    rows = result.stdout.decode("utf-8", "surrogateescape").split("\0")
    return tuple(sorted({row.split("\t", 2)[2] for row in rows if row.count("\t") >= 2}))


def _git(tree: Path) -> Git:
    """Git in the tree itself: the ceiling keeps it from finding a repository around it and skipping paths in
    silence.
    """
    return Git(tree.resolve())
