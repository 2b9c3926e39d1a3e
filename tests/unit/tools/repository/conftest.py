"""Real repositories in temporary folders."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

GitHelper = Callable[..., str]


def run_git(folder: Path, *arguments: str) -> str:
    """Plain git as a user would run it, with an identity and no configuration of this machine."""
    identity = {
        "GIT_AUTHOR_NAME": "A",
        "GIT_AUTHOR_EMAIL": "a@x",
        "GIT_COMMITTER_NAME": "A",
        "GIT_COMMITTER_EMAIL": "a@x",
    }
    env = {**os.environ, **identity, "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1"}
    command = ["git", "-c", "init.defaultBranch=main", "-c", "protocol.file.allow=always", *arguments]
    return subprocess.run(command, cwd=folder, env=env, check=True, capture_output=True, text=True).stdout.strip()


@pytest.fixture
def git() -> GitHelper:
    return run_git


@pytest.fixture
def user(tmp_path: Path) -> Path:
    """A user's repository with a package, a test, one tag and two commits."""
    root = tmp_path / "user"
    (root / "pkg").mkdir(parents=True)
    (root / "pkg/__init__.py").write_text("")
    (root / "pkg/core.py").write_text("def f():\n    return 1\n")
    run_git(root, "init", "-q")
    run_git(root, "add", "-A")
    run_git(root, "commit", "-qm", "one")
    run_git(root, "tag", "v1.0")
    (root / "pkg/core.py").write_text("def f():\n    return 2\n")
    run_git(root, "commit", "-qam", "two")
    return root


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    return tmp_path / "workspace"


def snapshot(root: Path) -> dict[str, bytes]:
    """Every file below a folder, `.git` included, with its bytes."""
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}


@pytest.fixture
def frozen(user: Path) -> Callable[[], bool]:
    """Says whether the user's folder is, byte for byte, as it was when the test began."""
    before = snapshot(user)
    return lambda: snapshot(user) == before


@pytest.fixture
def set_owner() -> Callable[[Path, int], None]:
    """Gives a folder and all in it to another user, which only root can do."""
    if os.geteuid() != 0:
        pytest.skip("only root can give files away")

    def give(root: Path, uid: int) -> None:
        for path in (root, *root.rglob("*")):
            os.lchown(path, uid, uid)

    return give
