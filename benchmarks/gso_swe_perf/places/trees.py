"""Repositories of single commits without a history."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from perfagent.tools.errors import EditError, RepositoryError
from perfagent.tools.repository import Git
from perfagent.tools.repository.target import Author

#: How a diff is applied, from exact to tolerant; the benchmarks' own ladders begin alike.
LADDER = ((), ("--ignore-space-change",), ("--recount", "--ignore-space-change"))


@dataclass(frozen=True, slots=True)
class Planted:
    """Commits of a repository made here: the base, and on top of it others; empty where there is none."""

    commit: str
    patched: str = ""
    expert: str = ""


def plant(source: Git, commit: str, folder: Path) -> str:
    """Make `folder` a repository of one commit with the tree of `commit` of another one; the new commit's hash.

    Only the objects of that tree are copied. Submodules stay empty folders. Author, message and date depend on
    `commit` alone, so that the new hash does as well.

    Raises:
        RepositoryError: `folder` is not empty, or objects are missing.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise RepositoryError(f"{folder} is not empty", code="PA208")
    tree = source.run("rev-parse", "--verify", f"{commit}^{{tree}}").text
    names = source.run("rev-list", "--objects", "--no-object-names", tree).stdout
    pack = source.run("pack-objects", "--quiet", "--stdout", "--delta-base-offset", stdin=names).stdout
    git = Git(folder)
    git.run("init", "--quiet", "--template=", "--initial-branch=base")
    git.run("index-pack", "--stdin", stdin=pack)
    date = source.run("show", "--no-patch", "--format=%ct", commit).text
    env = _signed(date)
    made = git.run("commit-tree", tree, "-m", "base", env=env).text
    git.run("update-ref", "refs/heads/base", made)
    git.run("reset", "--quiet", "--hard", "base")
    version = source.attempt("describe", "--tags", "--abbrev=0", commit)
    if version.status == 0:
        git.run("tag", "--annotate", "-m", "version", "--end-of-options", version.text, made, env=env)
    return made


def commit_index(git: Git, base: str, message: str) -> str:
    """Commit what is in the index on top of `base`, at the base's date; the commit's hash."""
    tree = git.run("write-tree").text
    date = git.run("show", "--no-patch", "--format=%ct", base).text
    return git.run("commit-tree", tree, "-p", base, "-m", message, env=_signed(date)).text


def apply_patch(git: Git, patch: str) -> None:
    """Apply a diff to index and work tree; an empty one changes nothing.

    Raises:
        EditError: `does_not_apply` with git's reason for the exact try; nothing was changed.
    """
    if not patch.strip():
        return
    data = (patch if patch.endswith("\n") else patch + "\n").encode("utf-8", "surrogateescape")
    reason = ""
    for options in LADDER:
        told = git.attempt("apply", "--index", "--whitespace=nowarn", *options, "-", stdin=data)
        if told.status == 0:
            return
        reason = reason or told.reason.removeprefix("error: ")
    raise EditError("does_not_apply", reason)


def _signed(seconds: str) -> dict[str, str]:
    """Author and committer with a date in seconds since the epoch."""
    date = f"{seconds} +0000"
    return {**Author().variables(), "GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date}
