"""Benchmarks that a change edits are put back to those of its base."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from perfagent.agent.ci.benchmarks import with_same_benchmarks, workloads
from perfagent.agent.ci.checkout import Remote, Sides, open_sides
from perfagent.agent.ci.event import Change

BASE = {
    "pkg.py": "1\n",
    "benchmarks/bench.py": "def workload(): ...\n",
    "benchmarks/old.txt": "old\n",
    "perf/x y.py": "1\n",
}
Edited = Callable[[Mapping[str, str | None]], Sides]


def git(root: Path, *words: str) -> str:
    command = ["git", "-C", str(root), "-c", "user.name=t", "-c", "user.email=t@example.org", *words]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


@pytest.fixture
def edited(tmp_path: Path) -> Edited:
    """The sides of a change that gives files these texts, or removes them."""

    def make(change: Mapping[str, str | None]) -> Sides:
        root = tmp_path / "r"
        for number, files in enumerate((BASE, change)):
            for name, text in files.items():
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                (root / name).unlink() if text is None else (root / name).write_text(text)
            git(root, "init", "-q", "-b", "main")
            git(root, "add", "-A")
            git(root, "commit", "-qm", str(number))
        return open_sides(root, Change("HEAD~1", "HEAD"), Remote(), tmp_path / "sides")

    return make


def at(sides: Sides, commit: str) -> dict[str, str]:
    names = git(sides.root, "ls-tree", "-r", "-z", "--name-only", commit).split("\0")[:-1]
    return {name: git(sides.root, "show", f"{commit}:{name}") for name in names}


def test_edited_added_and_removed_files_are_as_at_the_base(edited: Edited) -> None:
    change = {"pkg.py": "2\n", "benchmarks/bench.py": "more\n", "benchmarks/new.py": "x\n", "benchmarks/old.txt": None}
    sides, names = with_same_benchmarks(edited(change), ["script:benchmarks/bench.py"])
    assert names == ("benchmarks/bench.py", "benchmarks/new.py", "benchmarks/old.txt")
    assert sides.files == ("pkg.py",)
    assert at(sides, sides.head) == {**BASE, "pkg.py": "2\n"}


def test_a_folder_may_stand_where_the_base_has_a_file(edited: Edited) -> None:
    sides, _ = with_same_benchmarks(edited({"benchmarks/old.txt": None, "benchmarks/old.txt/a.py": "1\n"}), [])
    assert at(sides, sides.head) == BASE


def test_a_workload_counts_wherever_it_lies(edited: Edited) -> None:
    sides, names = with_same_benchmarks(edited({"perf/x y.py": "2\n"}), ["script:perf/x y.py", "command:make bench"])
    assert (names, at(sides, sides.head)) == (("perf/x y.py",), BASE)


def test_a_change_of_sources_is_left_as_it_is(edited: Edited) -> None:
    sides = edited({"pkg.py": "2\n"})
    assert with_same_benchmarks(sides, workloads(sides, {})) == (sides, ())


def test_the_base_says_what_is_measured(edited: Edited) -> None:
    sides = edited({"pyproject.toml": '[tool.perfagent]\nworkload = ["script:pkg.py"]\n'})
    assert workloads(sides, {}) == ("script:benchmarks/bench.py",)
    assert workloads(sides, {"workload": ("script:perf/x y.py",)}) == ("script:perf/x y.py",)
