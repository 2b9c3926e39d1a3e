"""When instructions are asked for, and what they answer."""

from __future__ import annotations

import pytest

from perfagent.agent.verify.counting import answer, question
from perfagent.tools.profile import Counts
from perfagent.tools.report import BenchmarkFigure


def figure(verdict: str, speedup: float | None, metric: str = "cpu") -> BenchmarkFigure:
    return BenchmarkFigure(id="b", speedup=speedup, interval=None, verdict=verdict, metric=metric)


@pytest.mark.parametrize(
    ("verdict", "speedup", "asked"),
    [
        ("inconclusive", 1.018, "tie"),
        ("inconclusive", 0.982, "tie"),
        ("inconclusive", 1.002, None),  # too little for instructions as well
        ("inconclusive", 1.05, None),  # more pairs tell
        ("not_faster", 1.018, None),
        ("faster", 1.05, "alarm"),
        ("faster", 1.04, None),
        ("slower", 0.98, None),
        ("inconclusive", None, None),
    ],
)
def test_instructions_are_counted_where_the_clock_leaves_a_question(
    verdict: str, speedup: float | None, asked: str | None
) -> None:
    assert question(figure(verdict, speedup)) == asked


@pytest.mark.parametrize("metric", ["wall", "adjusted", "memory"])
def test_what_waits_or_is_not_time_has_no_use_for_instructions(metric: str) -> None:
    assert question(figure("faster", 2.0, metric)) is None


def test_a_tie_is_told_and_accepts_nothing() -> None:
    found = answer("tie", figure("inconclusive", 1.018), Counts(1_000_000, 1_000_000), Counts(990_000, 982_000))
    assert found is not None
    assert (found.change, found.first_change) == pytest.approx((-0.018, -0.01))
    assert "-1.8% instructions" in found.note and "accepts nothing" in found.note
    assert not found.alarm


@pytest.mark.parametrize(("candidate", "alarm"), [(990, False), (700, False), (991, True), (1000, True), (1003, True)])
def test_a_gain_without_fewer_instructions_is_an_alarm(candidate: int, alarm: bool) -> None:
    found = answer("alarm", figure("faster", 1.2), Counts(1000, 1000), Counts(700, candidate))
    assert found is not None
    assert found.alarm is alarm
    assert ("1.20x faster by the clock" in found.note) is alarm


def test_a_gain_that_begins_with_the_second_execution_is_an_alarm() -> None:
    found = answer("alarm", figure("faster", 90.0), Counts(1000, 1000), Counts(1040, 10))
    assert found is not None and found.alarm
    assert "first execution in a process takes +4.0% instructions" in found.note
    assert "kept from one execution to the next" in found.note


def test_a_body_of_no_instructions_answers_nothing() -> None:
    assert answer("alarm", figure("faster", 1.2), Counts(5, 0), Counts(5, 0)) is None
