"""The rows of the small project are what the other tests take them for."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from perfagent.benchmarks.gso_swe_perf.official.isolation import isolate

PYTEST = (sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider")


def run(tree: Path, *words: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    quick = {"PYTHONDONTWRITEBYTECODE": "1", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    environment = {**os.environ, **quick, "PYTHONPATH": str(tree)}
    return subprocess.run(words, cwd=tree, input=stdin, capture_output=True, text=True, env=environment, check=False)


@pytest.fixture(params=["wordbook", "counted_wordbook"])
def book(request: pytest.FixtureRequest) -> Any:
    return request.getfixturevalue(request.param)


def trees(book: Any, tmp_path: Path) -> Iterator[tuple[Any, Path]]:
    """Every task with a checkout of its base."""
    for task in book.tasks:
        tree = tmp_path / task.name
        run(tmp_path, "git", "clone", "--quiet", str(book.repositories / "example__wordbook"), str(tree))
        run(tree, "git", "checkout", "--quiet", task.base)
        yield task, tree


def patched(tree: Path, patch: str) -> None:
    run(tree, "git", "checkout", "--quiet", "--force", ".")
    assert run(tree, "git", "apply", "-", stdin=patch).returncode == 0


def script_seconds(tree: Path, script: str, *flags: str) -> float:
    """What a script in GSO's interface says its experiment took; infinite where it failed on another result."""
    (tree / "script.py").write_text(script)
    (tree / "out.txt").write_text("")
    done = run(tree, sys.executable, "script.py", "out.txt", *flags, "--file_prefix", "gso")
    if done.returncode:
        assert "the result differs from the reference" in done.stderr, done.stderr
        return float("inf")
    return float((tree / "out.txt").read_text().removeprefix("Execution time: ").rstrip("s\n"))


def printed_mean(tree: Path, workload: str) -> float:
    return float(run(tree, sys.executable, "-c", workload).stdout.split()[1])


def test_scripts_take_the_experts_result_and_refuse_the_wrong_one(book: Any, tmp_path: Path) -> None:
    for (task, tree), row in zip(trees(book, tmp_path), book.rows["gso"], strict=True):
        for script in row["tests"]:
            patched(tree, task.patches["slower"])
            assert script_seconds(tree, script, "--reference") > 0
            patched(tree, task.patches["expert"])
            assert 0 < script_seconds(tree, script, "--eqcheck") < float("inf")
            patched(tree, task.patches["wrong"])
            assert script_seconds(tree, script, "--eqcheck") == float("inf")


def test_experts_do_a_third_of_the_work_at_most(counted_wordbook: Any, tmp_path: Path) -> None:
    scripts, workloads = (counted_wordbook.rows[name] for name in ("gso", "swefficiency"))
    for (task, tree), gso, swefficiency in zip(trees(counted_wordbook, tmp_path), scripts, workloads, strict=True):
        times = {}
        for kind in ("slower", "expert"):
            patched(tree, task.patches[kind])
            means = [script_seconds(tree, script) for script in gso["tests"]]
            times[kind] = [*means, printed_mean(tree, swefficiency["workload"])]
        run(tree, "git", "checkout", "--quiet", "--force", ".")
        times["base"] = [script_seconds(tree, gso["tests"][0])]
        assert times["slower"][0] > times["base"][0] > 3 * times["expert"][0]
        assert all(slow > 3 * fast for slow, fast in zip(times["slower"], times["expert"], strict=True))


@pytest.mark.parametrize(("kind", "status"), [("expert", 0), ("slower", 0), ("wrong", 1), ("broken", 2)])
def test_unit_tests_fail_with_the_wrong_patch_alone(wordbook: Any, tmp_path: Path, kind: str, status: int) -> None:
    for task, tree in trees(wordbook, tmp_path):
        patched(tree, task.patches[kind])
        assert run(tree, *PYTEST, f"tests/test_{task.name}.py").returncode == status


def test_counted_times_are_the_same_again(counted_wordbook: Any, tmp_path: Path) -> None:
    (row, *_), (_, tree) = counted_wordbook.rows["gso"], next(trees(counted_wordbook, tmp_path))
    first = script_seconds(tree, row["tests"][0])
    assert first > 0
    assert script_seconds(tree, row["tests"][0]) == first
    report = run(tree, *PYTEST, "--durations=0", "-vv", "tests/test_counting.py").stdout
    calls = [line for line in report.splitlines() if "call" in line and "test_large" in line]
    # 180,502 comparisons find the 401 different words of 1000, and 400,599 count them.
    assert [call.split()[0] for call in calls] == ["5.81s"]


def test_counted_workloads_print_the_same_when_each_sample_is_forked(counted_wordbook: Any, tmp_path: Path) -> None:
    (row, *_), (_, tree) = counted_wordbook.rows["swefficiency"], next(trees(counted_wordbook, tmp_path))
    assert printed_mean(tree, row["workload"]) == printed_mean(tree, isolate(row["workload"])) == pytest.approx(5.81101)


def test_the_script_that_is_shown_has_neither_template_nor_main(wordbook: Any) -> None:
    for row in wordbook.rows["gso"]:
        assert "def run_test" in row["prob_script"]
        assert "timeit.template" not in row["prob_script"]
        assert "__main__" not in row["prob_script"]
