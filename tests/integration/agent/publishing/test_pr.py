"""`perfagent pr` as a user calls it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable

import pytest

from loopback_github import FakeGitHub

Call = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def pr(run, github: FakeGitHub) -> Call:
    """Calls it for the first patch of the run."""

    def call(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "perfagent", "pr", run.folder, "--patch", "1", "--forge", "github"]
        environment = {**os.environ, "GITHUB_TOKEN": github.token, "PERFAGENT_HOME": str(run.folder.parent / "home")}
        environment.pop("GITHUB_ACTIONS", None)
        command += ["--api-url", github.url, *arguments]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=300)

    return call


def test_a_dry_run_prints_every_write_and_sends_none(pr: Call, github: FakeGitHub) -> None:
    done = pr("--dry-run", "--co-author", "Grace <grace@example.org>", "--label", "speed", "--ready")
    assert done.returncode == 0, done.stderr
    assert f"push {github.clone_url}\n" in done.stdout and f"POST {github.url}/repos/acme/words/pulls\n" in done.stdout
    assert '"title": "perf(words): keep seen words in a dict"' in done.stdout and '"draft": false' in done.stdout
    assert done.stdout.endswith("dry run: 4 writes would be sent; none was\n")
    assert github.token not in done.stdout + done.stderr
    assert not github.writes and not github.head("perfagent/charts")


def test_what_was_done_is_one_document(pr: Call, github: FakeGitHub) -> None:
    (told,) = json.loads(pr("--json").stdout)["patches"]
    assert (told["patch"], told["outcome"], told["number"]) == ("001", "opened", 1)
    assert told["commit"] == github.head(told["branch"])
    assert "unchanged  patch 001" in pr().stdout


def test_refusals_are_one_line(pr: Call, github: FakeGitHub) -> None:
    github.may_push = False
    done = pr()
    assert (done.returncode, done.stdout) == (1, "")
    assert "the token may not push to acme/words: use a token" in done.stderr.splitlines()[-1]
    assert pr("--co-author", "Grace").returncode == 2
