"""Fixtures: GitHub and GitLab on loopback, with real git behind them.

    def test_something(github, clock):
        forge = GitHub(Access(github.full_name, github.url, github.token), clock)
        github.fail("POST", "/pulls$", Reply(status=502), after=True)   # it arrives, but nobody is told
        ...
        assert [each.path for each in github.writes] == [...]

`github` stands behind Prism, which holds every request and every answer against GitHub's own OpenAPI description. What
it finds fails the test at its end, whatever was made of it on the way; a test that breaks the rules on purpose takes
what was found with `github.violations()`.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from loopback_forge import FakeClock, make_bare
from loopback_github import PATHS, FakeGitHub
from loopback_gitlab import FakeGitLab

NODE_MODULES = Path(__file__).parents[1] / "npm" / "node_modules"
DESCRIPTION = NODE_MODULES / "@octokit/openapi/generated/api.github.com.deref.json"
PRISM = NODE_MODULES / ".bin/prism"
START_S = 60.0


@pytest.fixture
def clock() -> FakeClock:
    """A clock that nobody waits for."""
    return FakeClock()


@pytest.fixture(scope="session")
def github_description() -> Mapping[str, Any]:
    """GitHub's description of the paths that perfagent uses: the whole of it takes Prism ten seconds to read."""
    missing = [each.name for each in (DESCRIPTION, PRISM) if not each.exists()]
    if missing or shutil.which("node") is None:
        reason = f"needs node and {', '.join(missing) or 'packages'}: npm ci --ignore-scripts --prefix tests/npm"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    whole = json.loads(DESCRIPTION.read_text("utf-8"))
    return {
        "openapi": whole["openapi"],
        "info": whole["info"],
        "paths": {path: whole["paths"][path] for path in PATHS},
    }


@dataclass
class Prism:
    """A Prism that lets through to who accepts on `upstream` what the description allows, and back."""

    url: str
    upstream: socket.socket
    log: Path
    seen: int = 0
    asked: int = 0

    def violations(self) -> list[str]:
        """What it objected to since it was last asked."""
        # It writes its log behind its answers: what it says to this request is behind everything before.
        self.asked += 1
        mark = f"/mark-{self.asked} "
        with contextlib.suppress(HTTPError):
            urlopen(f"{self.url}{mark.strip()}", timeout=START_S).close()
        _until(lambda: mark in self.log.read_text("utf-8"), "prism says nothing")
        lines = self.log.read_text("utf-8").splitlines()
        fresh, self.seen = lines[self.seen :], len(lines)
        return [line for line in fresh if "prism/errors#" in line and "/mark-" not in line]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def prism(github_description: Mapping[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prism]:
    """One for all tests of the session; they take turns on its upstream."""
    folder = tmp_path_factory.mktemp("prism")
    (folder / "github.json").write_text(json.dumps(github_description))
    here = free_port()
    # Held all the time: a port that is free between two tests is somebody else's in the next.
    upstream = socket.create_server(("127.0.0.1", 0))
    found = Prism(f"http://127.0.0.1:{here}", upstream, folder / "log")
    arguments: list[str | Path] = [
        "proxy",
        "--errors",
        "--host=127.0.0.1",
        f"--port={here}",
        folder / "github.json",
        f"http://127.0.0.1:{upstream.getsockname()[1]}",
    ]
    with found.log.open("wb") as log:
        # A session of its own: `node` may be a script that starts the real one.
        process = subprocess.Popen([PRISM, *arguments], stdout=log, stderr=log, start_new_session=True)
    try:
        _until(lambda: process.poll() is not None or "is listening" in found.log.read_text("utf-8"), "prism hangs")
        assert process.poll() is None, f"prism does not start: {found.log.read_text('utf-8')[-500:]}"
        yield found
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(timeout=30)
        upstream.close()


def _until(holds: Callable[[], bool], otherwise: str) -> None:
    end = time.monotonic() + START_S
    while not holds():
        if time.monotonic() > end:
            pytest.fail(otherwise)
        time.sleep(0.01)


@pytest.fixture(scope="session")
def first_commit(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bare repository with one commit, to be copied."""
    folder = tmp_path_factory.mktemp("first-commit")
    make_bare(folder / "work", folder / "bare.git")
    return folder / "bare.git"


@pytest.fixture
def github(
    prism: Prism, github_description: Mapping[str, Any], first_commit: Path, tmp_path: Path
) -> Iterator[FakeGitHub]:
    """GitHub with the repository `acme/words`, empty but for one commit."""
    root = tmp_path / "github"
    server = FakeGitHub(root, github_description, prism.upstream)
    shutil.copytree(first_commit, server.bare)
    server.url, server.violations = prism.url, prism.violations
    yield server
    server.close()
    assert not server.violations(), "a request or an answer is not as GitHub describes it"


@pytest.fixture
def gitlab(first_commit: Path, tmp_path: Path) -> Iterator[FakeGitLab]:
    """GitLab with the project `acme/words`, empty but for one commit."""
    server = FakeGitLab(tmp_path / "gitlab")
    server.url = server.api
    shutil.copytree(first_commit, server.bare)
    yield server
    server.close()
