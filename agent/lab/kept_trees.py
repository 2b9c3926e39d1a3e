"""Trees that an earlier run exported and compiled, taken over by hard links: writing three thousand files again takes
seconds where the disk is busy, naming them a third of one.

Nothing may write into a file that has a name here. So only trees are kept that sandboxes see read-only, never those
that are built in, and the `local` sandbox, which stops nobody, takes none. A patch replaces files and leaves the old
ones as they are. Bytecode stays valid with its source's time, which the link shares.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from perfagent.agent.run_folder import state_home
from perfagent.tools.sandbox import SandboxKind, remove

if TYPE_CHECKING:
    from perfagent.tools.repository import Target

#: Trees that stay: two for each of the last commits, which is what a comparison and its repetition need.
MOST = 8


class KeptTrees:
    """Trees by all that they depend on.

    Args:
        home: the folder they are kept in, on the file system of the runs.
    """

    def __init__(self, home: Path) -> None:
        self._home = home

    def bring(self, facts: Sequence[str], place: Path) -> bool:
        """Make `place` a tree kept under the same facts; False when there is none that can be taken, and no `place`."""
        kept = self._place(facts)
        try:
            if not kept.is_dir():
                return False
            link_tree(kept, place)
            os.utime(kept)  # fails where it was being forgotten meanwhile, and may not have been whole
        except OSError:  # or it is another's, or on another disk
            remove(place)
            return False
        return True

    def keep(self, facts: Sequence[str], tree: Path) -> None:
        """Keep a tree for later runs, whole or not at all; those used longest ago go."""
        kept = self._place(facts)
        part = kept.with_name(f"{kept.name}.{os.getpid()}.part")
        if kept.exists():
            return
        self._home.mkdir(parents=True, exist_ok=True)
        try:
            link_tree(tree, part)
            part.rename(kept)
        except OSError:  # another disk, or another run was faster
            remove(part)
        self._forget()

    def _place(self, facts: Sequence[str]) -> Path:
        return self._home / hashlib.sha256(json.dumps(facts).encode("utf-8", "surrogateescape")).hexdigest()[:24]

    def _forget(self) -> None:
        trees = [path for path in self._home.iterdir() if not path.name.endswith(".part")]
        for old in sorted(trees, key=_used, reverse=True)[MOST:]:
            going = old.with_name(f"{old.name}.{os.getpid()}.part")
            try:
                old.rename(going)  # at once, so that nobody takes half of it
                remove(going)
            except OSError:
                continue


def kept_trees() -> KeptTrees:
    """Those of this PERFAGENT_HOME."""
    return KeptTrees(state_home() / "cache" / "trees")


def checked_out(target: Target, commit: str, kind: SandboxKind, place: Path) -> Path:
    """`place`, with the files of a commit: those of an earlier run where they were kept.

    Raises:
        RepositoryError: see Target.checkout.
    """
    kept, facts = kept_trees(), ["plain", target.info(commit).tree]
    if kind == "local":
        return target.checkout(commit, place)
    if not kept.bring(facts, place):
        target.checkout(commit, place)
        kept.keep(facts, place)
    return place


def _used(tree: Path) -> float:
    """When a tree was taken last; long ago when it is gone."""
    try:
        return tree.stat().st_mtime
    except FileNotFoundError:
        return 0.0


def link_tree(source: Path, place: Path) -> None:
    """The same folders with other names for the same files and links.

    Raises:
        OSError: one cannot be linked, or belongs to somebody else, who could change it.
    """
    todo = [(str(source), str(place))]
    while todo:
        old, new = todo.pop()
        os.mkdir(new, os.lstat(old).st_mode & 0o777)  # noqa: PTH102 - thousands of times
        with os.scandir(old) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    todo.append((entry.path, f"{new}/{entry.name}"))
                    continue
                if entry.stat(follow_symlinks=False).st_uid != os.getuid():
                    raise PermissionError(f"{entry.path} is another's")
                os.link(entry.path, f"{new}/{entry.name}", follow_symlinks=False)
