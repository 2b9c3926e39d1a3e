from __future__ import annotations

import math
from collections.abc import Callable

import pytest

from perfagent.benchmarks.gso_swe_perf.leaderboard import Price, Scored, rank

Make = Callable[..., Scored]

SOLVED, SLOW = (5.0, True), (2.0, False)


def test_the_better_score_stands_first_and_equal_ones_by_name(scored: Make) -> None:
    board = rank("gso", [scored("b", SLOW, SLOW), scored("a", SLOW, SLOW), scored("z", SOLVED, SLOW)])
    assert [entry.name for entry in board.entries] == ["z", "a", "b"]
    assert board.instances == ("task-0", "task-1")


def test_predictions_of_one_name_are_told_apart_by_their_folders(scored: Make) -> None:
    given = [scored("m", SLOW, source="x/one"), scored("m", SLOW, source="x/two"), scored("n", SLOW, source="x/two")]
    assert [entry.name for entry in rank("gso", given).entries] == ["m (one)", "m (two)", "n"]
    same = [scored("m", SLOW, source="x/one"), scored("m", SLOW, source="y/one")]
    assert [entry.name for entry in rank("gso", same).entries] == ["m (x/one)", "m (y/one)"]


def test_a_line_holds_both_verdicts_and_how_one_overturns_the_other(scored: Make) -> None:
    (entry,) = rank("gso", [scored("m", SOLVED, SLOW, SLOW, paired=[SLOW, SOLVED, SLOW])]).entries
    found = [line.overturned.direction if line.overturned else "" for line in entry.lines]
    assert found == ["rejected", "accepted", ""]
    assert (entry.overturned("rejected"), entry.overturned("accepted")) == (1, 1)
    first = entry.lines[0]
    assert first.official is not None
    assert first.paired is not None
    assert (first.official.verdict, first.paired.verdict) == ("solved", "not faster")
    assert first.paired.interval == (1.1, 1.3)
    assert entry.score.value == pytest.approx(100 / 3)


def test_an_instance_that_only_one_protocol_followed_is_there(scored: Make) -> None:
    (entry,) = rank("gso", [scored("m", SLOW, paired=[SOLVED, SOLVED])]).entries
    assert [(line.official is None, line.paired is None) for line in entry.lines] == [(False, False), (True, False)]
    assert entry.protocol == "official"


def test_differences_draw_the_same_instances_for_both(scored: Make) -> None:
    better = scored("better", *[SOLVED] * 6, *[SLOW] * 6)
    worse = scored("worse", *[SLOW] * 12)
    (two,) = rank("gso", [worse, better]).differences
    assert (two.first, two.second, two.instances, two.value) == ("better", "worse", 12, 50.0)
    assert two.low is not None
    assert two.high is not None
    assert 0 < two.low < 50 < two.high < 100


def test_differences_look_at_instances_that_both_have(scored: Make) -> None:
    (two,) = rank("gso", [scored("a", SOLVED, SLOW), scored("b", SOLVED)]).differences
    assert (two.instances, two.value, two.low) == (1, 0.0, None)


def test_scores_by_different_protocols_are_not_compared(scored: Make) -> None:
    board = rank("gso", [scored("a", SLOW), scored("b", paired=[SOLVED])])
    assert [(entry.name, entry.protocol) for entry in board.entries] == [("a", "official"), ("b", "paired")]
    assert board.differences == ()


@pytest.mark.parametrize(
    ("first", "second", "ratio"),
    [((1.0, 0.5), (0.5, 0.25), 2.0), ((0.0, 1.0), (0.0, 1.0), 1.0), ((1.0, 1.0), (0.0, 1.0), math.inf)],
)
def test_harmonic_means_are_compared_by_their_ratio(
    scored: Make, first: tuple[float, ...], second: tuple[float, ...], ratio: float
) -> None:
    def with_values(name: str, values: tuple[float, ...]) -> Scored:
        made = scored(name, *[SLOW] * len(values))
        rows = [row.model_copy(update={"value": v}) for row, v in zip(made.scores[0].rows, values, strict=True)]
        return made.model_copy(update={"scores": (made.scores[0].model_copy(update={"rows": tuple(rows)}),)})

    (two,) = rank("swefficiency", [with_values("a", first), with_values("b", second)]).differences
    assert two.value == pytest.approx(ratio)
    assert two.unit == "x"


def test_prices_add_up_and_an_unknown_one_makes_the_sum_unknown(scored: Make) -> None:
    known = Price(usd=0.5, input_tokens=10, output_tokens=1, seconds=2.0, rollouts=1)
    given = scored("m", SLOW, SLOW, task_0=known, task_1=known)
    (entry,) = rank("gso", [given]).entries
    assert entry.price == Price(usd=1.0, input_tokens=20, output_tokens=2, seconds=4.0, rollouts=2)
    unknown = scored("m", SLOW, SLOW, task_0=known, task_1=known.model_copy(update={"usd": None}))
    assert rank("gso", [unknown]).entries[0].price == Price(
        usd=None, input_tokens=20, output_tokens=2, seconds=4.0, rollouts=2
    )
    assert rank("gso", [scored("m", SLOW)]).entries[0].price is None


def test_the_document_is_named_and_reads_back(scored: Make) -> None:
    board = rank("gso", [scored("m", SOLVED, paired=[SLOW])])
    assert '"schema": "perfagent/leaderboard/1"' in board.to_json()
    assert type(board).model_validate_json(board.to_json()) == board
