"""A differential flame graph."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from perfagent.tools.report import DifferenceFrame, ProfileDifference
from perfagent.tools.report.charts import change_text, difference_chart

Texts = Callable[[str], list[str]]


def frame(label: str, before: float, after: float, *below: DifferenceFrame) -> DifferenceFrame:
    return DifferenceFrame(label=label, baseline_s=before, candidate_s=after, below=below)


REPLACED = frame("bench", 10, 4, frame("run (a.py)", 10, 4, frame("old (a.py)", 9, 0), frame("new (a.py)", 0, 3)))


def test_frames_are_as_wide_as_the_mean_of_both_times() -> None:
    drawn = difference_chart(ProfileDifference(benchmarks=(REPLACED,)), width=700)
    widths = [
        float(w) for w in re.findall(r'<g><title>[^/]*</title><rect x="[\d.]+" y="[\d.]+" width="([\d.]+)"', drawn)
    ]
    assert widths == [699.0, 449.0, 149.0]


def test_a_frame_tells_its_change_in_words_too(texts: Texts) -> None:
    drawn = difference_chart(ProfileDifference(benchmarks=(REPLACED,)))
    assert {"run (a.py) −60 %", "old (a.py) gone", "new (a.py) new"} <= set(texts(drawn))
    assert "<title>old (a.py): 9 s → 0 ns (gone)</title>" in drawn
    assert drawn.startswith("<svg ") and "<title>Time by function before and after: bench −60 %</title>" in drawn


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [(10, 5, "−50 %"), (10, 15, "+50 %"), (10, 9.8, "as before"), (10, 0, "gone"), (0, 1, "new")],
)
def test_changes_in_words(before: float, after: float, words: str) -> None:
    assert change_text(frame("f", before, after)) == words


def test_the_largest_changes_are_shown_and_the_others_counted(texts: Texts) -> None:
    boxes = [frame(f"bench{n}", 10, 10 - n, frame("f", 10, 10 - n)) for n in range(9)]
    said = texts(difference_chart(ProfileDifference(benchmarks=tuple(boxes))))
    assert [text for text in said if text.startswith("bench")] == [f"bench{n}" for n in (8, 7, 6, 5, 4, 3)]
    assert said[-1] == "and 3 more with smaller changes"


def test_names_from_the_code_are_text_and_no_markup(texts: Texts) -> None:
    said = texts(difference_chart(ProfileDifference(benchmarks=(frame("b<1>&", 2, 1, frame("<lambda> & co", 2, 1)),))))
    assert {"b<1>&", "<lambda> & co −50 %"} <= set(said)


def test_nothing_profiled_is_an_empty_picture(texts: Texts) -> None:
    assert texts(difference_chart(ProfileDifference())) == ["− less time", "+ more time", "as before"]


def test_a_long_name_has_its_times_below_it(texts: Texts) -> None:
    name = f"tests/test_io.py::test[{'x' * 60}]"
    beside, below = (
        difference_chart(ProfileDifference(benchmarks=(frame(label, 2, 1, frame("f", 2, 1)),)), width=400)
        for label in ("bench", name)
    )
    assert "profiled: 2 s → 1 s (−50 %)" in texts(below)
    heights = [float(re.findall(r'height="([\d.]+)"', drawn)[0]) for drawn in (beside, below)]
    assert heights[1] == heights[0] + 16
