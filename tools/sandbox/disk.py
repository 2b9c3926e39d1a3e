"""What a command may write to the disk: watched from outside, for no file system here has quotas by default.

A bind mount writes to the host's own file system, which neither Docker's overlay2 (its `size` option is for the
container's own layer, and wants XFS with project quotas) nor bubblewrap can bound. So the growth of the writable
mounts is looked at while a command runs. A look costs one statvfs; only when the file system lost enough bytes since
the sandbox was opened are the folders added up. What a command writes between two looks cannot be prevented: a disk
of 2 GB/s lets it overshoot by some 400 MB.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

from perfagent.tools.errors import LimitExceeded
from perfagent.tools.sandbox.protocol import Mount

INTERVAL_S = 0.2  # between two looks
RESERVE_BYTES = 256 * 2**20  # left free whoever fills the disk; as much as a run asks for before a step
BLOCK_BYTES = 512  # the unit of st_blocks, whatever the file system's (stat(2))


class DiskWatch:
    """Knows how far the writable mounts of one open sandbox have grown.

    Args:
        mounts: the sandbox's; read-only ones are left out.
        allowed_bytes: they may grow by, together.
    """

    def __init__(self, mounts: Sequence[Mount], allowed_bytes: int) -> None:
        self._mounts = [mount for mount in mounts if mount.writable]
        self._allowed = allowed_bytes
        self._began = sum(map(folder_bytes, self._sources()))
        self._free = {source: shutil.disk_usage(source).free for source in self._sources()}

    def _sources(self) -> list[Path]:
        return [mount.source for mount in self._mounts]

    def exceeded(self) -> bool:
        """Whether they have grown by more than is allowed.

        Raises:
            LimitExceeded: `disk`, nearly nothing is free any more, and the command need not be whose fault it is.
        """
        free = {source: shutil.disk_usage(source).free for source in self._sources()}
        low = min(free.values(), default=RESERVE_BYTES)
        # Others may free what the command takes, so half of what is allowed is reason enough to look closely.
        taken = max((self._free[source] - now for source, now in free.items()), default=0)
        if taken < self._allowed / 2 and low >= RESERVE_BYTES:
            return False
        grown = sum(map(folder_bytes, self._sources())) - self._began
        if grown > self._allowed or grown + held_bytes(self._mounts) > self._allowed:
            return True
        if low < RESERVE_BYTES:
            error = LimitExceeded("disk", low, RESERVE_BYTES)
            error.message = f"only {low // 2**20} MiB are free on the disk"
            error.remedy = "free some space, then `perfagent resume`; `perfagent clean` shows what may go"
            raise error
        return False


def folder_bytes(folder: Path) -> int:
    """Bytes a folder's files take up on the disk; links are not followed, what vanishes meanwhile counts nothing."""
    return sum(status.st_blocks * BLOCK_BYTES for status in _statuses(folder))


def _statuses(folder: Path) -> Iterator[os.stat_result]:
    """The status of a folder and of everything in it."""
    todo = [str(folder)]
    while todo:
        try:
            with os.scandir(todo.pop()) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        todo.append(entry.path)
                    yield entry.stat(follow_symlinks=False)
        except OSError:
            continue


def held_bytes(mounts: Sequence[Mount]) -> int:
    """Bytes of deleted files of the mounts that running processes still hold open, which no folder shows.

    As far as we may look into /proc/PID/fd (root everywhere, others into processes of their own).
    """
    places = tuple(f"{place}/" for mount in mounts for place in (mount.target, mount.source.resolve()))
    seen: dict[tuple[int, int], int] = {}
    for link in Path("/proc").glob("[0-9]*/fd/*"):
        try:
            status = link.stat()
            if status.st_nlink == 0 and str(link.readlink()).startswith(places):
                seen[status.st_dev, status.st_ino] = status.st_blocks * BLOCK_BYTES
        except OSError:
            continue
    return sum(seen.values())
