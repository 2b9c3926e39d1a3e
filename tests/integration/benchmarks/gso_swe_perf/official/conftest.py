"""A small project whose slow function sleeps, the environment it runs in, and patches of it."""

from __future__ import annotations

import difflib
import os
import subprocess
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from perfagent.benchmarks.gso_swe_perf.datasets import SwefficiencyInstance, SwePerfInstance
from perfagent.benchmarks.gso_swe_perf.places import Arena, Place, Repositories, open_arena, place_of

SLOW = '''\
import time


def double(x):
    """Twice x."""
    time.sleep(0.05)
    return 2 * x
'''
FILES = {
    "slow.py": SLOW,
    "build.py": "print('built')\n",
    "test_slow.py": "from slow import double\n\n\ndef test_double():\n    assert double(2) == 4\n",
    "test_more.py": "from slow import double\n\n\ndef test_text():\n    assert double('a') == 'aa'\n",
    "test_alone.py": "import os\n\n\ndef test_seed():\n    assert os.environ.get('PYTHONHASHSEED') == '0'\n",
}
WORKLOAD = """\
import statistics
import timeit

from slow import double

def workload():
    double(1)

runtimes = timeit.repeat(workload, number=1, repeat=3)
print("Mean:", statistics.mean(runtimes))
print("Std Dev:", statistics.stdev(runtimes))
"""
FIXED = {"GIT_AUTHOR_DATE": "2001-01-01T00:00:00Z", "GIT_COMMITTER_DATE": "2001-01-01T00:00:00Z"}


class Project:
    """What the tests say of the project: its slow module, other versions of it, and diffs to them."""

    slow = SLOW
    fast = SLOW.replace("    time.sleep(0.05)\n", "")
    wrong = SLOW.replace("    time.sleep(0.05)\n    return 2 * x", "    return x + 2")

    @staticmethod
    def diff(texts: Mapping[str, str | None]) -> str:
        """A git diff that gives files other texts; None removes one."""
        out = []
        for path, new in texts.items():
            old = FILES.get(path)
            names = "/dev/null" if old is None else f"a/{path}", "/dev/null" if new is None else f"b/{path}"
            mode = "new file" if old is None else "deleted file"
            out.append(f"diff --git a/{path} b/{path}\n")
            out.append(f"{mode} mode 100644\n" if old is None or new is None else "")
            out += difflib.unified_diff((old or "").splitlines(True), (new or "").splitlines(True), *names)
        return "".join(out)


@pytest.fixture(scope="session")
def project() -> type[Project]:
    """The project's versions."""
    return Project


@pytest.fixture(scope="session")
def history(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the project's repository: one commit, the same in every run."""
    folder = tmp_path_factory.mktemp("histories") / "someone__slow"
    folder.mkdir()
    for name, text in FILES.items():
        (folder / name).write_text(text)
    author = ["-c", "user.name=someone", "-c", "user.email=someone@example.org"]
    commands: list[list[str]] = [
        ["init", "-q", "-b", "main"],
        ["add", "-A"],
        [*author, "commit", "-qm", "The slow version"],
    ]
    for command in commands:
        subprocess.run(["git", "-C", folder, *command], check=True, env={**os.environ, **FIXED})
    return folder


@pytest.fixture(scope="session")
def base(history: Path) -> str:
    """The hash of the project's commit."""
    return subprocess.check_output(["git", "-C", history, "rev-parse", "HEAD"], text=True).strip()


@pytest.fixture(scope="session")
def swefficiency(base: str) -> Callable[..., SwefficiencyInstance]:
    """Makes a SWE-fficiency instance of the project, with some fields otherwise."""

    def make(**fields: object) -> SwefficiencyInstance:
        row = {
            "instance_id": "someone__slow-1",
            "repo": "someone/slow",
            "base_commit": base,
            "pip": ["pytest<9", "pytest-json-report==1.5.0"],
            "pythonpath": ".",
            "workload": WORKLOAD,
            "rebuild_cmd": "python build.py",
            "covering_tests": ["/testbed/test_slow.py", "/testbed/test_more.py", "/testbed/no_tests.py"],
            "PASS_TO_PASS": ["test_slow.py::test_double", "test_more.py::test_text"],
        }
        return SwefficiencyInstance.model_validate(row | fields)

    return make


@pytest.fixture(scope="session")
def swe_perf(base: str) -> Callable[..., SwePerfInstance]:
    """Makes a SWE-Perf instance of the project, with some fields otherwise; its test patch is of `test_slow.py`."""

    def make(**fields: object) -> SwePerfInstance:
        row = {
            "instance_id": "someone__slow-2",
            "repo": "someone/slow",
            "base_commit": base,
            "pip": ["pytest<9", "pytest-json-report==1.5.0"],
            "pythonpath": ".",
            "patch": Project.diff({"slow.py": Project.fast}),
            "test_patch": "--- a/test_slow.py\n+++ b/test_slow.py\n",
            "efficiency_test": ["test_slow.py::test_double", "test_more.py::test_text"],
        }
        return SwePerfInstance.model_validate(row | fields)

    return make


@pytest.fixture(scope="session")
def place(
    history: Path, swefficiency: Callable[..., SwefficiencyInstance], tmp_path_factory: pytest.TempPathFactory
) -> Place:
    """The environment of the project, which every test here shares."""
    return place_of(
        swefficiency(), Repositories([str(history.parent)], tmp_path_factory.mktemp("cache")), images="local"
    )


@pytest.fixture
def arena(place: Place) -> Iterator[Arena]:
    """A fresh container without a network."""
    with open_arena(place) as opened:
        yield opened
