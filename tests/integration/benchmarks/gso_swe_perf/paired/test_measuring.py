"""Predictions of the small project, judged by our verifier in a real sandbox."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from perfagent.benchmarks.gso_swe_perf.datasets import load
from perfagent.benchmarks.gso_swe_perf.paired import FIGURE_PAIRS, measure_paired
from perfagent.benchmarks.gso_swe_perf.places import Repositories, place_of
from perfagent.benchmarks.gso_swe_perf.records import Benchmark, Outcome

pytestmark = pytest.mark.usefixtures("bubblewrap_home")

#: Times that a job is begun anew on a machine that it finds too busy to judge anything.
PATIENCE = 2


@pytest.fixture
def judge(wordbook: Any, tmp_path: Path) -> Callable[..., Outcome]:
    """Judges a patch for the first instance of a benchmark; `place` for the image that the official protocol has."""

    def judged(benchmark: Benchmark, patch: str, *, place: bool = False, folder: str = "job") -> Outcome:
        instance = load(benchmark, str(wordbook.files[benchmark]))[0]
        repositories = Repositories([str(wordbook.repositories)], tmp_path / "cache")
        where = place_of(instance, repositories, images="local") if place else None
        for attempt in range(PATIENCE):
            job = tmp_path / (f"{folder}-{attempt}" if attempt else folder)
            outcome = measure_paired(instance, where, repositories, patch, job, None, "someone")
            if "nothing can be judged" not in outcome.detail:
                break
        return outcome

    return judged


@pytest.mark.bubblewrap
def test_the_experts_change_is_faster_and_equals_itself(judge: Any, wordbook: Any, tmp_path: Path) -> None:
    outcome = judge("gso", wordbook.tasks[0].patches["expert"])
    assert (outcome.status, outcome.paired.verdict) == ("graded", "faster"), outcome
    assert set(outcome.paired.speedups) == {"test_0", "test_1"}
    assert min(outcome.paired.speedups.values()) > 2
    assert outcome.paired.expert == {"test_0": 1.0, "test_1": 1.0}
    assert outcome.executions > 2 * outcome.paired.pairs
    again = judge("gso", wordbook.tasks[0].patches["expert"])
    assert again.model_copy(update={"seconds": outcome.seconds}) == outcome


@pytest.mark.bubblewrap
def test_a_slower_patch_is_timed_against_the_expert_too(judge: Any, wordbook: Any) -> None:
    outcome = judge("swefficiency", wordbook.tasks[0].patches["slower"])
    assert (outcome.status, outcome.paired.verdict) == ("graded", "slower_elsewhere"), outcome
    assert outcome.paired.expert["workload"] < 0.5
    low, high = outcome.paired.expert_interval
    assert low < outcome.paired.expert["workload"] < high
    assert outcome.paired.pairs == 2 * FIGURE_PAIRS


@pytest.mark.bubblewrap
@pytest.mark.parametrize(
    ("kind", "status", "verdict"),
    [("wrong", "tests_failed", "not_equivalent"), ("broken", "tests_failed", "tests_failed")],
)
def test_a_patch_that_fails_a_check_is_not_timed(
    judge: Any, wordbook: Any, kind: str, status: str, verdict: str
) -> None:
    outcome = judge("gso", wordbook.tasks[0].patches[kind])
    assert (outcome.status, outcome.paired.verdict) == (status, verdict), outcome
    assert not outcome.paired.speedups
    assert outcome.detail == outcome.paired.detail != ""


@pytest.mark.bubblewrap
def test_what_a_patch_may_not_change_is_dropped(judge: Any, wordbook: Any) -> None:
    outcome = judge("swe-perf", wordbook.tasks[0].test_patch)
    assert (outcome.status, outcome.paired.verdict) == ("tests_failed", "guarded"), outcome
    assert "tests/test_counting.py" in outcome.detail


@pytest.mark.parametrize(
    ("patch", "status"),
    [
        (" \n", "empty_patch"),
        ("diff --git a/x.py b/x.py\n--- a/x.py\n+++ b/x.py\n@@ -1 +1 @@\n-a\n+b\n", "patch_failed"),
    ],
)
def test_a_patch_that_is_none_is_told(judge: Any, patch: str, status: str) -> None:
    outcome = judge("gso", patch)
    assert outcome.status == status
    assert outcome.paired is None
    assert outcome.detail


@pytest.mark.docker
def test_the_image_of_the_official_protocol_is_built_on(judge: Any, wordbook: Any) -> None:
    outcome = judge("swe-perf", wordbook.tasks[0].patches["expert"], place=True)
    assert (outcome.status, outcome.paired.verdict) == ("graded", "faster"), outcome
    assert "1 passed" in [check.detail for check in outcome.paired.checks]
