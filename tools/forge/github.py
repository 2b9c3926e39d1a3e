"""GitHub through its REST API: github.com, Enterprise Cloud with data residency, Enterprise Server.

Version 2022-11-28 of the API is the one that github.com and every supported Enterprise Server answer to.
What each request needs the token to be allowed is told in docs/pull-requests.md.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any
from urllib.parse import quote

from perfagent import __version__
from perfagent.tools.errors import ForgeError
from perfagent.tools.forge.access import Access
from perfagent.tools.forge.clock import Clock
from perfagent.tools.forge.comments import find_own, same_text
from perfagent.tools.forge.http import Client
from perfagent.tools.forge.push import Credentials, describe_push, fetch_branch, push_branches
from perfagent.tools.forge.records import (
    BranchUpdate,
    Comment,
    Label,
    NewPull,
    PullChange,
    PullRequest,
    PullState,
    Repository,
    Sending,
)
from perfagent.tools.forge.refusals import github_refusal
from perfagent.tools.repository import Git

API_VERSION = "2022-11-28"
#: GitHub refuses a longer description of a label.
LABEL_DESCRIPTION_LIMIT = 100


class GitHub:
    """A repository on GitHub; satisfies Describing.

    Args:
        access: which repository, where, and with which token.
        clock: the time.
    """

    name = "github"

    def __init__(self, access: Access, clock: Clock | None = None) -> None:
        self._access = access
        headers = {
            "Accept": "application/vnd.github+json",
            "X-GitHub-Api-Version": API_VERSION,
            "User-Agent": f"perfagent/{__version__}",
        }
        if access.token:
            headers["Authorization"] = f"Bearer {access.token}"
        self._client = Client(access.api_url, headers, github_refusal, clock)

    def repository(self) -> Repository:
        """The repository's facts; asked for once and kept."""
        return self._repository

    @cached_property
    def _repository(self) -> Repository:
        found = self._client.get(f"/repos/{self._access.full_name}")
        # Tokens of apps, that of GitHub's own Actions among them, are told of no permissions that mean anything.
        allowed = None if self._login is None else found.get("permissions", {}).get("push")
        return Repository(
            full_name=found["full_name"],
            default_branch=found["default_branch"],
            web_url=found["html_url"],
            clone_url=found["clone_url"],
            private=found["private"],
            archived=found["archived"],
            can_push=allowed,
        )

    @cached_property
    def _login(self) -> str | None:
        """Whose token it is; None for an app's, which may not ask, and empty without a token."""
        if not self._access.token:
            return ""
        try:
            return str(self._client.get("/user")["login"])
        except ForgeError as error:
            if error.kind != "forbidden":
                raise
            return None

    def pulls(self, branch: str = "") -> tuple[PullRequest, ...]:
        """All pull requests in every state, newest first; of one branch of the repository itself when it is named."""
        query = {"state": "all", "sort": "created", "direction": "desc"}
        if branch:
            query["head"] = f"{self._repository.full_name.partition('/')[0]}:{branch}"
        found = tuple(map(self._read, self._client.pages(f"{self._path}/pulls", **query)))
        # A fork's branch of the same owner is listed too, and a forge that knows no `head` lists everything.
        return tuple(each for each in found if not branch or (each.head_branch == branch and not each.from_fork))

    def pull(self, number: int) -> PullRequest:
        """One pull request as it is now."""
        return self._read(self._client.get(f"{self._path}/pulls/{number}"))

    def opening(self, new: NewPull) -> tuple[Sending, ...]:
        """What `open_pull` sends."""
        body = {
            "title": new.title,
            "head": new.head_branch,
            "base": new.base_branch,
            "body": new.body,
            "draft": new.draft,
        }
        return (self._sending("POST", f"{self._path}/pulls", body),)

    def open_pull(self, new: NewPull) -> PullRequest:
        """Open a pull request, or hand back the open one that its branch already has."""
        (sending,) = self.opening(new)

        def look() -> PullRequest | None:
            wanted = (each for each in self.pulls(new.head_branch) if each.base_branch == new.base_branch)
            return next((each for each in wanted if each.state == "open"), None)

        return self._client.settled(sending, self._read, look)

    def updating(self, number: int, change: PullChange) -> tuple[Sending, ...]:
        """What `update_pull` sends."""
        wanted = {"title": change.title, "body": change.body, "base": change.base_branch, "state": change.state}
        body = {name: value for name, value in wanted.items() if value is not None}
        return (self._sending("PATCH", f"{self._path}/pulls/{number}", body),)

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

    def comments(self, number: int) -> tuple[Comment, ...]:
        """Its comments, oldest first."""
        found = self._client.pages(f"{self._path}/issues/{number}/comments")
        return tuple(map(self._read_comment, found))

    def commenting(self, number: int, found: Comment | None, body: str) -> tuple[Sending, ...]:
        """What `put_comment` sends when it found `found`."""
        if found is None:
            return (self._sending("POST", f"{self._path}/issues/{number}/comments", {"body": body}),)
        return (self._sending("PATCH", f"{self._path}/issues/comments/{found.id}", {"body": body}),)

    def put_comment(self, number: int, marker: str, body: str) -> Comment:
        """Say something in one comment that is edited from then on."""
        found = find_own(self.comments(number), marker)
        if found is not None and same_text(found.body, body):
            return found
        (sending,) = self.commenting(number, found, body)
        return self._client.settled(sending, self._read_comment, lambda: find_own(self.comments(number), marker, body))

    def branch_head(self, branch: str) -> str | None:
        """Full id of the commit a branch points to; None when there is no such branch."""
        try:
            found = self._client.get(f"{self._path}/git/ref/heads%2F{quote(branch, safe='')}")
        except ForgeError as error:
            # 409 is what a repository without any commit answers.
            if error.kind in ("missing", "conflict"):
                return None
            raise
        return str(found["object"]["sha"])

    def fetch(self, git: Git, branch: str, reference: str) -> str | None:
        """Bring a branch's commits into a repository and point `reference` there at its head."""
        return fetch_branch(git, self._remote, branch, reference, self._credentials, self._client.clock)

    def pushing(self, updates: Sequence[BranchUpdate]) -> tuple[Sending, ...]:
        """What `push` sends."""
        return describe_push(self._remote, updates)

    def push(self, git: Git, updates: Sequence[BranchUpdate]) -> None:
        """Move branches, all or none, each only from where it is expected to be."""
        push_branches(git, self._remote, updates, self._credentials, self._client.clock)

    def image_url(self, commit: str, path: str) -> str:
        """The file's page with `raw=true`, which GitHub serves to whoever is signed in and may read the repository."""
        return f"{self._repository.web_url}/blob/{commit}/{quote(path)}?raw=true"

    @property
    def _path(self) -> str:
        """By the name the repository has now: a renamed one answers to its old name with redirects."""
        return f"/repos/{self._repository.full_name}"

    @property
    def _credentials(self) -> Credentials:
        return Credentials("x-access-token", self._access.token, self._repository.clone_url)

    @property
    def _remote(self) -> str:
        return self._access.remote or self._repository.clone_url

    def _sending(self, method: str, path: str, body: Mapping[str, Any]) -> Sending:
        return Sending(method, self._client.base + path, body)

    def _making(self, label: Label) -> Sending:
        said = label.description[:LABEL_DESCRIPTION_LIMIT]
        body = {"name": label.name, "color": label.color, "description": said}
        return self._sending("POST", f"{self._path}/labels", body)

    def _make_label(self, label: Label) -> None:
        self._client.settled(self._making(label), lambda _: True, lambda: self._has_label(label.name) or None)

    def _adding(self, number: int, labels: Sequence[Label]) -> Sending:
        names = {"labels": [each.name for each in labels]}
        return self._sending("POST", f"{self._path}/issues/{number}/labels", names)

    def _has_label(self, name: str) -> bool:
        try:
            self._client.get(f"{self._path}/labels/{quote(name, safe='')}")
        except ForgeError as error:
            if error.kind != "missing":
                raise
            return False
        return True

    def _read(self, found: Mapping[str, Any]) -> PullRequest:
        state: PullState = "merged" if found["merged_at"] else "open" if found["state"] == "open" else "gone"
        home = found["head"]["repo"]  # None once a fork is deleted
        return PullRequest(
            number=found["number"],
            url=found["html_url"],
            title=found["title"],
            body=found["body"] or "",
            state=state,
            draft=found.get("draft", False),
            head_branch=found["head"]["ref"],
            head_sha=found["head"]["sha"],
            base_branch=found["base"]["ref"],
            labels=tuple(label["name"] for label in found["labels"]),
            author=_login(found["user"]),
            from_fork=home is None or home["full_name"] != found["base"]["repo"]["full_name"],
        )

    def _read_comment(self, found: Mapping[str, Any]) -> Comment:
        author = _login(found["user"])
        # No person's login ends so; an app that does not know its own name trusts the apps its owner installed.
        ours = author == self._login if self._login is not None else author.endswith("[bot]")
        return Comment(found["id"], found["body"] or "", author, found["html_url"], ours and author != "")


def _login(user: Mapping[str, Any] | None) -> str:
    """A login; accounts that are deleted leave none."""
    return str(user["login"]) if user else ""
