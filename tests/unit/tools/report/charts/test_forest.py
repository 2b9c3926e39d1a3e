"""All benchmarks below one another."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest

from perfagent.tools.report import shared_prefix
from perfagent.tools.report.charts import forest_chart

Texts = Callable[[str], list[str]]


def test_targets_come_first_and_a_loser_says_so(make_figure: Any, texts: Texts) -> None:
    figures = [
        make_figure("b.py::late", 0.9, "slower", target=False),
        make_figure("b.py::other", 3.0, "inconclusive", target=False),
        make_figure("b.py::first", 1.2),
    ]
    said = texts(forest_chart(figures))
    assert said[said.index("all names begin with b.py::") :] == [
        *("all names begin with b.py::", "targets, named before the edit", "first", "1.20x (1.18–1.22) faster"),
        *("guarded: must not get slower", "other", "3.00x (2.94–3.06) unclear", "late", "0.90x (0.88–0.92) slower"),
    ]


def test_a_benchmark_that_was_not_measured_has_its_row(make_figure: Any, texts: Texts) -> None:
    said = texts(forest_chart([make_figure(), make_figure("lost", speedup=1.0).model_copy(update={"speedup": None})]))
    assert "not measured" in said


@pytest.mark.parametrize("speedup", [1.004, 1.05, 1.7, 12.0, 4000.0])
def test_the_axis_is_centred_and_its_labels_never_meet(make_figure: Any, speedup: float) -> None:
    drawn = forest_chart([make_figure(speedup=speedup)], width=340)
    ticks = [(float(x), text) for x, text in re.findall(r'translate\(([\d.]+),[\d.]+\)"[^>]*>([\d.,]+x)<', drawn)]
    assert "1x" in [text for _, text in ticks]
    assert len(ticks) % 2 == 1
    for (left, first), (right, second) in pairwise(ticks):
        assert right - left > 3.2 * (len(first) + len(second)), (first, second)


def test_long_names_keep_both_ends_and_their_figure_goes_below(make_figure: Any, texts: Texts) -> None:
    name = f"benchmarks/{'deep/' * 30}test_io.py::test_read[{'x' * 40}-4096]"
    drawn = forest_chart([make_figure(name)])
    (told,) = [text for text in texts(drawn) if "…" in text]
    assert told.startswith("benchmarks/deep/")
    assert told.endswith("-4096]")
    assert len(told) * 6.7 < 640


def test_sixty_benchmarks_have_a_row_each(make_figure: Any, texts: Texts) -> None:
    drawn = forest_chart([make_figure(f"test_{n}") for n in range(60)])
    assert len([text for text in texts(drawn) if text.startswith("1.20x")]) == 60
    assert "<title>Speedup of 60 benchmarks with 95 % intervals: 60 faster, 0 slower</title>" in drawn


@pytest.mark.parametrize(
    ("names", "prefix"),
    [(["a/b.py::x", "a/b.py::y"], "a/b.py::"), (["test_1", "test_2"], ""), (["only"], ""), (["m.a", "m.a"], "m."),
     (["t.py::f[1]", "t.py::f[2]"], "t.py::f[")],
)  # fmt: skip
def test_what_all_names_begin_with_ends_at_a_separator(names: list[str], prefix: str) -> None:
    assert shared_prefix(names) == prefix


def test_an_interval_without_an_end_stays_on_the_axis(make_figure: Any) -> None:
    drawn = forest_chart([make_figure(interval=(0.5, float("inf"))), make_figure("b", interval=(1e-300, 1e300))])
    assert "NaN" not in drawn
    assert "Infinity" not in drawn
    assert max(float(x) for x in re.findall(r"translate\((-?[\d.]+),", drawn)) < 640
