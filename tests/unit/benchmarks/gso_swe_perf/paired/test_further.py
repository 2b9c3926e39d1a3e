"""What a verdict cost, from the journals of its run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from perfagent.benchmarks.gso_swe_perf.asking import Workloads
from perfagent.benchmarks.gso_swe_perf.paired.further import executions_of

READ: dict[str, Any] = {"readings": {"a": {}, "b": {}}}


def test_executions_are_those_of_all_journals_and_the_checks(tmp_path: Path) -> None:
    (tmp_path / "journal").mkdir()
    rounds = [{"baseline": READ, "candidate": READ}, {"baseline": READ, "candidate": {"failed": "it died"}}]
    for name in ("probe", "confirm-1"):
        (tmp_path / f"journal/{name}.jsonl").write_text("".join(json.dumps(each) + "\n" for each in rounds))
    assert executions_of(tmp_path, Workloads(("script:a", "script:b"))) == 4 * 2 + 2 * (4 + 3)
    assert executions_of(tmp_path, Workloads(("script:a",), held=("script:b", "script:c"))) == 4 + 3 * 2 + 14


def test_a_run_that_measured_nothing_cost_its_checks(tmp_path: Path) -> None:
    assert executions_of(tmp_path, Workloads(("script:a",))) == 4
