from __future__ import annotations

import math

import pytest

from perfagent.benchmarks.gso_swe_perf.leaderboard import Difference, Judgement
from perfagent.benchmarks.gso_swe_perf.leaderboard.words import (
    apart,
    difference_text,
    duration_text,
    number_text,
    total_text,
    usd_text,
    verdict_text,
)
from perfagent.benchmarks.gso_swe_perf.metrics import InstanceScore, Total


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0016, "0.00160"),
        (1.071, "1.07"),
        (30.14, "30.1"),
        (22082.4, "22,082"),
        (1.0, "1"),
        (0.0, "0"),
        (333.4, "333"),
    ],
)
def test_numbers_have_three_digits_whatever_their_size(value: float, text: str) -> None:
    assert number_text(value) == text
    assert number_text(math.inf) == "∞"


def test_totals_are_said_in_their_unit_with_their_interval() -> None:
    assert total_text(Total(name="a", value=4.902, low=1.0, high=9.8)) == "4.90 % (1–9.80)"
    assert total_text(Total(name="a", value=0.637, low=0.5, high=0.75, unit="share")) == "63.7 % (50–75)"
    assert total_text(Total(name="a", value=0.0099, unit="x")) == "0.00990x"


@pytest.mark.parametrize(
    ("unit", "bounds", "said", "word"),
    [
        ("%", (1.0, 9.8), "+4.90 points (1–9.80)", "better"),
        ("%", (-1.0, 9.8), "+4.90 points (-1–9.80)", "not told apart"),
        ("x", (0.2, 0.9), "4.90x (0.200–0.900)", "worse"),
        ("x", (None, None), "4.90x", "no interval"),
    ],
)
def test_differences_tell_whether_they_are_any(unit: str, bounds: tuple[float, float], said: str, word: str) -> None:
    known = {"first": "a", "second": "b", "protocol": "official", "instances": 9, "value": 4.9, "unit": unit}
    two = Difference.model_validate({**known, "low": bounds[0], "high": bounds[1]})
    assert difference_text(two) == said
    assert apart(two) == word


@pytest.mark.parametrize(
    ("status", "solved", "said"),
    [("graded", True, "✓ of"), ("tests_failed", False, "✗ of"), ("error", False, "? of"), ("missing", False, "? of")],
)
def test_verdicts_have_a_mark(status: str, solved: bool, said: str) -> None:
    score = InstanceScore.model_validate({"instance_id": "a", "status": status, "solved": solved})
    assert verdict_text(Judgement(score=score, verdict="of")) == said
    flagged = score.model_copy(update={"flagged": True})
    assert verdict_text(Judgement(score=flagged, verdict="of")) == f"{said}, flagged"


def test_durations_and_money() -> None:
    assert [duration_text(s) for s in (0.44, 12.3, 210.0, 9000.0)] == ["0.4 s", "12 s", "3.5 min", "2.5 h"]
    assert [usd_text(usd) for usd in (None, 0.0, 0.00421, 16.1)] == ["unknown", "0.00", "0.0042", "16.10"]
