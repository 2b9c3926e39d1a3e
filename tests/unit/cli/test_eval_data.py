"""`perfagent eval BENCHMARK list|show` as it is called, and what of it is imported."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from perfagent.benchmarks.gso_swe_perf.records import BENCHMARKS
from perfagent.cli.evaluate import ONLY, TITLES, VERBS
from perfagent.cli.main import application
from perfagent.tools.errors import UsageError

GSO: dict[str, Any] = {
    "instance_id": "own__words-0a1b2c3", "repo": "own/words", "base_commit": "0a1b2c3f^", "opt_commit": "0a1b2c3f",
    "api": "words.count", "prob_script": "print('shown')", "tests": ["print('shown')", "print('hidden')"],
    "gt_diff": "diff --git a/w.py b/w.py\n--- a/w.py\n+++ b/w.py\n@@ -1 +1 @@\n-slow\n+quick\n",
    "gt_commit_message": "Quicker words", "python": "3.12", "pip": ["pytest"], "pythonpath": ".",
}  # fmt: skip
SWE_PERF: dict[str, Any] = {
    "instance_id": "own__words-7", "repo": "own/words", "base_commit": "0" * 40, "head_commit": "1" * 40,
    "patch": GSO["gt_diff"], "efficiency_test": ["t.py::hidden"], "patch_functions": '{"w.py": ["count", "total"]}',
}  # fmt: skip
SWEFFICIENCY: dict[str, Any] = {
    "instance_id": "own__words-8", "repo": "own/words", "base_commit": "0" * 40, "patch": GSO["gt_diff"],
    "workload": "print('shown')", "covering_tests": ["hidden.py"], "speedup": 2.5, "version": "1.1",
}  # fmt: skip
ROWS = {"gso": GSO, "swe-perf": SWE_PERF, "swefficiency": SWEFFICIENCY}


@pytest.fixture
def rows(tmp_path: Path) -> Path:
    for name, row in ROWS.items():
        others = [row, row | {"instance_id": "else__where-9", "repo": "else/where"}]
        (tmp_path / f"{name}.jsonl").write_text("\n".join(map(json.dumps, others)))
    return tmp_path


def call(capsys: pytest.CaptureFixture[str], rows: Path, *words: str) -> str:
    arguments = ["eval", *words, "--dataset", str(rows / f"{words[0]}.jsonl")]
    application(arguments)(arguments, prog_name="perfagent", standalone_mode=False)
    return capsys.readouterr().out


def test_the_groups_are_the_benchmarks() -> None:
    assert tuple(TITLES) == BENCHMARKS
    assert {name for names in ONLY.values() for name in names} <= set(BENCHMARKS)
    assert set(ONLY) <= set(VERBS)


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("gso", "own__words-0a1b2c3  own/words   3.12    2      words.count"),
        ("swe-perf", "own__words-7   own/words                    1      2"),
        ("swefficiency", "own__words-8   own/words           1.1      1           2.5"),
    ],
)
def test_the_list(capsys: pytest.CaptureFixture[str], rows: Path, name: str, line: str) -> None:
    head, first, *_, last = call(capsys, rows, name, "list").splitlines()
    assert head.startswith("instance_id")
    assert (first, last) == (line, "2 instances")
    (entry,) = json.loads(call(capsys, rows, name, "list", "--repo", "Words", "--json"))
    assert entry["instance_id"] == ROWS[name]["instance_id"]


@pytest.mark.parametrize("name", ROWS)
def test_hidden_tests_and_the_experts_change_are_told_on_demand(
    capsys: pytest.CaptureFixture[str], rows: Path, name: str
) -> None:
    plain = call(capsys, rows, name, "show", "own")
    hidden = call(capsys, rows, name, "show", "own", "--hidden")
    expert = call(capsys, rows, name, "show", "own", "--expert")
    assert ("hidden" in plain, "hidden" in hidden, "hidden" in expert) == (False, True, False)
    assert ("quick" in plain, "quick" in hidden, "quick" in expert) == (False, False, True)
    assert ("0a1b2c3f" in plain, "1" * 40 in plain) == (False, False)


def test_show_as_json(capsys: pytest.CaptureFixture[str], rows: Path) -> None:
    facts = json.loads(call(capsys, rows, "gso", "show", "own__words-0a1b2c3", "--json"))
    assert (facts["base_commit"], facts["tests"], facts["packages"]) == ("the expert's commit^", 2, ["pytest"])
    assert not {"test_scripts", "expert_patch", "expert_commit"} & set(facts)


@pytest.mark.parametrize(("wanted", "said"), [("x", "there is no instance 'x'"), ("", "2 instances begin with ''")])
def test_an_id_that_names_none_or_several(
    capsys: pytest.CaptureFixture[str], rows: Path, wanted: str, said: str
) -> None:
    with pytest.raises(UsageError, match=said):
        call(capsys, rows, "gso", "show", wanted)


@pytest.mark.parametrize("words", ["--help", "eval --help", "eval gso --help", "eval gso list --help"])
def test_help_imports_nothing_heavy(words: str) -> None:
    code = (
        "import sys\nfrom perfagent.cli.main import application\n"
        "try: application(sys.argv[1:])(sys.argv[1:])\nexcept SystemExit: pass\n"
        "heavy = {'litellm', 'docker', 'git', 'pydantic', 'pyarrow', 'huggingface_hub', 'distributed', 'numpy'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code, *words.split()], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize(
    ("words", "line"),
    [
        ("eval", "missing command: `perfagent eval --help` tells the usage"),
        ("eval xyz", "no such command 'xyz': `perfagent eval --help` tells the usage"),
        ("eval gso", "missing command: `perfagent eval gso --help` tells the usage"),
        ("eval gso xyz", "no such command 'xyz': `perfagent eval gso --help` tells the usage"),
        ("eval gso show", "missing argument 'ID': `perfagent eval gso show --help` tells the usage"),
        (
            "eval gso list --dataset x.jsonl",
            "there is no file x.jsonl: give a .jsonl, .json or .parquet file, or an id",
        ),
    ],
)
def test_wrong_usage_is_one_line(tmp_path: Path, words: str, line: str) -> None:
    command = [sys.executable, "-m", "perfagent", *words.split()]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"perfagent: {line}")
    assert done.stderr.count("\n") == 1
