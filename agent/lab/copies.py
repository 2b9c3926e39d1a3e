"""Copies of trees for tests to write into: made once, then mended to be the next tree instead of copied anew.

What a test left in a copy must never be seen by the next candidate's tests, whoever wrote it and however. So nothing is
asked of what is in a copy but the kernel's word: a file, link or folder is kept only where its inode number, mode,
owner, link count, size and times are what they were when it was last known to be right. Among these is the time of its
last change (ctime), which every write, also through a map, and every change of mode, owner, links and attributes sets
from the kernel's clock, and which no call can set back (POSIX.1-2017, base definitions 4.9). Everything else is removed
and copied from its source. No process of a sandbox is alive when a copy is mended, as it was closed before.

This holds for code that cannot set the machine's clock nor write to the trees themselves: not in the `local` sandbox.
"""

from __future__ import annotations

import os
import shutil
import stat
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from perfagent.tools.sandbox import remove

#: What tells an inode from another one and from itself before a change.
State = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Known:
    """An entry of a copy when it was right: its own state, and its source's, by which a source is found to be the same.

    A source's ctime says nothing: hard links to it are made for other trees.
    """

    state: State
    source: State


class WritableCopy:
    """One copy.

    Args:
        place: where it is or will be; a folder of ours alone, on whose file system nothing else is made of it.
        owner: user and group that its files belong to; None to leave them ours.
    """

    def __init__(self, place: Path, owner: tuple[int, int] | None) -> None:
        self.place = place
        self._owner = owner
        self._tree: Path | None = None
        self._known: dict[str, _Known] = {}
        self._found: dict[str, _Known] = {}

    def become(self, tree: Path) -> None:
        """Make it equal to a tree, which must not change as long as it stands.

        Raises:
            OSError: no room, or the tree cannot be read; the next call mends what this one left.
        """
        # A number of an inode that is gone may be another file's by now.
        if self._tree is None or not self._tree.exists():
            self._known = {}
        self._tree, self._found = tree, {}
        try:
            self._folder(str(tree), str(self.place), "")
        finally:
            self._known = self._found

    def _folder(self, source: str, place: str, name: str) -> bool:
        """Make a folder right, all that is in it too; whether anything had to be done."""
        changed = not self._unchanged(source, place, name)
        if changed:
            self._renew(place, name)
        wanted = _entries(source)
        for entry in _entries(place).values():
            if entry.name not in wanted:
                remove(entry.path)
                changed = True
        for entry in wanted.values():
            make = self._folder if entry.is_dir(follow_symlinks=False) else self._file
            changed |= make(entry.path, f"{place}/{entry.name}", f"{name}/{entry.name}")
        if changed:
            self._finish(source, place)
        self._note(source, place, name)
        return changed

    def _renew(self, place: str, name: str) -> None:
        """A new folder with those entries of the old one that are as they were: attributes of a folder may be hidden.

        The entries' own state is looked at before they are moved, for to be moved changes it.
        """
        aside = Path(f"{self.place}.aside")
        remove(aside)
        aside.mkdir(0o700)
        status = _lstat(place)
        if status is not None and stat.S_ISDIR(status.st_mode):
            Path(place).chmod(0o700)  # who may not write it may not move what is in it
            for entry in _entries(place).values():
                known = self._known.get(f"{name}/{entry.name}")
                if known is not None and _state(os.lstat(entry.path)) == known.state:
                    moved = Path(entry.path).rename(aside / entry.name)
                    self._known[f"{name}/{entry.name}"] = replace(known, state=_state(moved.lstat()))
        remove(place)
        aside.rename(place)

    def _file(self, source: str, place: str, name: str) -> bool:
        """Make a file or a link right; whether it had to be copied. Sockets, pipes and devices are left out."""
        if self._unchanged(source, place, name):
            self._found[name] = self._known[name]
            return False
        remove(place)
        mode = os.lstat(source).st_mode
        if stat.S_ISREG(mode) or stat.S_ISLNK(mode):
            shutil.copy2(source, place, follow_symlinks=False)
            self._finish(source, place)
            self._note(source, place, name)
        return True

    def _unchanged(self, source: str, place: str, name: str) -> bool:
        known, there = self._known.get(name), _lstat(place)
        if known is None or there is None or _state(there) != known.state:
            return False
        return _origin(os.lstat(source)) == known.source

    def _finish(self, source: str, place: str) -> None:
        """The source's mode and times, and the owner."""
        if self._owner is not None:
            os.lchown(place, *self._owner)  # first, as it clears the bits of set-user-id
        shutil.copystat(source, place, follow_symlinks=False)

    def _note(self, source: str, place: str, name: str) -> None:
        self._found[name] = _Known(_state(os.lstat(place)), _origin(os.lstat(source)))


class Copies:
    """Lends copies out, each to one borrower at a time; they may be many threads.

    Args:
        folder: where copies are kept, as long as the run is open.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._idle: list[WritableCopy] = []
        self._made = 0

    @contextmanager
    def lend(self, tree: Path, owner: tuple[int, int] | None) -> Iterator[Path]:
        """A copy of a tree that may be written into while the block lasts.

        Args:
            owner: as in WritableCopy; the same for all.

        Raises:
            OSError: see WritableCopy.
        """
        copy = self._take(owner)
        try:
            copy.become(tree)
            yield copy.place
        finally:
            with self._lock:
                self._idle.append(copy)

    def _take(self, owner: tuple[int, int] | None) -> WritableCopy:
        """The copy that was given back last, else a new one."""
        with self._lock:
            if self._idle:
                return self._idle.pop()
            self._made += 1
            return WritableCopy(self._folder / f"tests-{self._made}", owner)

    def drop(self) -> None:
        """Remove the copies that nobody has."""
        with self._lock:
            idle, self._idle = self._idle, []
        for copy in idle:
            remove(copy.place)


def _entries(folder: str) -> dict[str, os.DirEntry[str]]:
    with os.scandir(folder) as found:
        return {entry.name: entry for entry in found}


def _lstat(path: str) -> os.stat_result | None:
    try:
        return os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        return None


def _state(status: os.stat_result) -> State:
    """All that the kernel says of an entry but when it was read."""
    return (*_identity(status), status.st_uid, status.st_gid, status.st_nlink, status.st_ctime_ns)


def _origin(status: os.stat_result) -> State:
    """What stays the same of a source that is linked into other trees; of a folder, which is never shared, its mode."""
    return (status.st_mode,) if stat.S_ISDIR(status.st_mode) else _identity(status)


def _identity(status: os.stat_result) -> State:
    return (status.st_dev, status.st_ino, status.st_mode, status.st_size, status.st_mtime_ns)
