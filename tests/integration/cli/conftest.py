"""The command line as a user calls it, and a repository for it to look at."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Ended = subprocess.CompletedProcess[str]
Call = Callable[..., Ended]

FILES = {
    "tally.py": "def total(numbers):\n    return sum(numbers)\n",
    "bench.py": "from tally import total\n\n\ndef workload():\n    return total(range(1000))\n",
    "pyproject.toml": '[project]\nname = "tally"\nversion = "1.0"\n',
}


def git(root: Path, *words: str) -> str:
    command = ["git", "-C", str(root), "-c", "user.name=t", "-c", "user.email=t@example.org", *words]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


@pytest.fixture
def commit() -> Callable[[Path], None]:
    """Commits all files of a repository."""

    def make(root: Path) -> None:
        git(root, "add", "--all")
        git(root, "commit", "--quiet", "--message", "more")

    return make


@pytest.fixture
def tally(tmp_path: Path, commit: Callable[[Path], None]) -> Path:
    """A repository of one commit with a workload."""
    root = tmp_path / "tally"
    root.mkdir()
    for name, text in FILES.items():
        (root / name).write_text(text)
    git(root, "init", "--quiet")
    commit(root)
    return root


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Where the runs of this test go."""
    return tmp_path / "home"


@pytest.fixture
def perfagent(tmp_path: Path, home: Path) -> Call:
    """Calls perfagent in `tmp_path`; variables given as None are taken out of the environment."""

    def call(*arguments: str | Path, stdin: bytes | None = None, **variables: str | None) -> Ended:
        kept = {k: v for k, v in os.environ.items() if not k.endswith("_API_KEY") and not k.startswith("PERFAGENT_")}
        environment = {"PERFAGENT_HOME": str(home), **kept} | variables
        done = subprocess.run(
            [sys.executable, "-m", "perfagent", *arguments],
            cwd=tmp_path,
            env={name: value for name, value in environment.items() if value is not None},
            input=stdin if stdin is not None else b"",
            capture_output=True,
            check=False,
            timeout=300,
        )
        return subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())

    return call


@pytest.fixture
def refused(perfagent: Call, home: Path) -> Callable[..., str]:
    """Calls perfagent, which must refuse in one line with this status and leave nothing; returns it without code."""

    def call(status: int, *arguments: str | Path, stdin: bytes | None = None, **variables: str | None) -> str:
        done = perfagent(*arguments, stdin=stdin, **variables)
        *earlier, last = done.stderr.splitlines()
        assert (done.returncode, done.stdout) == (status, ""), done.stderr
        assert last.startswith("perfagent: ")
        assert last.count(": ") >= 2, "a line says what is wrong and what to do"
        assert all(line.startswith("[") for line in earlier), done.stderr
        assert not list((home / "runs").glob("*"))
        line, code = last.removeprefix("perfagent: ").rsplit(" ", 1)
        assert re.fullmatch(r"\[PA\d{3}\]", code), "a line ends with its code"
        return line

    return call
