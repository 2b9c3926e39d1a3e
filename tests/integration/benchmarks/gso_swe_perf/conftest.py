"""A small project with three expert changes, and rows of all three benchmarks made from its history.

    def test_something(wordbook):
        wordbook.files["gso"]                  # the rows as JSONL; `rows` holds them as objects
        wordbook.repositories                  # folder with the history, `example__wordbook`
        first = wordbook.tasks[0]              # what one expert commit did: hashes, diffs, ids
        first.patches["wrong"]                 # beside `expert`: patches that are `wrong`, `slower`, `broken`

`counted_wordbook` is the same with scripts and tests that report counted work in place of seconds: how often words were
compared or hashed, so that two evaluations give equal timings. Both are made once a session: they are only to be read.

By the clock the expert's code takes well under a millisecond: enough to tell it from the base, too little to ask on a
busy machine whether a patch is as fast as the expert. Scores are asserted of counted work, by the official protocols.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest

REPO = "example/wordbook"
DATE = "2024-05-01T12:00:00+00:00"
PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"

#: The texts of the project and of the scripts.
TEXTS: dict[str, Any] = tomllib.loads(Path(__file__).with_name("wordbook.toml").read_text("utf-8"))


@dataclass(frozen=True)
class Task:
    """What one expert commit did.

    Attributes:
        ids: benchmark -> instance id.
        patches: `expert` (without tests), `wrong` (fast, other results), `slower`, `broken` (no Python any more).
        test_patch: the expert's change to the tests.
    """

    name: str
    path: str
    function: str
    base: str
    expert: str
    ids: Mapping[str, str]
    patches: Mapping[str, str]
    test_patch: str


@dataclass(frozen=True)
class Wordbook:
    """The project and its rows; keys of `rows` and `files` are the benchmarks' names."""

    repositories: Path
    tasks: tuple[Task, ...]
    rows: Mapping[str, Sequence[Mapping[str, Any]]]
    files: Mapping[str, Path]


@pytest.fixture(scope="session")
def wordbook(tmp_path_factory: pytest.TempPathFactory) -> Wordbook:
    """Rows that are timed by the clock; every expert change is at least three times as fast."""
    return make_wordbook(tmp_path_factory.mktemp("wordbook"), counted=False)


@pytest.fixture(scope="session")
def counted_wordbook(tmp_path_factory: pytest.TempPathFactory) -> Wordbook:
    """Rows whose scripts, workloads and tests report the same times whenever they are run."""
    return make_wordbook(tmp_path_factory.mktemp("counted-wordbook"), counted=True)


@pytest.fixture
def bubblewrap_home(common: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One home for all tests that ask for it, whose environments are built once, and nothing of the caller's."""
    for name in [name for name in os.environ if name.startswith("PERFAGENT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PERFAGENT_HOME", str(common / "paired-home"))
    monkeypatch.setenv("PERFAGENT_SANDBOX", "bubblewrap")


def git(root: Path, *words: str) -> str:
    """Git with a fixed person and time, so that the same files give the same hashes."""
    who = {"NAME": "Example", "EMAIL": "example@example.org", "DATE": DATE}
    variables = {f"GIT_{role}_{name}": value for role in ("AUTHOR", "COMMITTER") for name, value in who.items()}
    command = ["git", "-c", "init.defaultBranch=main", "-C", str(root), *words]
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(root), **variables}
    return subprocess.run(command, check=True, capture_output=True, text=True, env=environment).stdout


def make_wordbook(folder: Path, *, counted: bool) -> Wordbook:
    root = folder / "repositories/example__wordbook"
    words = TEXTS["counted" if counted else "plain"]
    conftest = TEXTS["conftest"].format(words=words, make_words=TEXTS["make_words"])
    files = {"wordbook/__init__.py": "", "conftest.py": conftest + (TEXTS["counting_hook"] if counted else "")}
    for name, texts in TEXTS["modules"].items():
        files[f"wordbook/{name}.py"] = texts["head"] + texts["base"]
        files[f"tests/test_{name}.py"] = TEXTS["test"].format(name=name, **texts)
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    git(root, "init", "--quiet")
    commit(root, "Words are counted, ordered and found")
    tasks = tuple(make_task(root, number, name) for number, name in enumerate(TEXTS["modules"], 11))
    makers = {"gso": gso_row, "swe-perf": swe_perf_row, "swefficiency": swefficiency_row}
    rows = {benchmark: [make(task, counted) for task in tasks] for benchmark, make in makers.items()}
    paths = {benchmark: folder / f"{benchmark}.jsonl" for benchmark in rows}
    for benchmark, file in paths.items():
        file.write_text("".join(json.dumps(row) + "\n" for row in rows[benchmark]))
    return Wordbook(root.parent, tasks, rows, paths)


def commit(root: Path, message: str) -> str:
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message", message)
    return git(root, "rev-parse", "HEAD").strip()


def make_task(root: Path, number: int, name: str) -> Task:
    """Commit an expert's change, and keep it and others as diffs against what was there."""
    module, tests, texts = f"wordbook/{name}.py", f"tests/test_{name}.py", TEXTS["modules"][name]
    base = git(root, "rev-parse", "HEAD").strip()
    bodies = {kind: texts["head"] + texts[kind] for kind in ("wrong", "slower", "expert")}
    patches = {}
    for kind, text in {"broken": "def (:\n", **bodies}.items():
        (root / module).write_text(text)
        patches[kind] = git(root, "diff")
    with (root / tests).open("a") as file:
        file.write(TEXTS["added_test"].format(**texts))
    test_patch = git(root, "diff", "--", tests)
    expert = commit(root, f"{texts['function']} is faster (#{number})")
    ids = dict.fromkeys(("swe-perf", "swefficiency"), f"example__wordbook-{number}")
    ids["gso"] = f"example__wordbook-{expert[:7]}"
    return Task(name, module, texts["function"], base, expert, ids, patches, test_patch)


def filled(template: str, task: Task, counted: bool, **values: object) -> str:
    shared = {"name": task.name, "function": task.function, "call": TEXTS["modules"][task.name]["call"]}
    words = {"words": TEXTS["counted" if counted else "plain"], "make_words": TEXTS["make_words"]}
    return template.format(**shared, **words, **values)


def shared_fields(task: Task, benchmark: str) -> dict[str, Any]:
    """What all rows say, and how the project is set up where no image was published."""
    own = {"python": PYTHON, "pythonpath": ".", "test_cmd": "python -m pytest -q -rA -p no:cacheprovider tests"}
    return {"instance_id": task.ids[benchmark], "repo": REPO, "base_commit": task.base, **own}


def gso_row(task: Task, counted: bool) -> dict[str, Any]:
    fill = partial(filled, task=task, counted=counted)
    head, body = fill(TEXTS["script_head"]), partial(fill, TEXTS["script_body"])
    inputs = ({"count": 2000, "step": 7919}, {"count": 1500, "step": 104729})
    return {
        **shared_fields(task, "gso"),
        "base_commit": f"{task.expert}^",
        "opt_commit": task.expert,
        "api": f"wordbook.{task.name}.{task.function}",
        "prob_script": head + body(**inputs[0]),
        "tests": [head + TEXTS["script_template"] + body(**each) + TEXTS["script_main"] for each in inputs],
        "hints_text": f"{task.function} is faster",
        "gt_commit_message": f"{task.function} is faster",
        "gt_diff": task.patches["expert"] + task.test_patch,
        "setup_commands": [],
        "install_commands": ["python -m compileall -q wordbook"],
        "pip": ["pytest"],
        "created_at": DATE,
        "arch": "x86_64",
        "instance_image_tag": "latest",
    }


def swe_perf_row(task: Task, counted: bool) -> dict[str, Any]:
    test = f"tests/test_{task.name}.py::test_large"
    functions = {task.path: [task.function]}
    said = "Make at least one of these functions faster and keep what they return: {}. Leave the tests alone."
    return {
        **shared_fields(task, "swe-perf"),
        "head_commit": task.expert,
        "patch": task.patches["expert"],
        "test_patch": task.test_patch,
        "created_at": 1714564800000,
        "version": "1.0",
        "duration_changes": json.dumps([{test: {"base": 0.08, "head": 0.01}} for _ in range(20)]),
        "efficiency_test": [test],
        "patch_functions": json.dumps(functions),
        "test_functions": json.dumps(functions),
        "problem_statement_oracle": said.format(functions),
        "problem_statement_realistic": said.format(f"defaultdict(<class 'list'>, {functions})"),
        # The last x in steps of 0.001 below 1 - 0.01 / 0.08, as no two of the durations above differ.
        "human_performance": 0.874,
        "pip": ["pytest", "pytest-json-report"],
    }


def swefficiency_row(task: Task, counted: bool) -> dict[str, Any]:
    tests = f"tests/test_{task.name}.py"
    return {
        **shared_fields(task, "swefficiency"),
        "patch": task.patches["expert"],
        "test_patch": task.test_patch,
        "problem_statement": f"{task.function} is slow",
        "hints_text": "",
        "created_at": DATE,
        "version": "1.0",
        "environment_setup_commit": task.base,
        "FAIL_TO_PASS": [],
        "PASS_TO_PASS": [f"{tests}::test_large", f"{tests}::test_small"],
        "workload": filled(TEXTS["workload"], task, counted),
        "speedup": 0.0,
        "covering_tests": [f"/testbed/{tests}"],
        "single_thread_tests": [],
        "test_cmd": "python -m pytest -rA -p no:cacheprovider",
        "rebuild_cmd": "python -m compileall -q wordbook",
        "image_name": f"swefficiency-images:{task.ids['swefficiency']}",
        "pip_deps": ["pytest"],
    }
