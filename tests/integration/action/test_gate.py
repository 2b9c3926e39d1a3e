"""The Action's gate, step by step as a runner executes it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

#: On a machine that other tests keep busy, processor time alone says what a change did.
INPUTS = {"metric": "cpu"}


@pytest.mark.bubblewrap
def test_a_slowdown_fails_with_its_proof(jobs: Any) -> None:
    ran = jobs.pull_request("slow").judged(**INPUTS)
    assert (ran.status, ran.outputs["verdict"]) == (1, "slower"), ran.log
    assert float(ran.outputs["low"]) <= float(ran.outputs["speedup"]) <= float(ran.outputs["high"]) < 0.95
    assert ran.summary.startswith("### Slower: `bench` is 0.")
    assert "Two independent comparisons prove it." in ran.summary
    assert [level for level, _ in ran.commands] == ["error", "notice"]
    report = Path(ran.outputs["report"])
    assert json.loads((report / "result.json").read_text())["benchmarks"][0]["verdict"] == "slower"


@pytest.mark.bubblewrap
def test_a_change_of_no_consequence_passes(jobs: Any) -> None:
    ran = jobs.pull_request("null").judged(**INPUTS)
    assert ran.status == 0, ran.log
    assert ran.outputs["verdict"] in ("not_faster", "inconclusive")
    assert ran.summary.startswith("### No slowdown was proved")


@pytest.mark.bubblewrap
def test_an_improvement_passes_and_is_said(jobs: Any) -> None:
    ran = jobs.pull_request("fast").judged(**INPUTS)
    assert (ran.status, ran.outputs["verdict"]) == (0, "faster"), ran.log
    assert float(ran.outputs["low"]) > 1.1
    assert ran.summary.startswith("### Faster: `bench` is ")
