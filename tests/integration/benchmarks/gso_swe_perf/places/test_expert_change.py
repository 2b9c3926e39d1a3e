"""The expert's change is taken out of histories that are merged, squashed or neither."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from perfagent.benchmarks.gso_swe_perf.datasets import SwefficiencyInstance
from perfagent.benchmarks.gso_swe_perf.places import Repositories


class History:
    """A project in which another commit landed between a pull request's base and its end."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True)
        self.git("init", "--quiet", "--initial-branch=main")
        self.base = self.commit("start", "words.py", "slow\n")
        self.git("branch", "request")
        self.commit("another's", "other.py", "unrelated\n")

    def git(self, *arguments: str) -> str:
        """Run git in the project; its output."""
        who = ("-c", "user.name=t", "-c", "user.email=t@example.org")
        done = subprocess.run(["git", "-C", self.folder, *who, *arguments], check=True, capture_output=True, text=True)
        return done.stdout.strip()

    def commit(self, message: str, name: str, text: str) -> str:
        """Commit one file; the hash."""
        (self.folder / name).write_text(text)
        self.git("add", name)
        self.git("commit", "--quiet", "-m", message)
        return self.git("rev-parse", "HEAD")


@pytest.fixture
def history(tmp_path: Path) -> History:
    return History(tmp_path / "histories" / "owner__words")


def changed(history: History, expert: str, cache: Path) -> list[str]:
    """The files of the expert's change."""
    row = {"instance_id": "owner__words-7", "repo": "owner/words", "base_commit": history.base, "gold_commit": expert}
    instance = SwefficiencyInstance.model_validate({**row, "workload": "pass"})
    diff = Repositories([str(history.folder.parent)], cache).expert_diff(instance)
    return [line.split(" b/")[-1] for line in diff.splitlines() if line.startswith("diff --git")]


def test_a_squashed_request_is_its_own_commit_alone(history: History, tmp_path: Path) -> None:
    expert = history.commit("Be quick (#7)", "words.py", "quick\n")
    assert changed(history, expert, tmp_path) == ["words.py"]


def test_a_merged_request_is_what_the_merge_brought(history: History, tmp_path: Path) -> None:
    history.git("checkout", "--quiet", "request")
    history.commit("Be quicker", "words.py", "quicker\n")
    history.commit("Be quickest", "more.py", "quickest\n")
    history.git("checkout", "--quiet", "main")
    history.git("merge", "--quiet", "--no-ff", "-m", "Merge it", "request")
    assert changed(history, history.git("rev-parse", "HEAD"), tmp_path) == ["more.py", "words.py"]


def test_the_head_of_a_branch_is_everything_since_the_base(history: History, tmp_path: Path) -> None:
    history.git("checkout", "--quiet", "request")
    history.commit("Be quicker", "words.py", "quicker\n")
    head = history.commit("Be quickest", "more.py", "quickest\n")
    assert changed(history, head, tmp_path) == ["more.py", "words.py"]
