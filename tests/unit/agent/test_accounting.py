"""Where the time goes: work side by side counts once, what is neither model nor running is the scaffold's."""

from __future__ import annotations

from contextlib import ExitStack

import pytest

from perfagent.agent.accounting import Accounting


class Clock:
    """Seconds that pass when they are told to."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_what_overlaps_counts_once() -> None:
    clock = Clock()
    accounting = Accounting(clock=clock)
    clock.now = 1.0
    with accounting.spending("model"):
        clock.now = 3.0
        with accounting.spending("running"), accounting.spending("running"):
            clock.now = 7.0
        clock.now = 8.0
    clock.now = 10.0
    shares = accounting.shares()
    assert (shares.wall_s, shares.model_s, shares.running_s) == (10.0, 7.0, 4.0)
    assert (shares.scaffold_s, shares.scaffold_share) == (3.0, 0.3)


def test_what_is_under_way_counts_until_now() -> None:
    clock = Clock()
    accounting = Accounting(clock=clock)
    with accounting.spending("running"):
        clock.now = 4.0
        assert accounting.figures() == {"wall_s": 4.0, "model_s": 0.0, "running_s": 4.0, "busy_s": 4.0}


def test_intervals_that_end_crosswise() -> None:
    clock = Clock()
    accounting = Accounting(clock=clock)
    first, second = ExitStack(), ExitStack()
    first.enter_context(accounting.spending("running"))
    clock.now = 1.0
    second.enter_context(accounting.spending("running"))
    clock.now = 2.0
    first.close()
    clock.now = 5.0
    second.close()
    assert accounting.figures()["running_s"] == 5.0


def test_earlier_sessions_of_a_run_are_added() -> None:
    clock = Clock()
    first = Accounting(clock=clock)
    with first.spending("model"):
        clock.now = 6.0
    clock.now = 8.0
    resumed = Accounting([first.figures()], clock)
    clock.now = 10.0
    shares = resumed.shares()
    assert (shares.wall_s, shares.model_s, shares.scaffold_share) == (10.0, 6.0, 0.4)


def test_work_that_fails_has_taken_its_time() -> None:
    clock = Clock()
    accounting = Accounting(clock=clock)
    with pytest.raises(ValueError, match="no"), accounting.spending("running"):
        clock.now = 2.0
        raise ValueError("no")
    clock.now = 3.0
    assert accounting.figures()["running_s"] == 2.0
