"""The copy of an edited tree that a shell may write into, and the way of its changes back into the tree.

The tree itself is under git, and git runs on the host: whoever could write its configuration could have it start
programs there. So commands see a copy, and what they changed in it is read from outside when all their processes are
dead: regular files only, no link followed, each change by the policy of what may be edited.
"""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath

from perfagent.tools.errors import SandboxError
from perfagent.tools.patch import Policy, is_leftover
from perfagent.tools.sandbox import remove

#: Made by builds and tools beside sources, and never anybody's edit.
COMPILED = ("*.so", "*.o", "*.a", "*.pyd", "*.dylib", "*.dll", "*.obj", "*.class", "*.rlib")
BY_TOOLS = ("build", "dist", "target", "node_modules", "*.egg-info", ".eggs", ".cache", "CMakeFiles", "*.prof")

#: Bytes of a source file that may be an edit.
LARGEST_SOURCE = 2 * 2**20

#: Entries of a folder looked at: what holds more was filled to keep us busy.
MOST_ENTRIES = 400_000


@dataclass(frozen=True, slots=True)
class Stamp:
    """What changes when a file does: its kind, size, times (ns) and inode; content is compared where these differ."""

    mode: int
    size: int
    modified: int
    changed: int
    inode: int

    @property
    def regular(self) -> bool:
        """Whether it is a plain file."""
        return stat.S_ISREG(self.mode)


@dataclass(frozen=True, slots=True)
class Changes:
    """What a command changed.

    Attributes:
        kept: new bytes of each changed file by its path, None for one that is deleted.
        undone: `path (reason)` of what may not change and was put back.
    """

    kept: Mapping[str, bytes | None]
    undone: tuple[str, ...] = ()


class Mirror:
    """A tree and its copy; both hold the same sources whenever no command runs.

    Args:
        tree: the edited tree, on the host alone.
        place: where the copy is made.
        policy: which paths may change, and where new files may stand.
    """

    def __init__(self, tree: Path, place: Path, policy: Policy) -> None:
        self.tree, self.place, self._policy = tree, place, policy
        shutil.copytree(tree, place, symlinks=True, ignore=shutil.ignore_patterns(".git", "__pycache__"))
        self._tree_stamps = dict(stamps(tree))
        self._place_stamps = dict(stamps(place))

    def forth(self) -> None:
        """Bring what changed in the tree into the copy."""
        now = dict(stamps(self.tree))
        for path in changed(self._tree_stamps, now):
            write(self.place, path, read(self.tree, path) if path in now and now[path].regular else None)
        self._tree_stamps, self._place_stamps = now, dict(stamps(self.place))

    def back(self) -> Changes:
        """Bring what may change, and did in the copy, into the tree; undo there what may not."""
        now = dict(stamps(self.place))
        kept: dict[str, bytes | None] = {}
        undone: dict[str, str] = {}
        for path in changed(self._place_stamps, now):
            if self._is_junk(path):
                continue
            data, reason = self._looked_at(path, now.get(path))
            if reason:
                undone[path] = reason
            elif data != self._original(path):
                kept[path] = data
        for path in undone:
            self._restore(path)
        self.keep(kept)
        self._place_stamps = dict(stamps(self.place))
        return Changes(kept, tuple(f"{path} ({reason})" for path, reason in undone.items()))

    def keep(self, kept: Mapping[str, bytes | None]) -> None:
        """Write changed files into the tree."""
        keep(self.tree, kept)
        self._tree_stamps = dict(stamps(self.tree))

    def _looked_at(self, path: str, stamp: Stamp | None) -> tuple[bytes | None, str]:
        """A changed path's new bytes, and why it may not change; an empty reason when it may, or did not."""
        original = self._original(path)
        if (self.tree / path).is_symlink() or (stamp is not None and not stamp.regular):
            return original, "" if self._same_link(path) else "a link or a special file"
        data = None if stamp is None else read(self.place, path, LARGEST_SOURCE)
        if data == original and (data is not None or stamp is None):
            return data, ""
        reason = self._policy.protection(path) if path.isprintable() else "a name that cannot be shown"
        if reason is None and original is None:
            reason = self._policy.creation(path)
        if reason is None and stamp is not None and (data is None or not _is_text(data)):
            reason = "no text" if data is not None else f"larger than {LARGEST_SOURCE // 2**20} MiB"
        return data, reason or ""

    def _original(self, path: str) -> bytes | None:
        """The tree's own bytes of a path; None when there is no regular file."""
        place = self.tree / path
        return read(self.tree, path) if place.is_file() and not place.is_symlink() else None

    def _same_link(self, path: str) -> bool:
        here, there = self.tree / path, self.place / path
        return here.is_symlink() and there.is_symlink() and here.readlink() == there.readlink()

    def _restore(self, path: str) -> None:
        """Make the copy's path what the tree's is."""
        write(self.place, path, self._original(path))
        if (self.tree / path).is_symlink():
            (self.place / path).symlink_to((self.tree / path).readlink())

    def _is_junk(self, path: str) -> bool:
        """Whether a path is made by running or building, and not by editing."""
        where = PurePosixPath(path)
        if is_leftover(path) or ".git" in where.parts or any(fnmatchcase(where.name, each) for each in COMPILED):
            return True
        if (self.tree / path).exists():
            return False
        if where.suffix in (".c", ".cpp", ".h") and (self.tree / where.with_suffix(".pyx")).exists():
            return True
        folders = [Path(*where.parts[: depth + 1]) for depth in range(len(where.parts))]
        return any(
            any(fnmatchcase(folder.name, each) for each in BY_TOOLS) and not (self.tree / folder).exists()
            for folder in folders
        )


def keep(tree: Path, kept: Mapping[str, bytes | None]) -> None:
    """Write changed files into a tree, None deletes; modes stay as they are."""
    for path, data in kept.items():
        write(tree, path, data)


def stamps(root: Path) -> Iterator[tuple[str, Stamp]]:
    """Every file and link below a folder by its relative path, `.git` left out.

    Raises:
        SandboxError: there are too many of them.
    """
    todo, seen = [""], 0
    while todo:
        folder = todo.pop()
        for entry in _entries(root / folder):
            seen += 1
            if seen > MOST_ENTRIES:
                raise SandboxError(f"a command left more than {MOST_ENTRIES} files", code="PA604")
            path = f"{folder}/{entry.name}" if folder else entry.name
            if entry.is_dir(follow_symlinks=False):
                todo += [path] if entry.name != ".git" else []
            else:
                found = entry.stat(follow_symlinks=False)
                yield (
                    path,
                    Stamp(found.st_mode, found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino),
                )


def changed(before: Mapping[str, Stamp], now: Mapping[str, Stamp]) -> list[str]:
    """Paths whose stamps differ, sorted."""
    return sorted(path for path in before.keys() | now.keys() if before.get(path) != now.get(path))


def read(root: Path, path: str, largest: int | None = None) -> bytes | None:
    """The bytes of a regular file; None when it is none, or larger than `largest`."""
    place = root / path
    try:
        try:
            opened = os.open(place, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        except PermissionError:
            place.chmod(0o600, follow_symlinks=True)
            opened = os.open(place, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return None
    with os.fdopen(opened, "rb") as file:
        found = os.fstat(opened)
        if not stat.S_ISREG(found.st_mode) or (largest is not None and found.st_size > largest):
            return None
        return file.read()


def write(root: Path, path: str, data: bytes | None) -> None:
    """Put a file at a path, whatever stands there or in its way; None removes it. No link is followed.

    It belongs to whom the root belongs, so that the commands that see it may write it.
    """
    place, owner = root / path, root.stat()
    folders = [root / folder for folder in [*place.relative_to(root).parents][-2::-1]]
    if data is None and any(folder.is_symlink() or not folder.is_dir() for folder in folders):
        return
    for folder in folders:
        if folder.is_symlink() or not folder.is_dir():
            folder.unlink(missing_ok=True)
            folder.mkdir()
            _give(folder, owner)
    mode = 0o644
    if place.is_dir() and not place.is_symlink():
        remove(place)
    elif os.path.lexists(place):
        mode = mode if place.is_symlink() else stat.S_IMODE(place.stat().st_mode)
        place.unlink()
    if data is not None:
        place.write_bytes(data)
        place.chmod(mode)
        _give(place, owner)


def _entries(folder: Path) -> Iterable[os.DirEntry[str]]:
    """What is in a folder; nothing when it cannot be listed even by its owner, or is too deep for a path."""
    try:
        try:
            return list(os.scandir(folder))
        except PermissionError:
            folder.chmod(0o700)
            return list(os.scandir(folder))
    except OSError:
        return []


def _give(place: Path, owner: os.stat_result) -> None:
    if os.geteuid() == 0:
        os.chown(place, owner.st_uid, owner.st_gid)


def _is_text(data: bytes) -> bool:
    try:
        return "\0" not in data.decode("utf-8")
    except UnicodeDecodeError:
        return False
