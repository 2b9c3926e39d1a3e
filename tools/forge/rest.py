"""What GitHub and GitLab have in common: each write is described first, and what was described is sent."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from perfagent import __version__
from perfagent.tools.errors import ForgeError
from perfagent.tools.forge.access import TOKEN_VARIABLES, Access, ForgeName
from perfagent.tools.forge.clock import Clock
from perfagent.tools.forge.comments import find_own, same_text
from perfagent.tools.forge.http import Client, Refusal
from perfagent.tools.forge.push import Credentials, Remote, describe_push, fetch_branch, push_branches
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

#: Of the newest so many, ours are found: a hundred requests. What was refused before those may be proposed again.
MOST_PULLS = 10_000


class RestForge(ABC):
    """A repository on a forge with a REST API; satisfies Describing.

    Args:
        access: which repository, where, and with which token.
        headers: of this forge's every request.
        refusal: how this forge says no.
        clock: the time; the machine's own when None.
    """

    #: What git gives as the user's name beside a token.
    git_user = ""

    def __init__(self, access: Access, headers: Mapping[str, str], refusal: Refusal, clock: Clock | None) -> None:
        self._access = access
        self._client = Client(access.api_url, {"User-Agent": f"perfagent/{__version__}", **headers}, refusal, clock)

    @property
    @abstractmethod
    def name(self) -> ForgeName:
        """Which forge it is."""

    def repository(self) -> Repository:
        """The repository's facts; asked for once and kept."""
        return self._repository

    @cached_property
    def _repository(self) -> Repository:
        try:
            return self._find_repository()
        except (KeyError, TypeError) as error:
            message = f"{self._access.api_url} does not answer as {self.name} does ({error!r})"
            raise ForgeError("unavailable", message, "check --api-url and --forge") from error

    @abstractmethod
    def pulls(self, branch: str = "") -> tuple[PullRequest, ...]:
        """Pull requests in every state, newest first and at most MOST_PULLS; those of one branch of the repository
        itself when it is named.
        """

    @abstractmethod
    def pull(self, number: int) -> PullRequest:
        """One pull request as it is now."""

    @abstractmethod
    def comments(self, number: int) -> tuple[Comment, ...]:
        """Its comments, oldest first."""

    @abstractmethod
    def branch_head(self, branch: str) -> str | None:
        """Full id of the commit a branch points to; None when there is no such branch."""

    @abstractmethod
    def image_url(self, commit: str, path: str) -> str:
        """What an image in a pull request's body links to, for a file of a pushed commit."""

    @abstractmethod
    def opening(self, new: NewPull) -> tuple[Sending, ...]:
        """What `open_pull` sends."""

    def open_pull(self, new: NewPull) -> PullRequest:
        """Open a pull request, or hand back the open one that its branch already has."""
        (sending,) = self.opening(new)

        def look() -> PullRequest | None:
            same = (each for each in self.pulls(new.head_branch) if each.base_branch == new.base_branch)
            return next((each for each in same if each.state == "open"), None)

        return self._client.settled(sending, self._read, look)

    @abstractmethod
    def updating(self, number: int, change: PullChange) -> tuple[Sending, ...]:
        """What `update_pull` sends."""

    def update_pull(self, number: int, change: PullChange) -> PullRequest:
        """Change what `change` names, in one request."""
        (sending,) = self.updating(number, change)
        return self._read(self._client.send(sending))

    def labelling(self, number: int, labels: Sequence[Label]) -> tuple[Sending, ...]:
        """What `add_labels` sends: the labels the repository lacks, then all of them."""
        lacking = [self._making(each) for each in labels if not self._has_label(each.name)]
        return (*lacking, self._adding(number, labels)) if labels else ()

    def add_labels(self, number: int, labels: Sequence[Label]) -> None:
        """Add labels to those it has, making the ones the repository lacks."""
        for each in labels:
            if not self._has_label(each.name):
                self._make_label(each)
        if labels:
            self._client.send(self._adding(number, labels), repeatable=True)

    @abstractmethod
    def commenting(self, number: int, found: Comment | None, body: str) -> tuple[Sending, ...]:
        """What `put_comment` sends when it found `found`."""

    def put_comment(self, number: int, marker: str, body: str) -> Comment:
        """Say something in one comment that is edited from then on."""
        found = find_own(self.comments(number), marker)
        if found is not None and same_text(found.body, body):
            return found
        (sending,) = self.commenting(number, found, body)
        return self._client.settled(
            sending,
            lambda answer: self._read_comment(answer, number),
            lambda: find_own(self.comments(number), marker, body),
        )

    def fetch(self, git: Git, branch: str, reference: str) -> str | None:
        """Bring a branch's commits into a repository and point `reference` there at its head."""
        return fetch_branch(git, self._remote, branch, reference)

    def pushing(self, updates: Sequence[BranchUpdate]) -> tuple[Sending, ...]:
        """What `push` sends."""
        return describe_push(self._remote, updates)

    def push(self, git: Git, updates: Sequence[BranchUpdate]) -> None:
        """Move branches, all or none, each only from where it is expected to be.

        Raises:
            ForgeError: `auth` without a token, before git's own credentials push what could not be proposed then.
        """
        if not self._access.token:
            raise ForgeError("auth", f"there is no token for {self.name}", f"set {TOKEN_VARIABLES[self.name][0]}")
        push_branches(git, self._remote, updates)

    @property
    def _remote(self) -> Remote:
        home = self._repository.clone_url
        credentials = Credentials(self.git_user, self._access.token, home)
        return Remote(self._access.remote or home, credentials, self._client.clock)

    def _sending(self, method: str, path: str, body: Mapping[str, Any]) -> Sending:
        return Sending(method, self._client.base + path, {name: _clean(value) for name, value in body.items()})

    def _make_label(self, label: Label) -> None:
        self._client.settled(self._making(label), lambda _: True, lambda: self._has_label(label.name) or None)

    @abstractmethod
    def _find_repository(self) -> Repository: ...

    @abstractmethod
    def _read(self, found: Mapping[str, Any]) -> PullRequest: ...

    @abstractmethod
    def _read_comment(self, found: Mapping[str, Any], number: int) -> Comment: ...

    @abstractmethod
    def _has_label(self, name: str) -> bool: ...

    @abstractmethod
    def _making(self, label: Label) -> Sending: ...

    @abstractmethod
    def _adding(self, number: int, labels: Sequence[Label]) -> Sending: ...


def _clean(value: Any) -> Any:
    """Text that can be sent: sources need not be UTF-8, and what is quoted from them may hold half characters."""
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else value
