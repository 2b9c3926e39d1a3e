"""GitHub in small: one repository with its pull requests, labels and comments, answering in GitHub's own words.

Every answer is GitHub's example for it, from its OpenAPI description, with the state of this repository put in.
"""

from __future__ import annotations

import copy
import re
import socket
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from loopback_forge import LoopbackForge, Pull, Reply, Request

DOCUMENTATION = "https://docs.github.com/rest"
REPOSITORY = "/repos/{owner}/{repo}"
#: The part of GitHub's description that perfagent uses; nothing else is answered or let through.
PATHS = (
    "/user",
    REPOSITORY,
    f"{REPOSITORY}/pulls",
    f"{REPOSITORY}/pulls/{{pull_number}}",
    f"{REPOSITORY}/issues/{{issue_number}}/labels",
    f"{REPOSITORY}/issues/{{issue_number}}/comments",
    f"{REPOSITORY}/issues/comments/{{comment_id}}",
    f"{REPOSITORY}/git/ref/{{ref}}",
    f"{REPOSITORY}/labels",
    f"{REPOSITORY}/labels/{{name}}",
)


def refused(message: str, *errors: Mapping[str, str], status: int = 422, **headers: str) -> Reply:
    """An error as GitHub words it; underscores in headers stand for dashes."""
    body: dict[str, Any] = {"message": message, "documentation_url": DOCUMENTATION}
    if errors:
        body["errors"] = list(errors)
    return Reply(body, status, {name.replace("_", "-"): value for name, value in headers.items()})


class FakeGitHub(LoopbackForge):
    """A repository on GitHub.

    Attributes:
        login: whose token it is; None for an app's, such as that of GitHub's own Actions.
        permissions: what the token may write: `pull_requests`, `issues`.
        public: whether it may be read without a token.
        drafts: whether the repository knows drafts.
        violations: hands out what broke GitHub's description since it was last called.
    """

    user = "x-access-token"

    def __init__(self, root: Path, description: Mapping[str, Any], listener: socket.socket | None = None) -> None:
        super().__init__(root, listener)
        self.violations: Callable[[], list[str]] = list
        self.permissions = {"pull_requests", "issues"}
        self.public = False
        self.drafts = True
        self.archived = False
        self._description = description
        self._routes = [(method, _expression(path), path) for path in PATHS for method in description["paths"][path]]

    def example(self, method: str, path: str) -> Any:
        """GitHub's own example of an answer."""
        answers = self._description["paths"][path][method]["responses"]
        examples = (answers.get("200") or answers["201"])["content"]["application/json"]["examples"]
        return copy.deepcopy(next(iter(examples.values()))["value"])

    def allowed(self, request: Request) -> bool:
        given = request.headers.get("authorization")
        return given == f"Bearer {self.token}" or (self.public and given is None and request.method == "GET")

    def answer(self, request: Request) -> Reply:
        if not self.allowed(request):
            return refused("Bad credentials", status=401)
        for method, expression, path in self._routes:
            match = expression.fullmatch(request.path)
            if match and method == request.method.lower():
                return self._routed(request, path, [unquote(part) for part in match.groups()])
        return refused("Not Found", status=404)

    def _routed(self, request: Request, path: str, found: list[str]) -> Reply:
        if path != "/user" and "/".join(found[:2]) != self.full_name:
            return refused("Not Found", status=404)
        if request.method != "GET" and (refusal := self._forbidden(path)):
            return refusal
        key = f"{request.method} {path.removeprefix(REPOSITORY)}"
        return self._deeds()[key](request, *found[2:])

    def _forbidden(self, path: str) -> Reply | None:
        """Labels and comments of a pull request may be written with either of the two permissions."""
        needed = {"pull_requests"} if "/pulls" in path else {"issues", "pull_requests"}
        if self.archived:
            return refused("Repository was archived so is read-only.", status=403)
        if self.permissions & needed:
            return None
        named = "; ".join(f"{name}=write" for name in sorted(needed))
        message = "Resource not accessible by personal access token"
        return refused(message, status=403, X_Accepted_GitHub_Permissions=named)

    def _deeds(self) -> dict[str, Callable[..., Reply]]:
        return {
            "GET /user": self._user,
            "GET ": self._repository,
            "GET /pulls": self._list_pulls,
            "POST /pulls": self._open,
            "GET /pulls/{pull_number}": self._get_pull,
            "PATCH /pulls/{pull_number}": self._change,
            "GET /git/ref/{ref}": self._ref,
            "GET /labels/{name}": self._get_label,
            "POST /labels": self._make_label,
            "POST /issues/{issue_number}/labels": self._add_labels,
            "GET /issues/{issue_number}/comments": self._list_comments,
            "POST /issues/{issue_number}/comments": self._say,
            "PATCH /issues/comments/{comment_id}": self._edit,
        }

    def _user(self, _: Request) -> Reply:
        if self.login is None:
            return refused("Resource not accessible by integration", status=403)
        return Reply({**self.example("get", "/user"), "login": self.login})

    def _repository(self, _: Request) -> Reply:
        return Reply(self._described(self.example("get", REPOSITORY)))

    def _described(self, repository: dict[str, Any]) -> dict[str, Any]:
        # Optional parts, of which GitHub's example lacks what its description requires.
        kept = {name: value for name, value in repository.items() if name not in ("source", "parent")}
        return {
            **kept,
            "language": "Python",
            "full_name": self.full_name,
            "default_branch": "main",
            "html_url": f"https://github.com/{self.full_name}",
            "clone_url": self.clone_url,
            "archived": self.archived,
            "permissions": {"admin": False, "push": self.may_push, "pull": True},
        }

    def _list_pulls(self, request: Request) -> Reply:
        state, head = request.query.get("state", "open"), request.query.get("head", "")
        owner = self.full_name.partition("/")[0]
        found = [each for each in reversed(self.pulls) if state in ("all", each.state)]
        # Of one owner: a fork below the same name counts too.
        found = [each for each in found if head in ("", f"{(each.home or '').partition('/')[0] or owner}:{each.head}")]
        item = self.example("get", f"{REPOSITORY}/pulls")[0]
        return self.page(request, [self._pull(each, copy.deepcopy(item)) for each in found])

    def _pull(self, pull: Pull, example: dict[str, Any]) -> dict[str, Any]:
        sha = (self.head(pull.head) if pull.home == self.full_name else "") or pull.sha
        home = None if pull.home is None else {**example["head"]["repo"], "full_name": pull.home}
        label = example["labels"][0] if example["labels"] else {}
        return {
            **example,
            "number": pull.number,
            "html_url": f"https://github.com/{self.full_name}/pull/{pull.number}",
            "title": pull.title,
            "body": pull.body,
            "state": pull.state,
            "draft": pull.draft,
            "merged_at": "2026-01-01T00:00:00Z" if pull.merged else None,
            "user": {**example["user"], "login": pull.author},
            "labels": [{**label, "name": name} for name in pull.labels],
            "requested_teams": [],  # those of the example lack what the description requires
            "head": {**example["head"], "ref": pull.head, "sha": sha, "repo": home},
            "base": {**example["base"], "ref": pull.base, "repo": self._described(example["base"]["repo"])},
        }

    def _shown(self, pull: Pull, status: int = 200) -> Reply:
        return Reply(self._pull(pull, self.example("get", f"{REPOSITORY}/pulls/{{pull_number}}")), status)

    def _get_pull(self, _: Request, number: str) -> Reply:
        known = {each.number: each for each in self.pulls}
        return self._shown(known[int(number)]) if int(number) in known else refused("Not Found", status=404)

    def _open(self, request: Request) -> Reply:
        head, base = request.body["head"], request.body["base"]
        if wrong := self._unfit(request.body, head, base):
            return refused("Validation Failed", wrong)
        facts = {name: request.body[name] for name in ("title", "body", "draft")}
        return self._shown(self.add_pull(head, base=base, author=self.login or "github-actions[bot]", **facts), 201)

    def _unfit(self, wanted: Mapping[str, Any], head: str, base: str) -> dict[str, str] | None:
        """Why GitHub would not open such a pull request."""
        custom = {"resource": "PullRequest", "code": "custom"}
        for name, branch in (("head", head), ("base", base)):
            if not self.head(branch):
                return {"resource": "PullRequest", "field": name, "code": "invalid"}
        if any(each.state == "open" and (each.head, each.base) == (head, base) for each in self.pulls):
            owner = self.full_name.partition("/")[0]
            return {**custom, "message": f"A pull request already exists for {owner}:{head}."}
        if self.head(head) == self.head(base):
            return {**custom, "message": f"No commits between {base} and {head}"}
        if wanted["draft"] and not self.drafts:
            return {**custom, "message": "Draft pull requests are not supported in this repository."}
        if len(wanted["body"]) > 65536:
            return {**custom, "field": "body", "message": "body is too long (maximum is 65536 characters)"}
        return None

    def _change(self, request: Request, number: str) -> Reply:
        pull = self.pulls[int(number) - 1]
        for name in ("title", "body", "base", "state"):
            setattr(pull, name, request.body.get(name, getattr(pull, name)))
        return self._shown(pull)

    def _ref(self, _: Request, ref: str) -> Reply:
        sha = self.head(ref.removeprefix("heads/"))
        if not sha:
            return refused("Not Found", status=404)
        example = self.example("get", f"{REPOSITORY}/git/ref/{{ref}}")
        return Reply({**example, "ref": f"refs/{ref}", "object": {**example["object"], "sha": sha}})

    def _get_label(self, _: Request, name: str) -> Reply:
        if name not in self.labels:
            return refused("Not Found", status=404)
        return Reply({**self.example("get", f"{REPOSITORY}/labels/{{name}}"), "name": name})

    def _make_label(self, request: Request) -> Reply:
        name = request.body["name"]
        if name in self.labels:
            return refused("Validation Failed", {"resource": "Label", "code": "already_exists", "field": "name"})
        self.labels[name] = request.body["color"]
        return Reply({**self.example("post", f"{REPOSITORY}/labels"), "name": name}, 201)

    def _add_labels(self, request: Request, number: str) -> Reply:
        pull = self.pulls[int(number) - 1]
        pull.labels += [name for name in request.body["labels"] if name not in pull.labels]
        (example, *_) = self.example("post", f"{REPOSITORY}/issues/{{issue_number}}/labels")
        return Reply([{**example, "name": name} for name in pull.labels])

    def _comment(self, found: int, status: int = 200) -> Reply:
        example = self.example("get", f"{REPOSITORY}/issues/comments/{{comment_id}}")
        kept = self.comments[found]
        user = {**example["user"], "login": kept["author"]}
        return Reply({**example, "id": found, "body": kept["body"], "user": user}, status)

    def _list_comments(self, request: Request, number: str) -> Reply:
        mine = [found for found, kept in self.comments.items() if kept["number"] == int(number)]
        return self.page(request, [self._comment(found).body for found in mine])

    def _say(self, request: Request, number: str) -> Reply:
        author = self.login or "github-actions[bot]"
        return self._comment(self.add_comment(int(number), request.body["body"], author), 201)

    def _edit(self, request: Request, found: str) -> Reply:
        self.comments[int(found)]["body"] = request.body["body"]
        return self._comment(int(found))


def _expression(path: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\{\w+\}", "([^/]+)", path))
