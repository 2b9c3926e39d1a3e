"""GitHub through its REST API: github.com, Enterprise Cloud with data residency, Enterprise Server.

What each request needs the token to be allowed is told in docs/pull-requests.md.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from itertools import islice
from typing import Any
from urllib.parse import quote

from perfagent.tools.errors import ForgeError
from perfagent.tools.forge.access import Access, ForgeName
from perfagent.tools.forge.clock import Clock
from perfagent.tools.forge.records import (
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
from perfagent.tools.forge.rest import MOST_PULLS, RestForge

#: The version that github.com and every supported Enterprise Server answer to.
API_VERSION = "2022-11-28"
#: GitHub refuses a longer description of a label.
LABEL_DESCRIPTION_LIMIT = 100


class GitHub(RestForge):
    """A repository on GitHub.

    Args:
        access: which repository, where, and with which token.
        clock: the time.
    """

    name: ForgeName = "github"
    git_user = "x-access-token"

    def __init__(self, access: Access, clock: Clock | None = None) -> None:
        headers = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": API_VERSION}
        if access.token:
            headers["Authorization"] = f"Bearer {access.token}"
        super().__init__(access, headers, github_refusal, clock)

    def pulls(self, branch: str = "") -> tuple[PullRequest, ...]:
        """Pull requests in every state, newest first; of one branch of the repository itself when it is named."""
        query = {"state": "all", "sort": "created", "direction": "desc"}
        if branch:
            query["head"] = f"{self._repository.full_name.partition('/')[0]}:{branch}"
        found = map(self._read, islice(self._client.pages(f"{self._path}/pulls", **query), MOST_PULLS))
        # A fork's branch of the same owner is listed too.
        return tuple(each for each in found if not branch or (each.head_branch == branch and not each.from_fork))

    def pull(self, number: int) -> PullRequest:
        """One pull request as it is now."""
        return self._read(self._client.get(f"{self._path}/pulls/{number}"))

    def comments(self, number: int) -> tuple[Comment, ...]:
        """Its comments, oldest first."""
        found = self._client.pages(f"{self._path}/issues/{number}/comments")
        return tuple(self._read_comment(each, number) for each in found)

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

    def image_url(self, commit: str, path: str) -> str:
        """The file's page with `raw=true`, which GitHub serves to whoever is signed in and may read the repository."""
        return f"{self._repository.web_url}/blob/{commit}/{quote(path)}?raw=true"

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

    def updating(self, number: int, change: PullChange) -> tuple[Sending, ...]:
        """What `update_pull` sends."""
        wanted = {"title": change.title, "body": change.body, "base": change.base_branch, "state": change.state}
        body = {name: value for name, value in wanted.items() if value is not None}
        return (self._sending("PATCH", f"{self._path}/pulls/{number}", body),)

    def commenting(self, number: int, found: Comment | None, body: str) -> tuple[Sending, ...]:
        """What `put_comment` sends when it found `found`."""
        if found is None:
            return (self._sending("POST", f"{self._path}/issues/{number}/comments", {"body": body}),)
        return (self._sending("PATCH", f"{self._path}/issues/comments/{found.id}", {"body": body}),)

    @property
    def _path(self) -> str:
        """By the name the repository has now: a renamed one answers to its old name with redirects."""
        return f"/repos/{self._repository.full_name}"

    def _find_repository(self) -> Repository:
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
            return _login(self._client.get("/user"))
        except ForgeError as error:
            if error.kind != "forbidden":
                raise
            return None

    def _has_label(self, name: str) -> bool:
        try:
            self._client.get(f"{self._path}/labels/{quote(name, safe='')}")
        except ForgeError as error:
            if error.kind != "missing":
                raise
            return False
        return True

    def _making(self, label: Label) -> Sending:
        said = label.description[:LABEL_DESCRIPTION_LIMIT]
        body = {"name": label.name, "color": label.color, "description": said}
        return self._sending("POST", f"{self._path}/labels", body)

    def _adding(self, number: int, labels: Sequence[Label]) -> Sending:
        names = {"labels": [each.name for each in labels]}
        return self._sending("POST", f"{self._path}/issues/{number}/labels", names)

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

    def _read_comment(self, found: Mapping[str, Any], number: int) -> Comment:  # noqa: ARG002 - GitLab's need it
        author = _login(found["user"])
        # No person's login ends so; an app that cannot ask for its own name trusts those that the owner installed.
        ours = author == self._login if self._login is not None else author.endswith("[bot]")
        return Comment(found["id"], found["body"] or "", author, found["html_url"], ours and author != "")


def _login(user: Mapping[str, Any] | None) -> str:
    """A login; accounts that are deleted leave none."""
    return str(user["login"]) if user else ""
