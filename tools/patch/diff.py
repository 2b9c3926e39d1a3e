"""Unified diffs: making the canonical one from two trees, reading one, applying one."""

from __future__ import annotations

import filecmp
import os
import tempfile
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict

from perfagent.tools.errors import EditError
from perfagent.tools.patch.text import named_path, recount, split_lines, strip_count
from perfagent.tools.repository import EXACT_ATTRIBUTES, LEFTOVERS, Git, attempt_apply, touched_paths

if TYPE_CHECKING:
    from unidiff.patch import Hunk, PatchedFile, PatchSet

ChangeKind = Literal["added", "removed", "modified", "renamed"]

_PLAIN_MODE = "100644"
_REFUSED_MODES = {"120000": "a symbolic link", "160000": "a submodule"}


class FileChange(BaseModel):
    """What a patch does to one file.

    Attributes:
        path: where the file is after the patch (before it, for a removed one), relative to the tree.
        old_path: where a renamed file was; equal to `path` otherwise.
        kind: added, removed, modified or renamed.
        added, removed: lines.
        hunks: how many.
        old_mode, new_mode: git's file modes where the patch tells them, such as "100644".
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    path: str
    old_path: str
    kind: ChangeKind
    added: int
    removed: int
    hunks: int
    old_mode: str | None = None
    new_mode: str | None = None


class PatchSummary(BaseModel):
    """What a patch does; `files` in the patch's order."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    files: tuple[FileChange, ...]

    @property
    def paths(self) -> tuple[str, ...]:
        """Every path the patch touches, sorted."""
        return tuple(sorted({path for file in self.files for path in (file.path, file.old_path)}))

    @property
    def added(self) -> int:
        """Lines added."""
        return sum(file.added for file in self.files)

    @property
    def removed(self) -> int:
        """Lines removed."""
        return sum(file.removed for file in self.files)

    @property
    def hunks(self) -> int:
        """Hunks in all files."""
        return sum(file.hunks for file in self.files)


def diff_trees(base: Path, head: Path) -> str:
    """The canonical git diff between two exported trees; empty when they are equal.

    Byte-exact (no line-ending conversion), binary-safe, full object ids, `a/` and `b/` prefixes, no renames,
    files in path order. What running Python leaves behind (`__pycache__` and the like) and `.git` are not
    part of a tree.
    """
    changed = sorted(path for path in _files(base) | _files(head) if _differs(base / path, head / path))
    if not changed:
        return ""
    with tempfile.TemporaryDirectory(prefix="diff-") as folder:
        git = Git(Path(folder), git_dir=Path(folder, "objects.git"))
        git.run("init", "--quiet", "--bare", "--template=", git.git_dir or "")
        info = Path(folder, "objects.git", "info")
        info.mkdir(exist_ok=True)
        (info / "attributes").write_text(EXACT_ATTRIBUTES, encoding="utf-8")
        trees = (_write_tree(git, base, changed), _write_tree(git, head, changed))
        return git.canonical_diff(*trees)


def read_patch(text: str) -> PatchSummary:
    """What a diff does.

    Hunk headers whose counts are wrong are forgiven (`git apply --recount` forgives them too).

    Raises:
        EditError: `malformed` for no diff at all, hunks without positions, binary files, links, submodules or
        executable
            modes; `outside_tree` for absolute paths, `..` and `.git`.
    """
    patch = _parse(text)
    strip = int(_strip(patch)[2:])
    files = tuple(_file_change(file, strip) for file in patch)
    if not files:
        raise EditError("malformed", "the text holds no diff")
    summary = PatchSummary(files=files)
    for path in summary.paths:
        check_path(path)
    # unidiff and git may read a crafted text differently; what git would write must be what was looked at.
    with tempfile.TemporaryDirectory(prefix="patch-") as folder:
        written = set(touched_paths(Path(folder), text, ("--recount", _strip(patch))))
    if written != {file.path for file in files}:
        raise EditError("malformed", "the diff's headers contradict each other")
    return summary


def apply_patch(tree: Path, text: str) -> str:
    """Apply a diff to an exported tree: as it stands, then with its line counts recomputed, then with one
    line of context.

    The last way is taken only for hunks whose place is the only possible one in their file.

    Returns:
        How it applied: `strict`, `recount` or `context`.

    Raises:
        EditError: as from `read_patch`; `does_not_apply` with git's reason, and then nothing was changed.
    """
    read_patch(text)
    patch = _parse(text)
    strip = _strip(patch)
    first = attempt_apply(tree, text, (strip,))
    if first.status == 0:
        return "strict"
    if attempt_apply(tree, text, (strip, "--recount")).status == 0:
        return "recount"
    if _places_are_unique(tree, patch) and attempt_apply(tree, text, (strip, "--recount", "-C1")).status == 0:
        return "context"
    raise EditError("does_not_apply", first.reason.removeprefix("error: "))


def check_path(path: str) -> None:
    """Refuse a path that leaves the tree or enters git's own folder.

    Raises:
        EditError: `outside_tree`.
    """
    parts = PurePosixPath(path).parts
    inside = parts and not path.startswith("/") and ".." not in parts and "\\" not in path and "\0" not in path
    if not inside or any(part.lower() == ".git" for part in parts):
        raise EditError("outside_tree", f"{path!r} is not a path inside the repository")


def is_leftover(path: str) -> bool:
    """Whether a path is what running Python leaves in a tree."""
    return any(fnmatch(part, pattern) for part in PurePosixPath(path).parts for pattern in LEFTOVERS)


def _files(tree: Path) -> set[str]:
    found = set()
    for folder, names, files in os.walk(tree):
        links = [name for name in names if Path(folder, name).is_symlink()]
        names[:] = [name for name in names if name not in links and name != ".git" and not is_leftover(name)]
        wanted = [name for name in (*files, *links) if name != ".git" and not is_leftover(name)]
        found |= {Path(folder, name).relative_to(tree).as_posix() for name in wanted}
    return found


def _differs(one: Path, other: Path) -> bool:
    if not (os.path.lexists(one) and os.path.lexists(other)) or one.is_symlink() or other.is_symlink():
        both = one.is_symlink() and other.is_symlink()
        return not both or one.readlink() != other.readlink()
    if not (one.is_file() and other.is_file()):
        return False
    executable = [bool(path.stat().st_mode & 0o100) for path in (one, other)]
    return executable[0] != executable[1] or not filecmp.cmp(one, other, shallow=False)


def _write_tree(git: Git, tree: Path, paths: list[str]) -> str:
    """The id of a git tree with those of the paths that exist in `tree`."""
    index = Git(tree.resolve(), git_dir=git.git_dir, work_tree=tree.resolve(), index=git.cwd / f"index-{tree.name}")
    present = "\0".join(path for path in paths if os.path.lexists(tree / path))
    listed = present.encode("utf-8", "surrogateescape")
    index.run("add", "--force", "--pathspec-from-file=-", "--pathspec-file-nul", stdin=listed)
    return index.run("write-tree").text


def _parse(text: str) -> PatchSet:
    from unidiff.errors import UnidiffParseError
    from unidiff.patch import PatchSet

    try:
        return PatchSet(text)
    except UnidiffParseError as error:
        try:
            return PatchSet(recount(text))
        except UnidiffParseError:
            raise EditError("malformed", f"not a readable diff: {error}") from error


def _strip(patch: PatchSet) -> str:
    """The option that tells git how many leading components the diff's paths have too many."""
    return f"-p{strip_count(name for file in patch for name in (file.source_file, file.target_file))}"


def _file_change(file: PatchedFile, strip: int) -> FileChange:
    path, old = named_path(file.target_file, strip), named_path(file.source_file, strip)
    if file.is_binary_file:
        raise EditError("malformed", f"{file.path} is a binary change")
    for mode in (file.source_mode, file.target_mode):
        if mode in _REFUSED_MODES:
            raise EditError("malformed", f"{file.path} is {_REFUSED_MODES[mode]}")
    if file.target_mode not in (None, _PLAIN_MODE, file.source_mode):
        raise EditError("malformed", f"{file.path} changes its mode to {file.target_mode}")
    kind: ChangeKind = "modified"
    if file.is_added_file:
        kind, old = "added", path
    elif file.is_removed_file:
        kind, path = "removed", old
    elif path != old:
        kind = "renamed"
    if kind == "modified" and not len(file):
        raise EditError("malformed", f"the diff of {path} has no hunk with a position")
    return FileChange(
        path=path,
        old_path=old,
        kind=kind,
        added=file.added,
        removed=file.removed,
        hunks=len(file),
        old_mode=file.source_mode,
        new_mode=file.target_mode,
    )


def _places_are_unique(tree: Path, patch: PatchSet) -> bool:
    """Whether each hunk, with at most one line of context on each side, occurs exactly once in its file."""
    strip = int(_strip(patch)[2:])
    for file in patch:
        path = tree / named_path(file.source_file, strip)
        if file.is_added_file or not path.is_file():
            continue
        lines = split_lines(path.read_bytes().decode("utf-8", "surrogateescape"))
        if any(_occurrences(lines, _core(hunk)) != 1 for hunk in file):
            return False
    return True


def _core(hunk: Hunk) -> list[str]:
    """The lines a hunk expects, with at most one line of context before and after what it changes."""
    marks = [line.line_type for line in hunk if line.line_type != "\\"]
    lines = [line for line in hunk if line.line_type != "\\"]
    changed = [position for position, mark in enumerate(marks) if mark != " "]
    if not changed:
        return [line.value for line in lines]
    kept = lines[max(0, changed[0] - 1) : changed[-1] + 2]
    return [line.value for line in kept if line.line_type != "+"]


def _occurrences(lines: list[str], wanted: list[str]) -> int:
    if not wanted:
        return 0
    stripped = [line.rstrip("\r\n") for line in lines]
    sought = [line.rstrip("\r\n") for line in wanted]
    last = len(stripped) - len(sought)
    return sum(stripped[at : at + len(sought)] == sought for at in range(last + 1))
