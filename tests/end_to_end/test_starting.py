"""`perfagent init`: what it sees, what it writes and when, and a first benchmark from the calls of unit tests."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import pytest

LOCAL = ("--sandbox", "local")
TEST = """\
from textkit.words import positions, unique

WORDS = [f"word{number}" for number in range(500)]


def test_unique():
    assert unique(WORDS) == WORDS


def test_positions():
    assert positions(["b", "a", "b"]) == {"b": 0, "a": 1}
"""
WORKLOAD = "def workload():\n    return 1\n"


@pytest.fixture
def bare(repository: Path, kit: Any) -> Path:
    """The repository without its benchmarks."""
    kit.git(repository, "rm", "-rq", "benchmarks")
    kit.git(repository, "commit", "-qm", "none")
    return repository


@pytest.fixture
def guessed(bare: Path, kit: Any) -> Path:
    """A repository whose one benchmark is a guess, with a pyproject.toml that can take its name."""
    (bare / "bench_it.py").write_text("print(sum(range(1000)))\n")
    (bare / "pyproject.toml").write_text("# mine\n")
    kit.git(bare, "add", "-A")
    kit.git(bare, "commit", "-qm", "guess")
    return bare


def test_a_first_benchmark_is_made_of_the_tests_own_calls(bare: Path, perfagent: Any, kit: Any) -> None:
    (bare / "tests/test_textkit.py").write_text(TEST)
    kit.git(bare, "commit", "-qam", "tests")
    seen = perfagent("init", bare, "--benchmark", "--yes", "--json", *LOCAL).json
    (first,) = seen["benchmarks"]
    assert (first["path"], first["target"]) == ("benchmarks/bench_unique.py", "textkit/words.py:unique")
    assert first["share"] > 0.5
    assert first["seconds"] > 0.01
    assert [(each["path"], each["written"]) for each in seen["changes"]] == [("benchmarks/bench_unique.py", True)]
    _, _, rest = (bare / "benchmarks/bench_unique.py").read_text().partition("CALLS = ")
    calls = ast.literal_eval(rest.partition("\n\n")[0])
    assert calls == [([f"word{number}" for number in range(500)],), (["b", "a", "b"],)]
    kit.git(bare, "add", "benchmarks/bench_unique.py")
    kit.git(bare, "commit", "-qm", "first")
    spots = perfagent("hotspots", bare, "--json", *LOCAL).json
    assert (spots[0]["qualname"], spots[0]["benchmarks"]) == ("unique", ["bench_unique"])


def test_no_call_that_can_be_made_again_is_refused(bare: Path, perfagent: Any, kit: Any) -> None:
    (bare / "tests/test_textkit.py").write_text("def test_nothing():\n    sum(range(10))\n")
    kit.git(bare, "commit", "-qam", "no calls")
    done = perfagent("init", bare, "--benchmark", *LOCAL, status=1)
    assert "no first benchmark can be made: the unit tests (1) spend no time in the repository's own" in done.said
    assert kit.git(bare, "status", "--porcelain") == ""


def test_examples_are_watched_where_the_tests_run_nothing_of_the_code(bare: Path, perfagent: Any, kit: Any) -> None:
    (bare / "tests/test_textkit.py").write_text("def test_nothing():\n    sum(range(10))\n")
    example = ">>> from textkit.words import unique\n>>> len(unique([f'word{n}' for n in range(500)]))\n500\n"
    (bare / "README.txt").write_text(example)
    kit.git(bare, "add", "README.txt")
    kit.git(bare, "commit", "-qam", "an example")
    (first,) = perfagent("init", bare, "--benchmark", "--json", *LOCAL).json["benchmarks"]
    assert first["target"] == "textkit/words.py:unique"


def test_tests_that_are_all_skipped_are_none(bare: Path, perfagent: Any, kit: Any) -> None:
    skipped = "import pytest\n\n\n@pytest.mark.skip\ndef test_online():\n    assert False\n"
    (bare / "tests/test_textkit.py").write_text(skipped)
    (bare / "bench_it.py").write_text(WORKLOAD)
    kit.git(bare, "add", "-A")
    kit.git(bare, "commit", "-qm", "all skipped")
    facts = perfagent("init", bare, "--check", "--json", *LOCAL)
    assert "unit tests: there are none that run" in facts.err
    named = perfagent("init", bare, "--check", *LOCAL, "--test", "python -m pytest", status=1)
    assert "none of the unit tests (1) passes at the baseline" in named.said


def test_nothing_is_written_unasked(guessed: Path, perfagent: Any, kit: Any) -> None:
    for flags in ((), ("--dry-run", "--yes"), ("--json",)):
        out = perfagent("init", guessed, *flags, *LOCAL).out
        assert "workload = [" in out
        assert kit.git(guessed, "status", "--porcelain") == ""


def test_settings_are_written_when_that_is_said(guessed: Path, perfagent: Any, kit: Any) -> None:
    done = perfagent("init", guessed, "--yes", *LOCAL)
    assert (guessed / "pyproject.toml").read_text() == (
        '# mine\n\n[tool.perfagent]\nworkload = ["script:bench_it.py"]\n'
    )
    assert f"git -C {guessed} add pyproject.toml" in done.out
    kit.git(guessed, "commit", "-qam", "settings")
    again = perfagent("init", guessed, "--json", *LOCAL).json
    assert (again["changes"], again["workloads"]) == ([], ["script:bench_it.py"])
    assert again["next"] == [f"nothing needs to be written: `perfagent run {guessed}` finds all this by itself"]


def test_what_was_looked_at_can_be_tried(bare: Path, perfagent: Any, kit: Any) -> None:
    (bare / "bench.py").write_text(WORKLOAD)
    kit.git(bare, "add", "bench.py")
    kit.git(bare, "commit", "-qm", "bench")
    facts = perfagent("init", bare, "--check", "--json", *LOCAL).json["detected"]
    tried = [fact["value"] for fact in facts if fact["name"] == "tried"]
    assert any(value.startswith("unit tests: 4 pass stably") for value in tried)
    assert tried[-1] == "bench"


def test_a_folder_that_is_no_repository_is_refused(perfagent: Any, tmp_path: Path) -> None:
    (tmp_path / "plain").mkdir()
    assert "is not the root of a git repository" in perfagent("init", tmp_path / "plain", status=1).said
