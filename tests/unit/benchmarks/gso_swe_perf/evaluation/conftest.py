"""A made-up data set of two instances, and an evaluation of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from perfagent.benchmarks.gso_swe_perf.evaluation import EvaluationFolder, open_evaluation
from perfagent.benchmarks.gso_swe_perf.evaluation.opening import asked_for

ROWS = [
    {
        "instance_id": f"own__words-{number}", "repo": "own/words", "base_commit": "0" * 40, "patch": "",
        "workload": "print(1)", "speedup": 2.0, "version": "1",
    }
    for number in (7, 8)
]  # fmt: skip


@pytest.fixture
def rows(tmp_path: Path) -> Path:
    file = tmp_path / "rows.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    return file


@pytest.fixture
def make(rows: Path, tmp_path: Path) -> Callable[..., EvaluationFolder]:
    """Opens the evaluation; `generating`, `wanted`, `images` and the like as `asked_for` takes them."""

    def opened(**given: Any) -> EvaluationFolder:
        facts: dict[str, Any] = {"wanted": (), "repositories": (), "images": "auto", **given}
        request, instances = asked_for("swefficiency", str(rows), **facts)
        return open_evaluation(tmp_path / "evaluation", request, instances)

    return opened
