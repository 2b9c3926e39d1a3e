"""How often bodies run in one process once something has landed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from perfagent.agent.lab.looping import loops_at

LANDED = "c" * 40
STEP = f"loops-{LANDED[:16]}"
PLANNED = {"perf": 5}


@pytest.fixture
def run(make_run: Callable[..., Any]) -> Any:
    """A run whose benchmark took 1 ms at its first baseline, which makes 5 ms a sample."""
    return make_run()


def landed(run: Any, seconds: float) -> dict[str, int]:
    """The loops at what landed, where a body takes so many seconds."""
    run.services.folder.step(f"seconds-{LANDED[:16]}", lambda: {"perf": seconds})
    with run.services.lab.open({"baseline": run.tree}) as bench:
        return dict(loops_at(run.services, bench, LANDED))


def test_at_the_first_baseline_they_are_as_planned(run: Any) -> None:
    base = run.services.lab.prepared.base
    with run.services.lab.open({"baseline": run.parent}) as bench:
        assert loops_at(run.services, bench, base) == PLANNED


def test_a_body_that_became_short_runs_more_often_from_then_on(run: Any) -> None:
    found = landed(run, 1e-5)
    assert found["perf"] > PLANNED["perf"]
    assert run.services.folder.found(STEP) == found
    assert landed(run, 1e-5) == found
    assert run.services.progress.stream.getvalue().count("calibrating anew") == 1


def test_one_that_is_long_enough_runs_as_often_as_before(run: Any) -> None:
    assert landed(run, 0.0006) == PLANNED
    assert run.services.folder.found(STEP) is None


def test_a_workload_that_fails_is_left_to_the_pairs(run: Any) -> None:
    (run.tree / "perf.py").write_text("def workload():\n    raise OSError\n")
    assert landed(run, 1e-5) == PLANNED
