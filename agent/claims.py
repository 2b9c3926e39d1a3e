"""Who works on what: locks that end with the process that holds them, however it ends."""

from __future__ import annotations

import fcntl
from pathlib import Path
from typing import IO

from perfagent.tools.errors import PerfagentError


def hold_cache(folder: Path, *, exclusively: bool) -> IO[str] | None:
    """Keep `perfagent clean` from removing environments while a run uses them, and runs from starting meanwhile.

    Args:
        folder: the cache; made when missing.
        exclusively: to remove some, which is not to be waited for; a run waits the moment that takes.

    Returns:
        The file to close at the end; None when a run is under way that excludes us.

    Raises:
        PerfagentError: nothing can be written there.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file = (folder / "in-use").open("w")
    except OSError as error:
        raise PerfagentError(
            f"no cache can be kept at {folder} ({error.strerror})", "set PERFAGENT_HOME", code="PA003"
        ) from error
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB if exclusively else fcntl.LOCK_SH)
    except BlockingIOError:
        file.close()
        return None
    return file


def claimed(path: Path) -> bool:
    """Whether a process works in a run folder."""
    return locked(path / "events.jsonl")


def locked(path: Path) -> bool:
    """Whether a process holds a file for itself; nobody holds one that does not exist."""
    try:
        with path.open("r") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False
