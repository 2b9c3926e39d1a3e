"""Runs that are gone on with, and the diffs they begin and end with."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from perfagent.tools.errors import MeasurementError

if TYPE_CHECKING:
    from perfagent.tools.report import Result


#: Times that a run is gone on with when the machine was too noisy to judge anything: what disturbs it mostly ends.
TRIES = 3


def gone_on(run: Path, begin: Callable[[], Result]) -> Result:
    """The result of a run folder: the recorded one, that of the run gone on with, or of a new run.

    Where the base cannot be measured, it is tried again, as its noise is measured anew then.

    Raises:
        PerfagentError: it could not be completed.
    """
    for left in reversed(range(TRIES)):
        try:
            return _begun_or_resumed(run, begin)
        except MeasurementError:
            if not left:
                raise
    raise AssertionError("the last try returns or raises")


def _begun_or_resumed(run: Path, begin: Callable[[], Result]) -> Result:
    from perfagent.agent import driver

    if (run / "run.json").exists():
        return driver.resume(run)
    shutil.rmtree(run, ignore_errors=True)  # killed before it had said what was asked
    return begin()


def diff_between(repository: Path, base: str, head: str) -> str:
    """The canonical diff of two commits, of a repository with or without a work tree; empty when nothing differs.

    Raises:
        RepositoryError: it has no such commits.
    """
    from perfagent.tools.repository import Git

    return Git(repository, git_dir=None if (repository / ".git").exists() else repository).canonical_diff(base, head)


def applies(repository: Path, diff: str) -> bool:
    """Whether `git apply` takes a diff at what is checked out."""
    from perfagent.tools.repository import Git

    data = diff.encode("utf-8", "surrogateescape")
    return not diff or Git(repository).attempt("apply", "--check", "-", stdin=data).status == 0
