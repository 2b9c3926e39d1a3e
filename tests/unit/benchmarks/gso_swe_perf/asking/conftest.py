"""Instances of the three benchmarks for a repository with one module."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from perfagent.benchmarks.gso_swe_perf.asking import Site
from perfagent.benchmarks.gso_swe_perf.datasets import GsoInstance, SwefficiencyInstance, SwePerfInstance

COMMON = {"instance_id": "example__words-1", "repo": "example/words", "base_commit": "abc"}
SCRIPT = "from pkg.words import unique\n\ndef workload():\n    unique('aba')\n"
FILES = {
    "pkg/words.py": "def unique(words): ...\n",
    "tests/test_words.py": "def test_unique():\n    unique('a')\n\n\ndef test_counted():\n    unique(count('a'))\n",
    "tests/test_more.py": "def test_more():\n    assert True\n",
}


@pytest.fixture
def instances() -> Any:
    """One instance of each benchmark, without the optional columns."""
    nodes = ["tests/test_words.py::test_unique[a b]", "tests/test_more.py::test_more"]
    functions = {"patch_functions": {"pkg/words.py": ["unique"]}, "test_functions": {"pkg/words.py": ["count"]}}
    return SimpleNamespace(
        gso=GsoInstance.model_validate(
            {**COMMON, "prob_script": SCRIPT, "tests": [f"{SCRIPT}# {n}\n" for n in range(5)]}
        ),
        swe_perf=SwePerfInstance.model_validate({**COMMON, "patch": "", "efficiency_test": nodes, **functions}),
        swefficiency=SwefficiencyInstance.model_validate(
            {**COMMON, "workload": SCRIPT, "covering_tests": [f"/testbed/tests/test_{n}.py" for n in ("words", "gone")]}
        ),
    )


@pytest.fixture
def make_tree(tmp_path: Path) -> Callable[[Mapping[str, str]], Path]:
    """Writes files below a folder; that folder."""

    def made(files: Mapping[str, str]) -> Path:
        for name, text in files.items():
            (tmp_path / "tree" / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / "tree" / name).write_text(text)
        return tmp_path / "tree"

    return made


@pytest.fixture
def site(make_tree: Callable[[Mapping[str, str]], Path]) -> Site:
    """The repository's files."""
    return Site(make_tree(FILES), tuple(FILES))
