"""Sets in SWE-Perf's form: what is in their rows and commits, and that their tests run."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from perfagent.benchmarks.gso_swe_perf.conversion import convert
from perfagent.benchmarks.gso_swe_perf.datasets import GsoInstance, SwefficiencyInstance, SwePerfInstance, load
from perfagent.benchmarks.gso_swe_perf.places import Repositories
from perfagent.benchmarks.gso_swe_perf.records import Outcome, SwePerfTimings, TestTime
from perfagent.tools.errors import DataError, RepositoryError
from perfagent.tools.repository import Git


def converted(project: Any, out: Path, *, gso: bool = True, swefficiency: bool = False) -> SwePerfInstance:
    """The one row of a set made of one row."""
    row = project.gso() if gso and not swefficiency else project.swefficiency()
    source = (SwefficiencyInstance if swefficiency else GsoInstance).model_validate(row)
    out.mkdir()
    (instance,) = load("swe-perf", str(convert([source], Repositories([str(project.histories)], out / "c"), out)))
    assert isinstance(instance, SwePerfInstance)
    return instance


def checkout(out: Path, tree: Path, branch: str) -> Path:
    Git(out).run("clone", "--quiet", "--branch", branch, "--", out / "repositories" / "own__words", tree)
    return tree


def pytest_in(tree: Path, *tests: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "-rA", "-q", "-p", "no:cacheprovider", *tests]
    environment = os.environ | {"PYTHONPATH": ".", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    return subprocess.run(command, cwd=tree, env=environment, capture_output=True, text=True, check=False)


def test_a_row(project: Any, tmp_path: Path) -> None:
    row = converted(project, tmp_path / "set")
    test = "efficiency_tests/test_efficiency.py::test_script"
    assert row.efficiency_test == (f"{test}[script_00]", f"{test}[script_01]")
    assert row.patch_functions == {"words.py": ("Words.tally", "Words.tally.times")}
    assert row.test_functions == {"words.py": ("Words.tally", "parse")}
    assert "found[word]" in row.patch
    assert "tests" not in row.patch
    assert '"Words.tally"' in row.problem_statement_oracle
    assert '"parse"' in row.problem_statement_realistic
    assert row.recipe.packages == ("six", "pytest", "pytest-json-report")


def test_the_commits_are_the_same_anywhere(project: Any, tmp_path: Path) -> None:
    rows = [converted(project, tmp_path / name) for name in ("one", "other")]
    assert rows[0] == rows[1]


def test_the_commits_stand_on_the_history(project: Any, tmp_path: Path) -> None:
    row = converted(project, tmp_path / "set")
    git = Git(tmp_path / "set" / "repositories" / "own__words")
    heads = git.run("for-each-ref", "--format=%(refname:short) %(objectname)").text.splitlines()
    tag = project.git.run("rev-parse", "v1.0").text
    named = [f"own__words-1/base {row.base_commit}", f"own__words-1/expert {row.head_commit}", f"v1.0 {tag}"]
    assert heads == named
    assert git.run("rev-parse", f"{row.head_commit}~2").text == project.base
    told = git.run("diff", "--name-only", row.base_commit, row.head_commit).text
    assert told == "words.py"


@pytest.mark.parametrize("swefficiency", [False, True])
@pytest.mark.parametrize("side", ["base", "expert"])
def test_the_tests_run(project: Any, tmp_path: Path, swefficiency: bool, side: str) -> None:
    row = converted(project, tmp_path / "set", swefficiency=swefficiency)
    tree = checkout(tmp_path / "set", tmp_path / "tree", f"{row.instance_id}/{side}")
    done = pytest_in(tree, *row.efficiency_test)
    assert done.returncode == 0, done.stdout
    assert all(f"PASSED {name}" in done.stdout for name in row.efficiency_test)


def test_a_wrong_result_fails(project: Any, tmp_path: Path) -> None:
    row = converted(project, tmp_path / "set")
    tree = checkout(tmp_path / "set", tmp_path / "tree", f"{row.instance_id}/base")
    source = (tree / "words.py").read_text().replace("text.split()", "text.split()[len(SEEN) :]")
    (tree / "words.py").write_text(
        "SEEN = []\n" + source.replace("    return Words", "    SEEN.append(1)\n    return Words")
    )
    assert pytest_in(tree, row.efficiency_test[0]).returncode == 1


def test_short_workloads_are_repeated(project: Any, tmp_path: Path) -> None:
    row = converted(project, tmp_path / "set", swefficiency=True)
    tree = checkout(tmp_path / "set", tmp_path / "tree", f"{row.instance_id}/base")
    assert json.loads((tree / "efficiency_tests" / "rounds.json").read_text()) == 3


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"opt_commit": None}, "has no expert's change"),
        ({"python": None}, "brings no environment: give its row python, pip and pythonpath"),
        ({"base_commit": "0" * 40}, "has no commit"),
        ({"repo": "own/others"}, "own/others"),
    ],
)
def test_what_cannot_be_converted(project: Any, tmp_path: Path, columns: dict[str, Any], said: str) -> None:
    source = GsoInstance.model_validate(project.gso() | columns)
    histories = Repositories([str(project.histories), "file:///nowhere"], tmp_path / "cache")
    with pytest.raises((DataError, RepositoryError), match=said):
        convert([source], histories, tmp_path)
    assert not (tmp_path / "swe_perf.jsonl").exists()


def test_measured_times_become_the_published_ones(project: Any, tmp_path: Path) -> None:
    base, head = ([{"a": TestTime(outcome="passed", seconds=s + n / 100)} for n in range(20)] for s in (2.0, 1.0))
    facts: dict[str, Any] = {"benchmark": "swe-perf", "instance_id": "own__words-1", "protocol": "official"}
    times = SwePerfTimings(base=tuple(base), patch=tuple(head))
    outcomes = [Outcome(**facts, subject=name, status="graded", swe_perf=times) for name in ("gold", "model")]
    failed = Outcome(**facts | {"instance_id": "own__words-2"}, subject="gold", status="tests_failed")
    rows = [GsoInstance.model_validate(project.gso() | {"instance_id": f"own__words-{n}"}) for n in (1, 2)]
    histories = Repositories([str(project.histories)], tmp_path / "cache")
    one, other = load("swe-perf", str(convert(rows, histories, tmp_path, [*outcomes, failed])))
    assert isinstance(one, SwePerfInstance) and isinstance(other, SwePerfInstance)
    assert len(one.duration_changes) == 20
    assert one.duration_changes[1] == {"a": {"base": 2.01, "head": 1.01}}
    assert 0.4 < one.human_performance < 0.5
    assert (other.duration_changes, other.human_performance) == ((), 0.0)
