"""The target repository: cloned once into the workspace, and worked on there.

The user's working tree and `.git` are read, never written (`fetch_into`, behind `perfagent apply`, adds one
branch and nothing else). Trees handed to code under test are plain files without `.git`, so that code cannot
read its own future.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from perfagent.tools.errors import RepositoryError
from perfagent.tools.repository.apply import apply_strictly
from perfagent.tools.repository.git import EXACT_ATTRIBUTES, LEFTOVERS, Git, foreign


@dataclass(frozen=True, slots=True)
class Author:
    """Who a commit names; `date` is ISO 8601 or git's own form, now when empty."""

    name: str = "perfagent"
    email: str = "perfagent@localhost"
    date: str = ""

    def variables(self) -> dict[str, str]:
        """The environment variables git reads the author and committer from."""
        found: dict[str, str] = {}
        for role in ("AUTHOR", "COMMITTER"):
            found |= {f"GIT_{role}_NAME": self.name, f"GIT_{role}_EMAIL": self.email}
            if self.date:
                found[f"GIT_{role}_DATE"] = self.date
        return found


@dataclass(frozen=True, slots=True)
class CommitInfo:
    """One commit: full ids, author as `name <email>`, ISO 8601 date and the whole message."""

    sha: str
    tree: str
    author: str
    date: str
    message: str


@dataclass(frozen=True, slots=True)
class Target:
    """A repository opened for work.

    Attributes:
        source: the path or URL it came from, as given.
        root: the user's working tree; None for a URL.
        git_dir: our bare clone in the workspace.
        head: full id of the commit that was checked out when it was opened.
        warnings: one line each for what is not an error but changes what is measured.
    """

    source: str
    root: Path | None
    git_dir: Path
    head: str
    warnings: tuple[str, ...] = ()

    @property
    def git(self) -> Git:
        """Git on our clone."""
        return Git(self.git_dir, git_dir=self.git_dir)

    def commit(self, revision: str = "HEAD") -> str:
        """The full id of the commit a revision names; fetched from the user's repository when our clone lacks
        it.

        Raises:
            RepositoryError: there is no such commit.
        """
        if revision == "HEAD":
            return self.head
        found = _resolve(self.git, revision)
        if found is None and self.root is not None:
            found = _resolve(foreign(self.root), revision)
            if found is not None and _resolve(self.git, found) is None:
                self.git.run("fetch", "--no-tags", "--end-of-options", str(self.root), found)
        if found is None:
            raise RepositoryError(
                f"no commit {revision!r} in {self.source}", "name a commit, branch or tag it has", code="PA204"
            )
        return found

    def info(self, revision: str = "HEAD") -> CommitInfo:
        """What a commit says about itself; raises like `commit`."""
        from git import Repo

        with Repo(self.git_dir) as repo:
            found = repo.commit(self.commit(revision))
            author = f"{found.author.name} <{found.author.email}>"
            message = found.message if isinstance(found.message, str) else found.message.decode("utf-8", "replace")
            return CommitInfo(found.hexsha, found.tree.hexsha, author, found.authored_datetime.isoformat(), message)

    def describe(self, revision: str = "HEAD") -> str:
        """The nearest tag and the distance from it (`v1.2-3-gabc`), empty without tags.

        Exported trees have no `.git`, so builds that ask git for a version (setuptools-scm, versioneer) need
        this.
        """
        found = self.git.attempt("describe", "--tags", "--long", self.commit(revision))
        return found.text if found.status == 0 else ""

    def files(self, revision: str = "HEAD") -> tuple[str, ...]:
        """The tracked files of a commit (no submodules), relative, sorted."""
        listed = self.git.run("ls-tree", "-r", "-z", self.commit(revision)).text
        entries = [entry.split("\t", 1) for entry in listed.split("\0") if entry]
        return tuple(sorted(path for meta, path in entries if not meta.startswith("160000")))

    def checkout(self, revision: str, dest: Path) -> Path:
        """Write a commit's files into `dest`, which must be empty or absent; blobs byte for byte, no `.git`.

        Raises:
            RepositoryError: no such commit, or `dest` has something in it.
        """
        sha = self.commit(revision)
        dest.mkdir(parents=True, exist_ok=True)
        if any(dest.iterdir()):
            raise RepositoryError(f"{dest} is not empty", code="PA208")
        with self._index() as git:
            git.run("read-tree", sha)
            # checkout-index and not archive: archive leaves out what `export-ignore` names, which is often
            # the tests.
            self._in(git, dest).run("checkout-index", "--all", "--force", "--quiet")
        return dest.resolve()

    def apply(self, tree: Path, diff: str) -> None:
        """Apply a diff to an exported tree exactly as it stands; tolerant ways are `patch.apply_patch`'s.

        Raises:
            EditError: it does not apply; nothing was changed.
        """
        apply_strictly(tree, diff)

    def commit_patch(self, parent: str, change: Path | str, message: str, author: Author | None = None) -> str:
        """Build a commit in our clone without touching any working tree.

        Args:
            parent: revision the commit stands on.
            change: an exported tree whose tracked and new files become the commit's, or a diff.
            message: the commit message.
            author: who is named; perfagent when None.

        Returns:
            The new commit's full id, which no branch names yet.

        Raises:
            RepositoryError: no such parent, the diff does not apply to it, or nothing changes.
        """
        base = self.commit(parent)
        with self._index() as git:
            git.run("read-tree", base)
            if isinstance(change, Path):
                self._in(git, change).run("add", "--all", ".")
            else:
                diff = change.encode("utf-8", "surrogateescape")
                git.run("apply", "--cached", "--whitespace=nowarn", "-", stdin=diff)
            tree = git.run("write-tree").text
        if tree == self.info(base).tree:
            raise RepositoryError("the patch changes nothing", code="PA807")
        told = message.encode("utf-8", "surrogateescape")
        variables = (author or Author()).variables()
        return self.git.run("commit-tree", tree, "-p", base, "-F", "-", stdin=told, env=variables).text

    def branch(self, name: str, sha: str) -> None:
        """Point a branch of our clone at a commit.

        Raises:
            RepositoryError: the name is no branch name, or there is no such commit.
        """
        check_branch_name(name)
        self.git.run("update-ref", f"refs/heads/{name}", self.commit(sha))

    def format_patch(self, base: str, head: str) -> str:
        """The commits after `base` up to `head` as mails for `git am`; raises like `commit`."""
        revisions = f"{self.commit(base)}..{self.commit(head)}"
        options = ("--stdout", "--binary", "--full-index", "--no-ext-diff", "--no-textconv", "--no-renames")
        result = self.git.run("format-patch", *options, revisions, "--")
        return result.stdout.decode("utf-8", "surrogateescape")

    def diff(self, base: str, head: str) -> str:
        """The canonical diff between two commits; raises like `commit`."""
        return self.git.canonical_diff(self.commit(base), self.commit(head))

    def fetch_into(self, user_repo: Path, branch: str) -> str:
        """Create `branch` of our clone in the user's repository; never checks it out.

        Returns:
            The commit the branch names.

        Raises:
            RepositoryError: the clone has no such branch, or the user's repository has another one of that
            name.
        """
        check_branch_name(branch)
        sha = self.commit(f"refs/heads/{branch}")
        git = foreign(user_repo)
        there = _resolve(git, f"refs/heads/{branch}")
        if there == sha:
            return sha
        if there is not None:
            raise RepositoryError(
                f"branch {branch} exists and is another commit", "delete it or choose another name", code="PA207"
            )
        options = ("--no-tags", "--no-write-fetch-head", "--no-recurse-submodules", "--no-auto-maintenance")
        git.run(
            "fetch",
            *options,
            "--end-of-options",
            str(self.git_dir),
            f"refs/heads/{branch}:refs/heads/{branch}",
        )
        return sha

    @contextmanager
    def _index(self) -> Iterator[Git]:
        """Git on our clone with an index of its own that is gone afterwards."""
        with tempfile.TemporaryDirectory(prefix="index-", dir=self.git_dir.parent) as folder:
            yield Git(self.git_dir, git_dir=self.git_dir, index=Path(folder, "index"))

    def _in(self, git: Git, tree: Path) -> Git:
        tree = tree.resolve()
        return Git(tree, git_dir=self.git_dir.resolve(), work_tree=tree, index=git.index)


def check_branch_name(name: str) -> None:
    """Refuse what git would not take as a branch's name.

    Raises:
        RepositoryError: it is none.
    """
    result = Git(Path.cwd()).attempt("check-ref-format", "--branch", name)
    if result.status != 0 or name.startswith("-"):
        raise RepositoryError(f"{name!r} is not a name for a branch", code="PA207")


def _resolve(git: Git, revision: str) -> str | None:
    """The commit a revision names, or None."""
    spec = f"{revision}^{{commit}}"
    found = git.attempt("rev-parse", "--verify", "--quiet", "--end-of-options", spec)
    words = found.text.split()
    return words[-1] if found.status == 0 and words else None


def install_policies(git_dir: Path) -> None:
    """Make our clone ignore every conversion and driver of the target's .gitattributes, and what running
    Python leaves.
    """
    info = git_dir / "info"
    info.mkdir(exist_ok=True)
    (info / "attributes").write_text(EXACT_ATTRIBUTES, encoding="utf-8")
    (info / "exclude").write_text("".join(f"{name}\n" for name in LEFTOVERS), encoding="utf-8")


def discard(path: Path) -> None:
    """Remove a tree that may not be there."""
    shutil.rmtree(path, ignore_errors=True)
