"""GitLab in small, by hand: its own description of the API is in no package that a test could install.

It follows docs.gitlab.com, "Merge requests API", "Notes API", "Labels API", "Branches API", "Projects API".
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

from loopback_forge import LoopbackForge, Pull, Reply, Request

PROJECT = "/api/v4/projects/([^/]+)"


class FakeGitLab(LoopbackForge):
    """A project on GitLab; comments with the author `gitlab` are its own remarks."""

    user = "oauth2"

    @property
    def api(self) -> str:
        return f"{self.address}/api/v4"

    def allowed(self, request: Request) -> bool:
        return request.headers.get("private-token") == self.token

    def answer(self, request: Request) -> Reply:
        if not self.allowed(request):
            return Reply({"message": "401 Unauthorized"}, 401)
        for expression, deed in self._deeds().items():
            if match := re.fullmatch(expression, f"{request.method} {request.path}"):
                project, *found = [unquote(part) for part in match.groups()] or [self.full_name]
                return deed(request, *found) if project == self.full_name else self._missing("Project")
        return Reply({"error": "404 Not Found"}, 404)

    def _deeds(self) -> dict[str, Callable[..., Reply]]:
        one, notes = rf"{PROJECT}/merge_requests/(\d+)", rf"{PROJECT}/merge_requests/(\d+)/notes"
        return {
            "GET /api/v4/user": lambda _: Reply({"id": 1, "username": self.login}),
            f"GET {PROJECT}": self._project,
            f"GET {PROJECT}/merge_requests": self._list,
            f"POST {PROJECT}/merge_requests": self._open,
            f"GET {one}": lambda _, number: self._shown(number),
            f"PUT {one}": self._change,
            f"GET {PROJECT}/labels/([^/]+)": self._get_label,
            f"POST {PROJECT}/labels": self._make_label,
            f"GET {notes}": self._list_notes,
            f"POST {notes}": self._say,
            rf"PUT {notes}/(\d+)": self._edit,
            f"GET {PROJECT}/repository/branches/([^/]+)": self._branch,
        }

    @staticmethod
    def _missing(what: str) -> Reply:
        return Reply({"message": f"404 {what} Not Found"}, 404)

    def _project(self, _: Request) -> Reply:
        return Reply(
            {
                "id": 7,
                "path_with_namespace": self.full_name,
                "default_branch": "main",
                "web_url": f"https://gitlab.com/{self.full_name}",
                "http_url_to_repo": self.clone_url,
                "visibility": "private",
                "archived": False,
                "permissions": {"project_access": {"access_level": 30 if self.may_push else 20}, "group_access": None},
            }
        )

    def _read(self, pull: Pull) -> dict[str, Any]:
        state = "merged" if pull.merged else {"open": "opened"}.get(pull.state, pull.state)
        return {
            "iid": pull.number,
            "web_url": f"https://gitlab.com/{self.full_name}/-/merge_requests/{pull.number}",
            "title": pull.title,
            "description": pull.body or None,
            "state": state,
            "draft": pull.title.lower().startswith("draft:"),
            "source_branch": pull.head,
            "target_branch": pull.base,
            "source_project_id": 7 if pull.home == self.full_name else None if pull.home is None else 8,
            "target_project_id": 7,
            "sha": self.head(pull.head) or pull.sha,
            "labels": pull.labels,
            "author": {"username": pull.author},
        }

    def _list(self, request: Request) -> Reply:
        branch = request.query.get("source_branch", "")
        found = [each for each in reversed(self.pulls) if branch in ("", each.head)]
        return self.page(request, [self._read(each) for each in found])

    def _shown(self, number: str | int, status: int = 200) -> Reply:
        known = {str(each.number): each for each in self.pulls}
        return Reply(self._read(known[str(number)]), status) if str(number) in known else self._missing("Not found")

    def _open(self, request: Request) -> Reply:
        head, base = request.body["source_branch"], request.body["target_branch"]
        if not self.head(head):
            return Reply({"message": {"source_branch": ["does not exist"]}}, 400)
        for each in self.pulls:
            if each.state == "open" and (each.head, each.base) == (head, base):
                said = f"Another open merge request already exists for this source branch: !{each.number}"
                return Reply({"message": [said]}, 409)
        made = self.add_pull(head, base=base, title=request.body["title"], body=request.body["description"])
        return self._shown(made.number, 201)

    def _change(self, request: Request, number: str) -> Reply:
        pull, wanted = self.pulls[int(number) - 1], request.body
        pull.title = wanted.get("title", pull.title)
        pull.body = wanted.get("description", pull.body)
        pull.base = wanted.get("target_branch", pull.base)
        pull.state = {"close": "closed", "reopen": "open"}.get(wanted.get("state_event", ""), pull.state)
        pull.labels += [name for name in wanted.get("add_labels", "").split(",") if name and name not in pull.labels]
        return self._shown(number)

    def _get_label(self, _: Request, name: str) -> Reply:
        return Reply({"id": 1, "name": name}) if name in self.labels else self._missing("Label")

    def _make_label(self, request: Request) -> Reply:
        if request.body["name"] in self.labels:
            return Reply({"message": "Label already exists"}, 409)
        self.labels[request.body["name"]] = request.body["color"]
        return Reply({"id": 2, "name": request.body["name"]}, 201)

    def _note(self, found: int, status: int = 200) -> Reply:
        kept = self.comments[found]
        author = {"username": kept["author"]}
        return Reply(
            {"id": found, "body": kept["body"], "author": author, "system": kept["author"] == "gitlab"}, status
        )

    def _list_notes(self, request: Request, number: str) -> Reply:
        mine = [found for found, kept in self.comments.items() if kept["number"] == int(number)]
        return self.page(request, [self._note(found).body for found in mine])

    def _say(self, request: Request, number: str) -> Reply:
        return self._note(self.add_comment(int(number), request.body["body"], str(self.login)), 201)

    def _edit(self, request: Request, _: str, found: str) -> Reply:
        self.comments[int(found)]["body"] = request.body["body"]
        return self._note(int(found))

    def _branch(self, _: Request, name: str) -> Reply:
        sha = self.head(name)
        return Reply({"name": name, "commit": {"id": sha}}) if sha else self._missing("Branch")
