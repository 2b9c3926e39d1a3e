"""Cost over size."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from perfagent.tools.report import ExponentFigure, GrowthFigure, SizeFigure
from perfagent.tools.report.charts import growth_chart

Texts = Callable[[str], list[str]]


def growth(*sizes: int, multiples: bool = True, gain: float = 2.0) -> GrowthFigure:
    found = tuple(
        SizeFigure(size=n, speedup=gain, interval=None, baseline_s=1e-4 * n**2, candidate_s=1e-4 * n**2 / gain, pairs=6)
        for n in sizes
    )
    exponent = ExponentFigure(value=2.0, interval=(1.9, 2.1))
    return GrowthFigure(
        benchmark="bench", multiples=multiples, metric="cpu", sizes=found, baseline=exponent, candidate=exponent
    )


def test_both_lines_bear_their_exponents(texts: Texts) -> None:
    said = texts(growth_chart(growth(1, 2, 4, 8)))
    assert {"baseline n^2.00 (1.90–2.10)", "candidate n^2.00 (1.90–2.10)"} <= set(said)
    assert [text for text in said if text in ("1x", "2x", "4x", "8x")] == ["1x", "2x", "4x", "8x"]


def test_sizes_that_are_numbers_are_told_as_such(texts: Texts) -> None:
    assert {"10", "1,000", "100,000"} <= set(texts(growth_chart(growth(10, 1000, 100_000, multiples=False))))


def test_lines_that_end_together_keep_their_names_apart() -> None:
    drawn = growth_chart(growth(1, 8, gain=1.0001))
    ends = [float(y) for y in re.findall(r'translate\([\d.]+,([\d.-]+)\)"[^>]*>(?:baseline|candidate) n', drawn)]
    assert len(ends) == 2
    assert abs(ends[0] - ends[1]) >= 14


def test_a_single_size_is_no_growth() -> None:
    with pytest.raises(ValueError, match="has 1 sizes, and a line needs two"):
        growth_chart(growth(1))


def test_a_narrow_chart_names_its_lines_above_and_leaves_out_labels_that_would_meet(texts: Texts) -> None:
    said = texts(growth_chart(growth(10, 20, 30, 40, 50, 100_000, multiples=False), width=340))
    assert {"● baseline n^2.00 (1.90–2.10)", "◆ candidate n^2.00 (1.90–2.10)"} <= set(said)
    assert "100,000" in said
    assert not {"10", "20", "30", "40", "50"} <= set(said)


def test_memory_grows_in_mebibytes(texts: Texts) -> None:
    said = texts(growth_chart(growth(1000, 100_000, multiples=False).model_copy(update={"metric": "memory"})))
    assert [text for text in said if text.endswith(" MiB")]
