"""A finished run on a clone of the forge's repository, made without measuring anything."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from loopback_forge import FakeClock
from loopback_github import FakeGitHub
from perfagent.agent.publishing import Published, Wishes, publish
from perfagent.tools.forge import Access, Forge, GitHub
from perfagent.tools.report import BenchmarkFigure, Check, PatchReport, Result, TestCounts
from perfagent.tools.repository import Target, open_target

WORDS = '''\
"""Lists of words."""


def unique(words):
    out = []
    for word in words:
        if word not in out:
            out.append(word)
    return out


def longest(words):
    best = ""
    for word in words:
        if len(word) > len(best):
            best = word
    return best


def tally(words):
    return {word: words.count(word) for word in words}
'''
#: Title, speedup, and what is replaced by what: two patches that stand alone, and one that stands on the first.
STEPS = (
    ("Keep seen words in a dict", 1.5,
     WORDS[WORDS.index("    out = []") : WORDS.index("\n\ndef longest")],
     "    return [word for word in dict.fromkeys(words)]\n"),
    ("Count once", 3.0, "{word: words.count(word) for word in words}", "dict(Counter(words))"),
    ("Let list take the keys", 1.1, "[word for word in dict.fromkeys(words)]", "list(dict.fromkeys(words))"),
)  # fmt: skip

Publish = Callable[..., dict[str, Published]]


def git(folder: Path, *words: str) -> str:
    command = ["git", "-C", str(folder), "-c", "user.name=Ada", "-c", "user.email=ada@example.org", *words]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


@pytest.fixture(name="git")
def git_command() -> Callable[..., str]:
    """Git in a folder, by Ada."""
    return git


@dataclass
class FinishedRun:
    """A run's folder, and the repository it ran on."""

    folder: Path
    root: Path
    target: Target
    result: Result

    def verified(self, patch: str, base: str, verdict: str = "faster", speedup: float = 1.3) -> None:
        """A verification of a patch on another base that ended before."""
        place = self.folder / "pull" / f"verify-{patch}-{base[:12]}"
        place.mkdir(parents=True)
        asked = {"command": "verify", "repository": "file:///base", "settings": {}, "arguments": {}, "started": 2.0e9}
        (place / "run.json").write_text(json.dumps(asked))
        changes = {"command": "verify", "verdict": verdict, "speedup": speedup, "interval": (1.2, 1.4), "patches": ()}
        found = self.result.model_copy(update={**changes, "detail": "bench: 1.00×", "baseline": base})
        (place / "result.json").write_text(found.to_json())


@pytest.fixture
def main_moves(github: FakeGitHub, tmp_path: Path) -> Callable[[str, str], str]:
    """Somebody pushes a file to a branch of the forge; hands back the commit."""

    def move(name: str, text: str, branch: str = "main") -> str:
        work = tmp_path / f"work-{len(list(tmp_path.glob('work-*')))}"
        git(tmp_path, "clone", "--quiet", "--branch", branch, str(github.bare), str(work))
        (work / name).write_text(text)
        git(work, "add", "--all")
        git(work, "commit", "--quiet", "--message", f"{name} by hand")
        git(work, "push", "--quiet", "origin", branch)
        return git(work, "rev-parse", "HEAD")

    return move


@pytest.fixture
def run(github: FakeGitHub, tmp_path: Path, main_moves: Callable[[str, str], str]) -> FinishedRun:
    """Three accepted patches, each on top of the one before."""
    main_moves("words.py", WORDS)
    root = tmp_path / "user"
    git(tmp_path, "clone", "--quiet", str(github.bare), str(root))
    git(root, "remote", "set-url", "origin", github.clone_url)
    return make_run(root, tmp_path / "20260501-142233-3fa9")


def make_run(root: Path, folder: Path) -> FinishedRun:
    """A finished run at a repository's commit."""
    target = open_target(str(root), folder)
    text, parent, patches = (root / "words.py").read_text(), target.head, []
    for number, (title, speedup, old, new) in enumerate(STEPS, 1):
        tree = target.checkout(parent, folder / "trees" / str(number))
        text = text.replace(old, new)
        (tree / "words.py").write_text(text)
        commit = target.commit_patch(parent, tree, title)
        patches.append(_report(f"{number:03d}", title, speedup, target.diff(parent, commit), commit))
        parent = commit
    result = Result(
        command="run", run_id=folder.name, run_dir=str(folder), repository=str(root), status="completed",
        verdict="faster", speedup=5.0, interval=(4.9, 5.1), metric="cpu", pairs=20, baseline=target.head, head=parent,
        benchmarks=patches[0].benchmarks, patches=tuple(patches), python="3.11.7", sandbox="docker", version="0.1.0",
    )  # fmt: skip
    (folder / "result.json").write_text(result.to_json())
    settings = {"workload": ["script:bench.py"], "seed": 0, "sandbox": "auto", "no_model": True}
    asked = {"command": "run", "repository": str(root), "settings": settings, "arguments": {}, "head": target.head}
    (folder / "run.json").write_text(json.dumps({**asked, "started": 1.8e9}))
    return FinishedRun(folder, root, target, result)


def _report(name: str, title: str, speedup: float, diff: str, commit: str) -> PatchReport:
    interval = (speedup - 0.05, speedup + 0.05)
    figure = BenchmarkFigure(
        id="bench", speedup=speedup, interval=interval, verdict="faster", pairs=20, metric="cpu", baseline_s=0.01,
        candidate_s=0.01 / speedup,
    )  # fmt: skip
    return PatchReport(
        id=name, idea=title, origin="model", diff=diff, speedup=speedup, interval=interval, hunks=1, commit=commit,
        pairs=20, metric="cpu", rationale="Fewer steps do.", mechanism=f"kind-{name}", benchmarks=(figure,),
        tests=TestCounts(passed=12), checks=(Check(name="guard", ok=True, detail="only sources are changed"),),
    )  # fmt: skip


@pytest.fixture
def forge(github: FakeGitHub, clock: FakeClock) -> GitHub:
    return GitHub(Access(github.full_name, github.url, github.token, github.clone_url), clock)


@pytest.fixture
def proposed(run: FinishedRun, forge: GitHub) -> Publish:
    """Publishes the run, to another forge where one is given; what became of each patch by its id."""

    def call(to: Forge | None = None, **wishes: object) -> dict[str, Published]:
        found = publish(run.folder, to or forge, Wishes(**wishes))  # type: ignore[arg-type]
        return {one.patch: one for one in found}

    return call
