"""A forge that is read but not written to, and remembers what it would have been sent."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from perfagent.tools.errors import ForgeError
from perfagent.tools.forge.comments import find_own, same_text
from perfagent.tools.forge.protocol import Describing
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


class DryRun:
    """Stands before a forge, satisfies Forge, and answers as if each write had happened.

    What it records is what the forge itself says it would send. Pull requests that it only imagines have negative
    numbers; in the address of a sending `{number of BRANCH}` stands for them.

    Attributes:
        sendings: every write so far, in order.
    """

    def __init__(self, forge: Describing) -> None:
        self.sendings: list[Sending] = []
        self._forge = forge
        self._heads: dict[str, str] = {}
        self._pulls: dict[int, PullRequest] = {}

    @property
    def name(self) -> str:
        """That of the forge."""
        return self._forge.name

    def repository(self) -> Repository:
        """The repository's facts."""
        return self._forge.repository()

    def pulls(self, branch: str = "") -> tuple[PullRequest, ...]:
        """The forge's, with the changes that would have been made."""
        imagined = [each for each in self._pulls.values() if each.number < 0 and branch in ("", each.head_branch)]
        there = [self._pulls.get(each.number, each) for each in self._forge.pulls(branch)]
        return (*reversed(imagined), *there)

    def pull(self, number: int) -> PullRequest:
        """One pull request as it would be now."""
        return self._pulls[number] if number in self._pulls else self._forge.pull(number)

    def open_pull(self, new: NewPull) -> PullRequest:
        """Record that a pull request would be opened, and imagine it."""
        self._record(self._forge.opening(new))
        number = -1 - sum(each < 0 for each in self._pulls)
        pull = PullRequest(
            number=number,
            url="",
            title=new.title,
            body=new.body,
            state="open",
            draft=new.draft,
            head_branch=new.head_branch,
            head_sha=new.head_sha,
            base_branch=new.base_branch,
        )
        self._pulls[number] = pull
        return pull

    def update_pull(self, number: int, change: PullChange) -> PullRequest:
        """Record that a pull request would be changed."""
        self._record(self._forge.updating(number, change))
        self._pulls[number] = change.applied_to(self.pull(number))
        return self._pulls[number]

    def add_labels(self, number: int, labels: Sequence[Label]) -> None:
        """Record that labels would be made and added."""
        sendings = self._forge.labelling(number, labels)
        known = {(each.method, each.url, str(each.body)) for each in self.sendings}
        # A label that an earlier pull request needed would be there by now.
        self._record([each for each in sendings if (each.method, each.url, str(each.body)) not in known])

    def comments(self, number: int) -> tuple[Comment, ...]:
        """The forge's, none for what is only imagined."""
        return self._forge.comments(number) if number > 0 else ()

    def put_comment(self, number: int, marker: str, body: str) -> None:
        """Record that something would be said."""
        found = find_own(self.comments(number), marker)
        if found is None or not same_text(found.body, body):
            self._record(self._forge.commenting(number, found, body))

    def branch_head(self, branch: str) -> str | None:
        """Where a branch would be now."""
        return self._heads.get(branch) or self._forge.branch_head(branch)

    def fetch(self, git: Git, branch: str, reference: str) -> str | None:
        """The forge's: reading changes nothing there."""
        return self._forge.fetch(git, branch, reference)

    def push(self, git: Git, updates: Sequence[BranchUpdate]) -> None:  # noqa: ARG002 - nothing is read from it
        """Record that branches would be moved.

        Raises:
            ForgeError: `conflict` when one is elsewhere than expected, as the push would find.
        """
        for each in updates:
            head = self.branch_head(each.branch)
            if head not in (each.commit, each.expected or None):
                raise ForgeError("conflict", f"somebody else has moved {each.branch}", "nothing would be pushed")
        self._record(self._forge.pushing(updates))
        self._heads |= {each.branch: each.commit for each in updates}

    def image_url(self, commit: str, path: str) -> str:
        """That of the forge."""
        return self._forge.image_url(commit, path)

    def _record(self, sendings: Sequence[Sending]) -> None:
        self.sendings += [replace(each, url=re.sub(r"/(-\d+)(?=/|$)", self._unnumbered, each.url)) for each in sendings]

    def _unnumbered(self, number: re.Match[str]) -> str:
        pull = self._pulls.get(int(number[1]))
        return f"/{{number of {pull.head_branch}}}" if pull else number[0]
