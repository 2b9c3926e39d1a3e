"""Killed at every write, before it took effect and after, and started again: the same end, and nothing twice."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from http.server import BaseHTTPRequestHandler
from pathlib import Path

from loopback_forge import Reply, Request
from loopback_github import FakeGitHub


class Killer:
    """Stands before a forge and kills the client at its first write, which takes effect all the same.

    A push and the opening of a pull request are lost once before.

    Attributes:
        effects: the writes that took effect, in order.
    """

    def __init__(self, github: FakeGitHub) -> None:
        self.effects: list[str] = []
        self.client: subprocess.Popen[bytes] | None = None
        self._lost: set[str] = set()
        self._answer, self._serve = github.answer, github.serve_git
        github.answer = self.answer  # type: ignore[method-assign]
        github.serve_git = self.serve_git  # type: ignore[method-assign]

    def answer(self, request: Request) -> Reply:
        if request.method == "GET":
            return self._answer(request)
        write = f"{request.method} {request.path} {request.body.get('name', '')}".strip()
        if not self._kill(write):
            return Reply(cut=True)
        self.effects.append(write)
        return self._answer(request)

    def serve_git(self, handler: BaseHTTPRequestHandler, body: bytes) -> None:
        if not handler.path.endswith("/git-receive-pack") or handler.headers.get("content-length") == "4":
            self._serve(handler, body)
        elif self._kill("push"):
            self.effects.append("push")
            self._serve(handler, body)

    def _kill(self, write: str) -> bool:
        """End the client; whether this write is to take effect all the same."""
        assert self.client is not None
        if self.client.poll() is not None:
            return False
        os.killpg(self.client.pid, signal.SIGKILL)
        self.client.wait()
        if write in self._lost or not write.endswith(("push", "/pulls")):
            return True
        self._lost.add(write)
        return False


def command(run, github: FakeGitHub) -> subprocess.Popen[bytes]:
    """`perfagent pr`, for one patch of the run."""
    arguments = ["pr", run.folder, "--patch", "1", "--forge", "github", "--api-url", github.url]
    return subprocess.Popen(
        [sys.executable, "-m", "perfagent", *arguments],
        env={**os.environ, "GITHUB_TOKEN": github.token, "PERFAGENT_HOME": str(Path(run.folder).parent / "home")},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )


def test_nothing_is_sent_twice(run, github: FakeGitHub) -> None:
    killer = Killer(github)
    for _ in range(20):
        killer.client = command(run, github)
        _, told = killer.client.communicate()
        if killer.client.returncode != -signal.SIGKILL:
            assert killer.client.returncode == 0, told
            break
    repository = "/repos/acme/words"
    assert killer.effects == [
        "push",
        f"POST {repository}/pulls",
        f"POST {repository}/labels performance",
        f"POST {repository}/labels perfagent",
        f"POST {repository}/issues/1/labels",
    ]
    (pull,) = github.pulls
    assert (pull.labels, pull.sha != "") == (["performance", "perfagent"], True)
    assert f"head={github.head(pull.head)}" in pull.body
