"""The run's own clone, brought up to what the forge has, and the commits that are made in it."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from perfagent.agent.publishing.records import Proof
from perfagent.tools.errors import EditError, RepositoryError
from perfagent.tools.forge import BranchUpdate, Forge
from perfagent.tools.repository import Author, Git, Target

#: Where fetched branches stand in the run's clone, out of the way of its own.
FETCHED = "refs/perfagent/fetched"
#: Nobody measures anything to make a chart's commit, so it may carry any date; a fixed one makes its id a function of
#: its content.
EPOCH = "1970-01-01T00:00:00+0000"

_KEY = re.compile(r"^Perfagent-Key: ([0-9a-f]{12}-[0-9a-f]{12})$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Head:
    """What a branch of ours points to.

    Attributes:
        parents: full ids.
        untouched: whether we made the commit and nobody amended or rebased it: author and committer are one person at
            one moment, as no command but commit-tree leaves them.
        key: of its message; empty when it has none.
    """

    commit: str
    parents: tuple[str, ...]
    untouched: bool
    key: str


class Clone:
    """A run's clone and the forge it is kept even with.

    Args:
        target: the run's repository.
        forge: where branches are fetched from.
    """

    def __init__(self, target: Target, forge: Forge) -> None:
        self.target = target
        self.git = target.git
        self._forge = forge
        self._heads: dict[str, str | None] = {}

    def fetch(self, branch: str) -> str | None:
        """Full id of the commit a branch of the forge points to, now in the clone too; None without the branch."""
        if branch not in self._heads:
            self._heads[branch] = self._forge.fetch(self.git, branch, f"{FETCHED}/{branch}")
        return self._heads[branch]

    def pushed(self, updates: Sequence[BranchUpdate]) -> None:
        """Remember where branches of the forge point now, or would in a dry run."""
        self._heads |= {each.branch: each.commit for each in updates}

    def has(self, head: str, commit: str) -> bool:
        """Whether a commit is part of a history."""
        return self.git.run("merge-base", "--is-ancestor", commit, head, ok=(0, 1)).status == 0

    def head(self, commit: str) -> Head:
        """What a fetched commit says about itself."""
        told = self.git.run("show", "-s", "--format=%P%n%an <%ae> %at%n%cn <%ce> %ct%n%B", commit, "--").text
        parents, author, committer, message = told.split("\n", 3)
        key = _KEY.findall(message)
        return Head(commit, tuple(parents.split()), author == committer, key[-1] if key else "")

    def parent(self, commit: str) -> str:
        """Full id of a commit's first parent."""
        return self.target.commit(f"{commit}^1")

    def text(self, commit: str, path: str) -> str:
        """A file of a commit as text; empty when there is none."""
        found = self.git.attempt("cat-file", "blob", f"{commit}:{path}")
        return found.stdout.decode("utf-8", "replace") if found.status == 0 else ""

    def transplanted(self, base: str, *diffs: str) -> str | None:
        """The last of several diffs as it stands on a commit to which the others were applied; None if one does not
        fit.
        """
        parent = commit = base
        for diff in diffs:
            try:
                parent, commit = commit, self.target.commit_patch(commit, diff, "trial", Author(date=EPOCH))
            except (RepositoryError, EditError):
                return None
        return self.target.diff(parent, commit)

    def contains(self, base: str, diff: str) -> bool:
        """Whether a commit has a change already, as it can be taken back there."""
        with self._index() as git:
            git.run("read-tree", base)
            patch = diff.encode("utf-8", "surrogateescape")
            return git.attempt("apply", "--cached", "--reverse", "--check", "-", stdin=patch).status == 0

    def commit(self, proof: Proof, message: str, author: Author) -> str:
        """The one commit of a pull request, on the base it was proved on; the same for the same proof."""
        dated = Author(author.name, author.email, proof.date)
        return self.target.commit_patch(proof.base, proof.diff, message, dated)

    def with_file(self, head: str | None, path: str, content: bytes, message: str) -> str:
        """The commit that has a file: the last one that touched it below `head`, else a new one upon `head`."""
        blob = self.git.run("hash-object", "-w", "--stdin", stdin=content).text
        if head is not None:
            there = self.git.attempt("rev-parse", "--verify", "--quiet", f"{head}:{path}")
            if there.status == 0 and there.text == blob:
                return self.git.run("rev-list", "-1", head, "--", path).text
        with self._index() as git:
            git.run("read-tree", *([head] if head else ["--empty"]))
            git.run("update-index", "--add", "--cacheinfo", f"100644,{blob},{path}")
            tree = git.run("write-tree").text
        parents = ("-p", head) if head else ()
        variables = Author(date=EPOCH).variables()
        return self.git.run("commit-tree", tree, *parents, "-m", message, env=variables).text

    @contextmanager
    def standing_at(self, commit: str, folder: Path) -> Iterator[str]:
        """The URL of a repository whose checked out commit is this one, as a fresh clone of it would have it."""
        with tempfile.TemporaryDirectory(prefix="base-", dir=folder) as place:
            made = Path(place, "repository.git")
            git = Git(Path(place))
            git.run("clone", "--quiet", "--mirror", "--shared", "--template=", "--", str(self.git.cwd), os.fspath(made))
            inside = Git(made, git_dir=made)
            inside.run("update-ref", "refs/heads/perfagent/base", commit)
            inside.run("symbolic-ref", "HEAD", "refs/heads/perfagent/base")
            yield made.as_uri()

    @contextmanager
    def _index(self) -> Iterator[Git]:
        """Git on the clone with an index of its own that is gone afterwards."""
        with tempfile.TemporaryDirectory(prefix="index-", dir=self.git.cwd.parent) as folder:
            yield Git(self.git.cwd, git_dir=self.git.cwd, index=Path(folder, "index"))
