"""Two profiles as one tree."""

from __future__ import annotations

import pytest

from perfagent.tools.profile import Frame
from perfagent.tools.report import DifferenceFrame, ProfileDifference, profile_difference


def flat(frame: DifferenceFrame, depth: int = 0) -> list[tuple[int, str, float, float]]:
    below = [line for child in frame.below for line in flat(child, depth + 1)]
    return [(depth, frame.label, frame.baseline_s, frame.candidate_s), *below]


def test_frames_of_one_label_below_the_same_callers_are_one() -> None:
    before = Frame("bench", 10, [Frame("run", 10, [Frame("old", 6), Frame("kept", 3)])])
    after = Frame("bench", 4, [Frame("run", 4, [Frame("kept", 2), Frame("new", 1)])])
    (box,) = profile_difference([before], [after]).benchmarks
    assert flat(box) == [
        (0, "bench", 10, 4), (1, "run", 10, 4), (2, "old", 6, 0), (2, "kept", 3, 2), (2, "new", 0, 1)
    ]  # fmt: skip


def test_siblings_of_one_label_are_added_up() -> None:
    before = Frame("bench", 10, [Frame("init", 4, [Frame("f", 1)]), Frame("init", 5, [Frame("f", 2)])])
    (box,) = profile_difference([before], [Frame("bench", 1)]).benchmarks
    assert flat(box) == [(0, "bench", 10, 1), (1, "init", 9, 0), (2, "f", 3, 0)]


def test_what_nobody_sees_is_left_out_with_all_below_it() -> None:
    before = Frame("bench", 1000, [Frame("large", 999, [Frame("g", 400)]), Frame("tiny", 0.9, [Frame("deep", 0.9)])])
    (box,) = profile_difference([before], [before]).benchmarks
    assert [label for _, label, *_ in flat(box)] == ["bench", "large", "g"]


@pytest.mark.parametrize(("before", "after", "seconds"), [(["a"], [], (1, 0)), ([], ["a"], (0, 1))])
def test_a_benchmark_of_one_side_has_its_box(before: list[str], after: list[str], seconds: tuple[int, int]) -> None:
    (box,) = profile_difference([Frame(name, 1) for name in before], [Frame(name, 1) for name in after]).benchmarks
    assert (box.baseline_s, box.candidate_s) == seconds


def test_the_document_reads_back() -> None:
    difference = profile_difference([Frame("a", 2, [Frame("f", 1)])], [Frame("a", 1)])
    assert '"schema":"perfagent/difference/1"' in difference.to_json()
    assert ProfileDifference.model_validate_json(difference.to_json()) == difference


def test_a_profile_deeper_than_readers_of_json_go_reads_back() -> None:
    frame = Frame("leaf", 1)
    for number in range(200):
        frame = Frame(f"f{number}", 1, [frame])
    difference = profile_difference([frame], [frame])
    assert ProfileDifference.model_validate_json(difference.to_json()) == difference
    assert len(flat(difference.benchmarks[0])) == 61
