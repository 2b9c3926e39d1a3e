"""SWE-fficiency's tables."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from perfagent.benchmarks.gso_swe_perf.rescoring.swefficiency import rescore
from perfagent.tools.errors import UsageError

Write = Callable[..., str]
HEAD = "instance_id,raw_pred_speedup_ratio,pred_speedup_ratio,gold_speedup_ratio,human_speedup_ratio,correctness"


def test_the_means_are_over_all_rows_and_incorrect_ones_count_as_one(table: Write) -> None:
    told = rescore(table(HEAD, "a,4.0,4.0,4.0,1.0,1.0", "b,9.0,1.0,4.0,0.25,0.0")).as_json()
    assert (told["harmonic_mean"], told["geometric_mean"]) == (pytest.approx(0.4), pytest.approx(0.5))
    assert (told["correct"], told["at_least_095"], told["correct_instances"]) == (0.5, 0.5, 1)
    assert told["disagreements"] == []


def test_columns_may_come_in_any_order_with_others_between(table: Write) -> None:
    lines = "patch_length,correctness,gold_speedup_ratio,instance_id,pred_speedup_ratio", "3,1.0,2.0,a,1.0"
    assert rescore(table(*lines)).ratios == [0.5]


@pytest.mark.parametrize("empty", ["", "nan", "NaN"])
def test_an_empty_speedup_counts_as_one_or_as_the_raw_one(table: Write, empty: str) -> None:
    assert rescore(table(HEAD, f"a,,{empty},2.0,,1.0", f"b,4.0,{empty},2.0,,1.0")).ratios == [0.5, 2.0]


def test_an_expert_without_time_counts_as_one_and_is_told(table: Write) -> None:
    found = rescore(table(HEAD, "a,4.0,4.0,,,1.0"))
    assert found.ratios == [4.0]
    assert [each.name for each in found.disagreements()] == ["gold_speedup_ratio"]


def test_correctness_may_be_known_by_its_share_only(table: Write) -> None:
    head = "instance_id,pred_speedup_ratio,gold_speedup_ratio,correctness_pct"
    assert [row.correct for row in rescore(table(head, "a,2,2,1.0", "b,1,2,0.99", "c,2,2,")).rows] == [
        True,
        False,
        False,
    ]


def test_what_does_not_follow_is_named(table: Write) -> None:
    found = rescore(table(HEAD, "a,4.0,4.0,4.0,0.5,1.0", "b,9.0,9.0,4.0,0.25,0.0")).disagreements()
    assert [(each.instance_id, each.name) for each in found] == [
        ("a", "human_speedup_ratio"),
        ("b", "pred_speedup_ratio"),
    ]


def test_a_patch_that_stopped_all_work_makes_the_score_nothing(table: Write) -> None:
    told = rescore(table(HEAD, "a,0.0,0.0,4.0,0.0,1.0", "b,4.0,4.0,4.0,1.0,1.0")).as_json()
    assert (told["harmonic_mean"], told["geometric_mean"], told["worst_ten_weight"]) == (0, 0, 1)


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (("instance_id,correctness", "a,1"), "no column pred_speedup_ratio"),
        (("instance_id,pred_speedup_ratio,gold_speedup_ratio", "a,1,1"), "no column correctness"),
        ((HEAD,), "no rows"),
        ((HEAD, "a,1,x,1,1,1"), "line 2: pred_speedup_ratio is 'x'"),
        ((HEAD, "a,1,1,1,1,1", "a,1,1,1,1,1"), "a more than once"),
        ((HEAD, ",1,1,1,1,1"), "no instance_id"),
        ((HEAD, "a," + "9" * 200_000), "field larger than field limit"),
        (('{"summary": 1}',), "no SWE-fficiency result table"),
    ],
)
def test_another_table_is_refused_in_a_line(table: Write, lines: tuple[str, ...], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        rescore(table(*lines))
