"""Small rows of the three benchmarks, in the forms in which they are published."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

Row = dict[str, Any]
DIFF = """\
diff --git a/words/core.py b/words/core.py
--- a/words/core.py
+++ b/words/core.py
@@ -1 +1 @@
-slow
+quick
diff --git a/words/tests/test_core.py b/words/tests/test_core.py
--- a/words/tests/test_core.py
+++ b/words/tests/test_core.py
@@ -1 +1 @@
-old
+new
"""


@pytest.fixture
def gso() -> Row:
    return {
        "instance_id": "Own__Words-0a1b2c3", "repo": "Own/Words", "base_commit": "0a1b2c3^", "opt_commit": "0a1b2c3",
        "api": "words.count", "prob_script": "print(1)", "tests": ["print(1)", "print(2)"], "hints_text": "Be quick",
        "gt_commit_message": "Be quick", "gt_diff": DIFF, "setup_commands": [], "created_at": "2024-01-02T03:04:05",
        "install_commands": ["uv venv --python 3.9", "source .venv/bin/activate", "uv pip install . --reinstall"],
        "arch": "x86_64", "instance_image_tag": "latest",
    }  # fmt: skip


@pytest.fixture
def swe_perf() -> Row:
    return {
        "instance_id": "Own__Words-17", "repo": "Own/Words", "base_commit": "0" * 40, "head_commit": "1" * 40,
        "patch": DIFF, "test_patch": "", "created_at": 1700000000000, "version": "5.2",
        "duration_changes": json.dumps([{"test_core.py::test_a": {"base": 0.2, "head": 0.1}}]),
        "efficiency_test": ["test_core.py::test_a"], "patch_functions": json.dumps({"words/core.py": ["count"]}),
        "test_functions": "defaultdict(<class 'list'>, {'words/core.py': ['count', 'Words.total']})",
        "problem_statement_oracle": "make count faster", "problem_statement_realistic": "", "human_performance": 0.1,
    }  # fmt: skip


@pytest.fixture
def swefficiency() -> Row:
    return {
        "instance_id": "Own__Words-18", "repo": "Own/Words", "base_commit": "0" * 40, "patch": DIFF, "test_patch": "",
        "problem_statement": "", "hints_text": None, "created_at": "2024-01-02", "version": "1.1", "speedup": 2.5,
        "environment_setup_commit": "2" * 40, "PASS_TO_PASS": ["test_core.py::test_a"], "FAIL_TO_PASS": [],
        "workload": "print('Mean: 1')", "covering_tests": ["/testbed/test_core.py"], "single_thread_tests": [],
        "test_cmd": "pytest -rA", "rebuild_cmd": "pip install -e .", "image_name": "",
    }  # fmt: skip


@pytest.fixture
def lines(tmp_path: Path) -> Callable[[Sequence[object]], str]:
    """Writes a .jsonl; returns its path."""

    def write(rows: Sequence[object]) -> str:
        path = tmp_path / "rows.jsonl"
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))
        return str(path)

    return write
