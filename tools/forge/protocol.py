"""What a forge can be asked for, and what it can say it would send."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from perfagent.tools.forge.records import (
    BranchUpdate,
    Comment,
    Label,
    NewPull,
    PullChange,
    PullRequest,
    Repository,
    Sending,
)
from perfagent.tools.repository import Git


class Forge(Protocol):
    """One repository on a forge.

    Reads are repeated when the connection breaks or the forge is busy. A write is sent once; when nobody can know
    whether it arrived, the forge is asked first whether it took effect. Every method raises ForgeError, whose `kind`
    says why.
    """

    @property
    def name(self) -> str:
        """`github`, `gitlab` or `patches`."""

    def repository(self) -> Repository:
        """The repository's facts; asked for once and kept."""

    def pulls(self, branch: str = "") -> tuple[PullRequest, ...]:
        """Pull requests in every state, newest first and at most 10 000; those of one branch of the repository itself
        when it is named.
        """

    def pull(self, number: int) -> PullRequest:
        """One pull request as it is now."""

    def open_pull(self, new: NewPull) -> PullRequest:
        """Open a pull request, or hand back the open one that its branch already has."""

    def update_pull(self, number: int, change: PullChange) -> PullRequest:
        """Change what `change` names, in one request."""

    def add_labels(self, number: int, labels: Sequence[Label]) -> None:
        """Add labels to those it has, making the ones the repository lacks."""

    def comments(self, number: int) -> tuple[Comment, ...]:
        """Its comments, oldest first."""

    def put_comment(self, number: int, marker: str, body: str) -> Comment | None:
        """Say something in one comment that is edited from then on.

        Args:
            marker: text within `body` by which the comment is found again; only one of our own is ever edited.

        Returns:
            The comment; None in a dry run.
        """

    def branch_head(self, branch: str) -> str | None:
        """Full id of the commit a branch points to; None when there is no such branch."""

    def fetch(self, git: Git, branch: str, reference: str) -> str | None:
        """Bring a branch's commits into a repository and point `reference` there at its head.

        Args:
            git: bound to the repository that is to have them.
            reference: full name of a reference, moved whatever it was.

        Returns:
            Full id of the head; None when there is no such branch.
        """

    def push(self, git: Git, updates: Sequence[BranchUpdate]) -> None:
        """Move branches, all or none, each only from where it is expected to be.

        Args:
            git: bound to the repository that has the commits.
        """

    def image_url(self, commit: str, path: str) -> str:
        """What an image in a pull request's body links to, for a file of a pushed commit; empty when nothing can be
        linked to. Who may read the repository sees it, in private ones too.
        """


class Describing(Forge, Protocol):
    """A forge that can say what each of its writes would send, and sends just that."""

    def opening(self, new: NewPull) -> Sequence[Sending]:
        """What `open_pull` sends."""

    def updating(self, number: int, change: PullChange) -> Sequence[Sending]:
        """What `update_pull` sends."""

    def labelling(self, number: int, labels: Sequence[Label]) -> Sequence[Sending]:
        """What `add_labels` sends; reads which labels the repository has."""

    def commenting(self, number: int, found: Comment | None, body: str) -> Sequence[Sending]:
        """What `put_comment` sends when it found `found`."""

    def pushing(self, updates: Sequence[BranchUpdate]) -> Sequence[Sending]:
        """What `push` sends."""
