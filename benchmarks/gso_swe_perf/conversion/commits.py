"""Commits whose hashes depend on nothing but what is in them."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path

from perfagent.tools.repository import Author, Git
from perfagent.tools.repository.git import CLONE_TIMEOUT_S

#: One name and one date for all: the same rows make the same hashes anywhere, at any time.
AUTHOR = Author(date="2020-01-01T00:00:00+0000")


def copy_history(git_dir: Path, target: Path) -> Git:
    """A bare copy of a repository with its tags and without its branches; an older copy stays.

    On one file system objects are linked, not copied.

    Raises:
        RepositoryError: git failed.
    """
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        options = ("--bare", "--quiet", "--template=")
        # Elsewhere first: half a copy must not be taken for one.
        with tempfile.TemporaryDirectory(prefix="copy-", dir=target.parent) as folder:
            clone = Path(folder, "copy.git")
            Git(target.parent).run("clone", *options, "--", git_dir, clone, timeout_s=CLONE_TIMEOUT_S)
            git = Git(clone, git_dir=clone)
            branches = git.run("for-each-ref", "--format=delete %(refname)", "refs/heads", "refs/remotes").text
            git.run("update-ref", "--stdin", stdin=f"{branches}\n".encode() if branches else b"")
            clone.rename(target)
    return Git(target, git_dir=target)


def commit_on(git: Git, parent: str, message: str, *, files: Mapping[str, bytes] | None = None, diff: str = "") -> str:
    """The hash of a commit on top of a parent, with further files and a diff applied.

    Args:
        files: path in the repository -> contents.

    Raises:
        RepositoryError: there is no such parent, or the diff does not apply to it.
    """
    with tempfile.TemporaryDirectory(prefix="index-") as folder:
        indexed = Git(git.cwd, git_dir=git.git_dir, index=Path(folder, "index"))
        indexed.run("read-tree", parent)
        for path, contents in (files or {}).items():
            blob = git.run("hash-object", "-w", "--stdin", stdin=contents).text
            indexed.run("update-index", "--add", "--cacheinfo", f"100644,{blob},{path}")
        if diff:
            # With less context, as the base of a change that was squashed need not be the one that it was written on.
            changed = diff.encode("utf-8", "surrogateescape")
            indexed.run("apply", "--cached", "--whitespace=nowarn", "-C1", "-", stdin=changed)
        tree = indexed.run("write-tree").text
    told = (message + "\n").encode()
    return git.run("commit-tree", tree, "-p", parent, "-F", "-", stdin=told, env=AUTHOR.variables()).text


def diff_of(git: Git, base: str, head: str, *, context: int = 3) -> str:
    """The diff between two commits as the benchmarks publish one: text, no renames, bytes kept."""
    options = (f"--unified={context}", "--no-color", "--no-ext-diff", "--no-textconv", "--no-renames", "--full-index")
    return git.run("diff", *options, base, head).stdout.decode("utf-8", "surrogateescape")
