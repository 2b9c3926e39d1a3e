"""Opening what the user named: checks with one line and a remedy each, then a clone of our own."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path

from perfagent.tools.errors import LimitExceeded, RepositoryError
from perfagent.tools.repository.git import CLONE_TIMEOUT_S, Git, foreign
from perfagent.tools.repository.target import Target, discard, install_policies

_URL = re.compile(r"^(https?|ssh|git|file)://|^[\w.-]+@[\w.-]+:(?!/?$)")
_OTHER_SCHEME = re.compile(r"^[A-Za-z][A-Za-z0-9+.-]*::?//|^[A-Za-z][A-Za-z0-9+.-]*::")

# Room that a clone and a few exported trees need beyond the clone's own size.
SPARE_BYTES = 200 * 2**20


def open_target(path_or_url: str, workspace: Path, *, allow_dirty: bool = False) -> Target:
    """Open a repository for work: clone it into `workspace`/repo.git, or use the clone an earlier call left
    there.

    Args:
        path_or_url: a folder that is a repository's root, or a URL git can clone.
        workspace: our folder; made when absent.
        allow_dirty: work from HEAD although tracked files are modified, with a warning.

    Raises:
        RepositoryError: no such folder, no repository, bare, no commit, dirty, it cannot be cloned, or the
        workspace
            holds the clone of another one.
        LimitExceeded: `disk`, there is no room for the clone.
    """
    workspace.mkdir(parents=True, exist_ok=True)
    git_dir = workspace.resolve() / "repo.git"
    if _URL.match(path_or_url):
        _clone(path_or_url, git_dir, user_config=True)
        return _opened(Target(path_or_url, None, git_dir, _head(path_or_url, git_dir)))
    if _OTHER_SCHEME.match(path_or_url):
        raise RepositoryError(
            f"cannot clone {path_or_url}", "use an https, ssh, git or file URL, or a folder", code="PA205"
        )
    root = root_of(Path(path_or_url).expanduser())
    head, warnings = _inspect(root, allow_dirty)
    disk_free(workspace, _size(root) + SPARE_BYTES)
    _clone(str(root), git_dir, user_config=False)
    return _opened(Target(path_or_url, root, git_dir, head), warnings)


def working_tree(path: str) -> tuple[Path, tuple[str, ...]]:
    """The root of a repository's working tree, and its tracked files, relative and sorted; nothing is cloned.

    Raises:
        RepositoryError: it is no folder that is a repository's root.
    """
    root = root_of(Path(path).expanduser())
    listed = foreign(root).run("ls-files", "-z").text
    return root, tuple(sorted(name for name in listed.split("\0") if name))


def disk_free(path: Path, needed_bytes: int) -> int:
    """The bytes free where `path` lies.

    Raises:
        LimitExceeded: `disk`, fewer than `needed_bytes`.
    """
    free = shutil.disk_usage(path).free
    if free < needed_bytes:
        error = LimitExceeded("disk", free, needed_bytes)
        error.message = f"{needed_bytes / 2**20:.0f} MiB are needed under {path}, and {free / 2**20:.0f} are free"
        error.remedy = "free some space, or choose another folder with --out"
        raise error
    return free


def root_of(path: Path) -> Path:
    """The path as the root of a repository with a working tree.

    Raises:
        RepositoryError: it is no folder that is a repository's root.
    """
    from git import Repo
    from git.exc import InvalidGitRepositoryError, NoSuchPathError

    if not path.exists():
        raise RepositoryError(f"{path} does not exist", "give a folder or a git URL", code="PA201")
    if not path.is_dir():
        raise RepositoryError(f"{path} is not a folder", "give the folder of a git repository", code="PA201")
    try:
        with Repo(path) as repo:
            bare, top = repo.bare, repo.working_tree_dir
    except (InvalidGitRepositoryError, NoSuchPathError, ValueError) as error:
        above = _enclosing(path)
        hint = f"its repository is {above}" if above else "run `git init` and commit, or give another folder"
        raise RepositoryError(f"{path} is not the root of a git repository", hint, code="PA201") from error
    if bare or top is None:
        raise RepositoryError(
            f"{path} is a bare repository", f"give {path.resolve().as_uri()} to clone it", code="PA201"
        )
    return Path(os.fspath(top)).resolve()


def _enclosing(path: Path) -> Path | None:
    return next((parent for parent in path.resolve().parents if (parent / ".git").exists()), None)


def _inspect(root: Path, allow_dirty: bool) -> tuple[str, tuple[str, ...]]:
    """The commit checked out and what to warn about; reads only."""
    git = foreign(root)
    head = git.attempt("rev-parse", "--verify", "--quiet", "HEAD^{commit}")
    if head.status != 0:
        raise RepositoryError(f"{root} has no commit", "commit the files first", code="PA203")
    listed = git.run(
        "status", "--porcelain", "-z", "--untracked-files=normal", "--ignore-submodules=all", "--no-renames"
    )
    rows = [row for row in listed.text.split("\0") if row]
    modified = [row[3:] for row in rows if not row.startswith("??")]
    if modified and not allow_dirty:
        more = f" and {len(modified) - 1} more" if len(modified) > 1 else ""
        raise RepositoryError(
            f"{root} has uncommitted changes: {modified[0]}{more}", "commit or stash them first", code="PA202"
        )
    warnings = []
    if modified:
        warnings.append(f"uncommitted changes are left out: {len(modified)} files, first {modified[0]}")
    if untracked := [row[3:] for row in rows if row.startswith("??")]:
        warnings.append(f"untracked files are left out: {len(untracked)}, first {untracked[0]}")
    return head.text, tuple(warnings)


def _size(root: Path) -> int:
    """Bytes of the repository's objects, from git's own count."""
    told = foreign(root).run("count-objects", "-v").text
    sizes = dict(line.split(": ", 1) for line in told.splitlines() if ": " in line)
    return 1024 * (int(sizes.get("size", 0)) + int(sizes.get("size-pack", 0)))


def _clone(source: str, git_dir: Path, *, user_config: bool) -> None:
    """Clone every reference into `git_dir`, at once or not at all."""
    if git_dir.exists():
        origin = Git(git_dir, git_dir=git_dir).attempt("config", "remote.origin.url").text
        if origin != source:
            raise RepositoryError(
                f"{git_dir.parent} holds a clone of {origin}", "use another folder for this run", code="PA208"
            )
        return
    with tempfile.TemporaryDirectory(prefix="clone-", dir=git_dir.parent) as folder:
        git = Git(Path(folder), user_config=user_config)
        # --mirror takes remote-tracking branches too: `compare origin/main HEAD` must find both.
        options = ("--mirror", "--no-hardlinks", "--quiet", "--template=", "-c", "remote.origin.mirror=false")
        result = git.attempt("clone", *options, "--", source, "new.git", timeout_s=CLONE_TIMEOUT_S)
        if result.status != 0:
            raise RepositoryError(
                f"cannot clone {source}: {result.reason}", "check the address and your access to it", code="PA205"
            )
        fresh = Path(folder, "new.git")
        install_policies(fresh)
        fresh.rename(git_dir)
    discard(git_dir / "hooks")


def _head(source: str, git_dir: Path) -> str:
    """The commit a fresh clone's HEAD names."""
    found = Git(git_dir, git_dir=git_dir).attempt("rev-parse", "--verify", "--quiet", "HEAD^{commit}")
    if found.status != 0:
        raise RepositoryError(f"{source} has no commit", "push a commit first", code="PA203")
    return found.text


def _opened(target: Target, warnings: tuple[str, ...] = ()) -> Target:
    """The target, sure to have its commit in the clone, with the warnings that the commit's tree gives."""
    head = target.commit(target.head)
    return replace(target, warnings=warnings + _tree_warnings(target, head))


def _tree_warnings(target: Target, head: str) -> tuple[str, ...]:
    """What an exported tree will lack: submodules, and the contents of large files kept elsewhere."""
    listed = target.git.run("ls-tree", "-r", "-z", head).text.split("\0")
    submodules = [entry.split("\t", 1)[1] for entry in listed if entry.startswith("160000")]
    warnings = []
    if submodules:
        warnings.append(f"submodules are left out: {', '.join(submodules[:5])}")
    attributes = target.git.attempt("show", f"{head}:.gitattributes")
    if b"filter=lfs" in attributes.stdout:
        warnings.append("files kept by git-lfs are left as their pointers")
    return tuple(warnings)
