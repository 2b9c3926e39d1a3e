"""A project with a slow function, the commit that makes it fast, and a row of each benchmark about it."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from perfagent.tools.repository import Git

SLOW = '''\
class Words:
    """Counted words."""

    def __init__(self, words):
        self.words = list(words)

    def tally(self):
        def times(word):
            return sum(word == other for other in self.words)

        return {word: times(word) for word in self.words}


def parse(text):
    return Words(text.split())
'''
QUICK = SLOW.replace(
    "            return sum(word == other for other in self.words)\n", "            return found[word]\n"
).replace(
    "    def tally(self):\n",
    "    def tally(self):\n"
    "        found = {}\n        for word in self.words:\n            found[word] = found.get(word, 0) + 1\n\n",
)
SCRIPT = """\
import argparse, json, timeit
import words


def setup():
    return " ".join("abcd"[n % 4] for n in range(200))


def experiment(text):
    return words.parse(text).tally()


def run_test(eqcheck=False, reference=False, prefix=""):
    text = setup()
    begin = timeit.default_timer()
    result = experiment(text)
    seconds = timeit.default_timer() - begin
    if reference:
        with open(prefix + "_result.json", "w") as file:
            json.dump(result, file)
    if eqcheck:
        with open(prefix + "_result.json") as file:
            assert json.load(file) == result
    return seconds
"""
WORKLOAD = """\
import statistics, timeit
import words

def setup():
    global text
    text = "a b c " * 50

def workload():
    words.parse(text).tally()

runtimes = timeit.repeat(workload, number=2, repeat=5, setup=setup)
print("Mean:", statistics.mean(runtimes[-3:]))
print("Std Dev:", statistics.stdev(runtimes[-3:]))
"""


@dataclass(frozen=True)
class Project:
    """The history, and rows about it."""

    histories: Path
    base: str
    head: str

    @property
    def git(self) -> Git:
        """Git in the history."""
        return Git(self.histories / "own__words")

    def row(self, **columns: Any) -> dict[str, Any]:
        """The columns that rows of both benchmarks have, and further ones."""
        common = {"instance_id": "own__words-1", "repo": "own/words", "base_commit": f"{self.head}^"}
        return {**common, "python": "3.11", "pip": ["six"], "pythonpath": "."} | columns

    def gso(self) -> dict[str, Any]:
        """A row of GSO."""
        return self.row(opt_commit=self.head, prob_script=SCRIPT, tests=[SCRIPT, SCRIPT])

    def swefficiency(self) -> dict[str, Any]:
        """A row of SWE-fficiency, whose workload took 20 ms."""
        return self.row(gold_commit=self.head, workload=WORKLOAD, published_before=0.02, instance_id="own__words-2")


@pytest.fixture
def project(tmp_path: Path) -> Project:
    root = tmp_path / "histories" / "own__words"
    (root / "tests").mkdir(parents=True)

    def git(*words: str) -> str:
        command = ["git", "-C", str(root), "-c", "user.name=t", "-c", "user.email=t@example.org", *words]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    def commit(source: str, test: str) -> str:
        (root / "words.py").write_text(source)
        (root / "tests" / "test_words.py").write_text(test)
        git("add", "--all")
        git("commit", "--quiet", "--message", "more")
        return git("rev-parse", "HEAD")

    git("init", "--quiet", "--initial-branch=main")
    base = commit(SLOW, "def test(): pass\n")
    git("tag", "v1.0")
    head = commit(QUICK, "def test(): assert True\n")
    return Project(root.parent, base, head)
