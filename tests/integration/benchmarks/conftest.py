"""A project of one module whose function an expert made faster, and its environment built once for all tests."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from perfagent.benchmarks.gso_swe_perf.datasets.gso import GsoInstance
from perfagent.benchmarks.gso_swe_perf.places import Place, Repositories, place_of
from perfagent.tools.environment.images import environment_images, remove_image

SLOW = "def total(n):\n    found = 0\n    for i in range(n):\n        found += i\n    return found\n"
FAST = "def total(n):\n    return n * (n - 1) // 2\n"
#: A test in GSO's form.
SCRIPT = """\
'''How long a sum takes.'''
import argparse, json, time

import tiny


def run_test(eqcheck, reference, prefix):
    began = time.perf_counter()
    result = tiny.total(NUMBER)
    seconds = time.perf_counter() - began
    if reference:
        with open(prefix + "_result.json", "w") as file:
            json.dump(result, file)
    if eqcheck:
        with open(prefix + "_result.json") as file:
            assert json.load(file) == result, "another sum"
    return seconds


parser = argparse.ArgumentParser()
parser.add_argument("output_file")
parser.add_argument("--eqcheck", action="store_true")
parser.add_argument("--reference", action="store_true")
parser.add_argument("--file_prefix", default="")
told = parser.parse_args()
seconds = run_test(told.eqcheck, told.reference, told.file_prefix)
with open(told.output_file, "a") as file:
    file.write("Execution time: %.6fs\\n" % seconds)
"""


@dataclass(frozen=True)
class Tiny:
    """The project: its history, the hash of the expert's commit, and a folder to keep things for it."""

    history: Path
    expert: str
    repositories: Repositories

    def instance(self, **changes: object) -> GsoInstance:
        """The expert's commit as a task with an environment of our own."""
        row = {
            "instance_id": "acme__tiny-1",
            "repo": "acme/tiny",
            "base_commit": f"{self.expert}^",
            "opt_commit": self.expert,
            "prob_script": SCRIPT,
            "tests": [SCRIPT.replace("NUMBER", "1000"), SCRIPT.replace("NUMBER", "2000")],
            "install_commands": ["python -c 'import tiny'"],
            "python": "3.11",
            "pythonpath": ".",
        }
        return GsoInstance.model_validate({**row, **changes})

    def patch(self, code: str, path: str = "tiny.py") -> str:
        """A diff that gives the module another text."""
        (self.history / path).write_text(code)
        git(self.history, "add", "-A")
        diff = git(self.history, "diff", "--cached", "HEAD^") + "\n"
        git(self.history, "reset", "-q", "--hard")
        return diff


def git(folder: Path, *words: str) -> str:
    who = ("-c", "user.name=t", "-c", "user.email=t@example.org")
    return subprocess.run(
        ["git", "-C", folder, *who, *words], check=True, capture_output=True, text=True
    ).stdout.strip()


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tiny]:
    root = tmp_path_factory.mktemp("tiny")
    history = root / "sources" / "acme__tiny"
    history.mkdir(parents=True)
    git(history, "init", "-q")
    for code in (SLOW, FAST):
        (history / "tiny.py").write_text(code)
        git(history, "add", "-A")
        git(history, "commit", "-qm", "change")
    made = Tiny(history, git(history, "rev-parse", "HEAD"), Repositories([str(root / "sources")], root / "cache"))
    yield made
    for image in reversed(environment_images()):  # what others stand on cannot go before them
        if image.cache is not None and image.cache.is_relative_to(root.resolve()):
            remove_image(image)


@pytest.fixture(scope="session")
def tiny_place(tiny: Tiny) -> Place:
    return place_of(tiny.instance(), tiny.repositories)
