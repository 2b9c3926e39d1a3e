"""A clone with changes to propose, and clients of the forges."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from loopback_forge import FakeClock
from loopback_github import FakeGitHub
from perfagent.tools.forge import Access, BranchUpdate, GitHub, NewPull
from perfagent.tools.repository import Git

Propose = Callable[..., BranchUpdate]


@pytest.fixture
def forge(github: FakeGitHub, clock: FakeClock) -> GitHub:
    return GitHub(Access(github.full_name, github.url, github.token), clock)


def commit_all(clone: Path, text: str) -> str:
    """A commit on whatever is checked out."""
    (clone / "words.py").write_text(text)
    for command in ("add -A", "-c user.name=t -c user.email=t@example.org commit -qm faster"):
        subprocess.run(["git", "-C", clone, *command.split()], check=True)
    return Git(clone).run("rev-parse", "HEAD").text


@pytest.fixture
def clone(github: FakeGitHub, tmp_path: Path) -> Git:
    """A clone on the user's machine, with one commit more."""
    folder = tmp_path / "clone"
    subprocess.run(["git", "clone", "-q", github.bare, folder], check=True)
    commit_all(folder, "WORDS = ()\n")
    return Git(folder)


@pytest.fixture
def update(clone: Git) -> BranchUpdate:
    """The clone's commit for a new branch."""
    return BranchUpdate("perfagent/unique-1a2b3c4d", clone.run("rev-parse", "HEAD").text)


@pytest.fixture
def new(forge: GitHub, clone: Git, update: BranchUpdate) -> NewPull:
    """A pull request whose branch is pushed."""
    forge.push(clone, [update])
    return NewPull(update.branch, update.commit, "main", "Faster words", "<!-- perfagent:patch=1 -->\nWhy.")
