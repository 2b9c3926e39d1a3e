"""GitLab through version 4 of its REST API: gitlab.com and self-managed.

A merge request is a draft when its title begins with `Draft:`; here `draft` says so and titles are without it.
"""

from __future__ import annotations

import re
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
from perfagent.tools.forge.refusals import gitlab_refusal
from perfagent.tools.forge.rest import MOST_PULLS, RestForge

#: The role that may push branches and open merge requests (docs.gitlab.com, "Members API", "Roles").
DEVELOPER = 30
STATES: Mapping[str, PullState] = {"opened": "open", "locked": "open", "merged": "merged", "closed": "gone"}
_DRAFT = re.compile(r"\s*(?:\[draft\]|\(draft\)|draft:)\s*", re.IGNORECASE)


class GitLab(RestForge):
    """A project on GitLab.

    Args:
        access: which project, where, and with which personal, project or group access token.
        clock: the time.
    """

    name: ForgeName = "gitlab"
    git_user = "oauth2"

    def __init__(self, access: Access, clock: Clock | None = None) -> None:
        headers = {"Accept": "application/json"}
        if access.token:
            headers["PRIVATE-TOKEN"] = access.token
        super().__init__(access, headers, gitlab_refusal, clock)

    def pulls(self, branch: str = "") -> tuple[PullRequest, ...]:
        """Merge requests in every state, newest first; of one branch of the project itself when it is named."""
        query = {"state": "all", "scope": "all", "order_by": "created_at", "sort": "desc"}
        if branch:
            query["source_branch"] = branch
        found = map(self._read, islice(self._client.pages(f"{self._path}/merge_requests", **query), MOST_PULLS))
        return tuple(each for each in found if not branch or not each.from_fork)

    def pull(self, number: int) -> PullRequest:
        """One merge request as it is now."""
        return self._read(self._client.get(f"{self._path}/merge_requests/{number}"))

    def comments(self, number: int) -> tuple[Comment, ...]:
        """Its comments, oldest first, without GitLab's own remarks on what happened."""
        path = f"{self._path}/merge_requests/{number}/notes"
        found = self._client.pages(path, sort="asc", order_by="created_at")
        return tuple(self._read_comment(each, number) for each in found if not each["system"])

    def branch_head(self, branch: str) -> str | None:
        """Full id of the commit a branch points to; None when there is no such branch."""
        found = self._or_none(f"{self._path}/repository/branches/{quote(branch, safe='')}")
        return None if found is None else str(found["commit"]["id"])

    def image_url(self, commit: str, path: str) -> str:
        """The raw file, which GitLab serves to whoever is signed in and may read the project."""
        return f"{self._repository.web_url}/-/raw/{commit}/{quote(path)}"

    def opening(self, new: NewPull) -> tuple[Sending, ...]:
        """What `open_pull` sends."""
        body = {
            "source_branch": new.head_branch,
            "target_branch": new.base_branch,
            "title": _titled(new.title, new.draft),
            "description": new.body,
        }
        return (self._sending("POST", f"{self._path}/merge_requests", body),)

    def updating(self, number: int, change: PullChange) -> tuple[Sending, ...]:
        """What `update_pull` sends; reads whether a merge request is a draft, which a new title must say again."""
        title = None if change.title is None else _titled(change.title, self._is_draft(number))
        event = {None: None, "open": "reopen", "closed": "close"}[change.state]
        wanted = {
            "title": title,
            "description": change.body,
            "target_branch": change.base_branch,
            "state_event": event,
        }
        body = {name: value for name, value in wanted.items() if value is not None}
        return (self._sending("PUT", f"{self._path}/merge_requests/{number}", body),)

    def commenting(self, number: int, found: Comment | None, body: str) -> tuple[Sending, ...]:
        """What `put_comment` sends when it found `found`."""
        path = f"{self._path}/merge_requests/{number}/notes"
        if found is None:
            return (self._sending("POST", path, {"body": body}),)
        return (self._sending("PUT", f"{path}/{found.id}", {"body": body}),)

    @property
    def _path(self) -> str:
        """By the name the project has now: a renamed one redirects reads only."""
        return f"/projects/{quote(self._repository.full_name, safe='')}"

    def _find_repository(self) -> Repository:
        found = self._client.get(f"/projects/{quote(self._access.full_name, safe='')}")
        return Repository(
            full_name=found["path_with_namespace"],
            default_branch=found["default_branch"],
            web_url=found["web_url"],
            clone_url=found["http_url_to_repo"],
            private=found["visibility"] != "public",
            archived=found["archived"],
            can_push=_may_push(found.get("permissions")),
        )

    @cached_property
    def _login(self) -> str:
        """Whose token it is; empty without a token."""
        return str(self._client.get("/user")["username"]) if self._access.token else ""

    def _is_draft(self, number: int) -> bool:
        """Whether a merge request is a draft; one that a dry run imagines is, as that is how they are opened."""
        return number < 0 or self.pull(number).draft

    def _or_none(self, path: str) -> Any:
        try:
            return self._client.get(path)
        except ForgeError as error:
            if error.kind != "missing":
                raise
            return None

    def _has_label(self, name: str) -> bool:
        return self._or_none(f"{self._path}/labels/{quote(name, safe='')}") is not None

    def _making(self, label: Label) -> Sending:
        body = {"name": label.name, "color": f"#{label.color}", "description": label.description}
        return self._sending("POST", f"{self._path}/labels", body)

    def _adding(self, number: int, labels: Sequence[Label]) -> Sending:
        names = ",".join(each.name for each in labels)
        return self._sending("PUT", f"{self._path}/merge_requests/{number}", {"add_labels": names})

    def _read(self, found: Mapping[str, Any]) -> PullRequest:
        return PullRequest(
            number=found["iid"],
            url=found["web_url"],
            title=_DRAFT.sub("", found["title"], count=1) if found["draft"] else found["title"],
            body=found["description"] or "",
            state=STATES[found["state"]],
            draft=found["draft"],
            head_branch=found["source_branch"],
            head_sha=found["sha"] or "",
            base_branch=found["target_branch"],
            labels=tuple(found["labels"]),
            author=found["author"]["username"],
            from_fork=found["source_project_id"] != found["target_project_id"],
        )

    def _read_comment(self, found: Mapping[str, Any], number: int) -> Comment:
        author = found["author"]["username"]
        url = f"{self._repository.web_url}/-/merge_requests/{number}#note_{found['id']}"
        return Comment(found["id"], found["body"], author, url, author == self._login)


def _titled(title: str, draft: bool) -> str:
    return f"Draft: {title}" if draft else title


def _may_push(permissions: Mapping[str, Any] | None) -> bool | None:
    """Whether the role in the project or its group suffices; None when neither is told, as to tokens of groups."""
    levels = [each["access_level"] for each in (permissions or {}).values() if each]
    return max(levels) >= DEVELOPER if levels else None
