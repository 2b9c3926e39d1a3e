"""Repositories without any Python: built for each side, tested by a command, judged by what a command prints."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"
MAKE = ("--build", "make", "--test", "make test", "--workload", "command:make -s bench", "--json")
NODE = ("--test", "node --test test/", "--workload", "command:node benchmarks/parse.js", "--json")
RUST = (
    "--build", "cargo build --release --offline", "--test", "cargo test --release --offline",
    "--workload", "command:target/release/anagrams", "--json",
)  # fmt: skip


@pytest.fixture
def example(tmp_path: Path, kit: Any) -> Any:
    """Makes a repository of one of the examples."""

    def make(name: str) -> Path:
        root = tmp_path / name
        shutil.copytree(EXAMPLES / name, root, ignore=shutil.ignore_patterns("build", "target"))
        kit.git(root, "init", "-q")
        kit.git(root, "add", "-A")
        kit.git(root, "commit", "-qm", "start")
        return root

    return make


@pytest.mark.docker
def test_an_optimization_in_c_is_judged_faster_in_docker(perfagent: Any, example: Any) -> None:
    root = example("wordcount")
    seen = perfagent("verify", root, "--patch", root / "faster.diff", "--sandbox", "docker", *MAKE).json
    assert seen["verdict"] == "faster", seen["detail"]
    assert seen["interval"][0] > 2 and seen["tests"]["passed"] == 1
    assert [check["detail"] for check in seen["checks"][1:3]] == [
        "the diff applies and builds",
        "the benchmark yields what it did",
    ]


@pytest.mark.bubblewrap
@pytest.mark.parametrize(
    ("old", "new", "verdict", "told"),
    [
        ("size_t end = strlen(text)", "size_t end = strlen(txt)", "build_failed", "src/wordcount.c:62"),
        ("size_t end = strlen(text)", "size_t end = strlen(text) - 9", "not_equivalent", "make -s bench"),
        ("i <= end", "i < end", "tests_failed", "command"),
    ],
    ids=["a compile error", "another output", "a failing test"],
)
def test_a_wrong_patch_in_c(perfagent: Any, example: Any, old: str, new: str, verdict: str, told: str) -> None:
    root = example("wordcount")
    patch = (root / "faster.diff").read_text().replace(old, new)
    flags = ("--sandbox", "bubblewrap", "--metric", "memory", *MAKE)
    seen = perfagent("verify", root, "--patch", "-", *flags, stdin=patch).json
    assert (seen["verdict"], seen["pairs"]) == (verdict, 0)
    assert told in seen["detail"] and "***" not in seen["detail"]


@pytest.mark.bubblewrap
def test_nothing_of_python_is_installed_where_there_is_none(perfagent: Any, example: Any, tmp_path: Path) -> None:
    root, home = example("wordcount"), tmp_path / "own"
    flags = ("--sandbox", "bubblewrap", "--build", "make", "--workload", "command:make -s bench", "--json")
    patch = (root / "faster.diff").read_text().replace("size_t end = strlen(text)", "size_t end = strlen(text) - 9")
    done = perfagent("verify", root, "--patch", "-", *flags, stdin=patch, PERFAGENT_HOME=str(home))
    assert done.json["verdict"] == "not_equivalent" and "unit tests: there are none" in done.err
    (libraries,) = (home / "cache" / "environments").glob("*/lib/python*/site-packages")
    assert not list(libraries.glob("*pytest*"))


@pytest.mark.bubblewrap
def test_a_run_without_a_model_says_why_it_finds_nothing(perfagent: Any, example: Any) -> None:
    flags = ("--sandbox", "bubblewrap", "--metric", "memory", "--no-model", *MAKE)
    done = perfagent("run", example("wordcount"), *flags)
    assert (done.json["status"], done.json["verdict"], done.json["patches"]) == ("completed", "not_faster", [])
    assert "a command cannot be profiled" in done.err and "Traceback" not in done.err


@pytest.mark.bubblewrap
@pytest.mark.skipif(shutil.which("node") is None, reason="Node is not on this machine")
def test_an_optimization_in_javascript(perfagent: Any, example: Any) -> None:
    root = example("csvstat")
    seen = perfagent("verify", root, "--patch", root / "faster.diff", "--sandbox", "bubblewrap", *NODE).json
    assert seen["verdict"] == "faster", seen["detail"]
    assert seen["interval"][0] > 1.5 and seen["tests"]["passed"] == 1


@pytest.mark.bubblewrap
@pytest.mark.skipif(not Path("/usr/bin/cargo").exists(), reason="Rust's tools are not installed on this machine")
def test_an_optimization_in_rust(perfagent: Any, example: Any) -> None:
    root = example("anagrams")
    seen = perfagent("verify", root, "--patch", root / "faster.diff", "--sandbox", "bubblewrap", *RUST).json
    assert seen["verdict"] == "faster", seen["detail"]
    assert seen["interval"][0] > 2 and seen["tests"]["passed"] == 1
    assert seen["checks"][1]["detail"] == "the diff applies and builds"
