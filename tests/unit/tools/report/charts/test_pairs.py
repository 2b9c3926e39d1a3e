"""The pairs of one benchmark as a picture."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from perfagent.tools.report.charts import distribution_chart, pairs_chart, quartiles

Texts = Callable[[str], list[str]]


def test_every_pair_is_a_mark_and_its_coin_a_shape(make_series: Any, make_figure: Any, texts: Texts) -> None:
    drawn = pairs_chart(make_series(), make_figure())
    assert {"baseline ran first", "candidate ran first", "1x: no change", "1.20x estimate of fastest halves"} <= set(
        texts(drawn)
    )
    first = sum(make_series().baseline_first)
    shapes = [line.split('"')[0] for line in drawn.split('d="')[1:]]
    assert sum("A" in shape for shape in shapes) == first + 1  # circles, and the one of the legend
    assert "<title>bench: speedup of each of 20 pairs, estimate 1.20x (95 % CI 1.18–1.22)</title>" in drawn


def test_pairs_without_coins_or_figure_are_drawn_plain(make_series: Any, texts: Texts) -> None:
    said = texts(pairs_chart(make_series(baseline_first=())))
    assert "1x: no change" in said
    assert not [text for text in said if "ran first" in text or "estimate" in text]


def test_names_of_lines_that_meet_are_kept_apart(make_series: Any, make_figure: Any) -> None:
    drawn = pairs_chart(make_series(speedup=1.001), make_figure(speedup=1.001, verdict="inconclusive"))
    places = {
        name: float(found[1])
        for name in ("1x: no change", "1.00x estimate")
        if (found := re.search(rf'translate\([\d.]+,([\d.]+)\)"[^>]*>(?:<tspan[^>]*>)?{name}<', drawn))
    }
    assert abs(places["1x: no change"] - places["1.00x estimate"]) >= 14


def test_the_noise_of_identical_code_is_a_band_around_no_change(make_series: Any) -> None:
    plain, banded = (pairs_chart(make_series(), noise=noise) for noise in (None, 0.02))
    assert ("band: noise here" in plain, "band: noise here" in banded) == (False, True)
    assert banded.count('opacity="0.16"') == plain.count('opacity="0.16"') + 1


@pytest.mark.parametrize(
    ("cost", "label"), [(3e-9, " ns"), (4e-6, " µs"), (2e-3, " ms"), (0.4, " ms"), (30.0, " s"), (2e5, ",000 s")]
)
def test_costs_read_well_from_nanoseconds_to_days(make_series: Any, texts: Texts, cost: float, label: str) -> None:
    ticks = [text for text in texts(distribution_chart(make_series(cost))) if text.endswith(label)]
    assert len(ticks) >= 2
    assert not [tick for tick in ticks if "e" in tick or len(tick) > 12]


def test_sides_far_apart_have_a_logarithmic_axis(make_series: Any, texts: Texts) -> None:
    said = texts(
        distribution_chart(make_series(baseline=(0.4, 0.41, 0.42), candidate=(8e-3, 8.1e-3, 9e-3), baseline_first=()))
    )
    assert {"10 ms", "100 ms"} <= set(said)
    assert {"baseline: median 410 ms, 3 runs", "candidate: median 8.1 ms, 3 runs"} <= set(said)


def test_memory_is_told_in_mebibytes(make_series: Any, texts: Texts) -> None:
    said = texts(distribution_chart(make_series(64 * 2**20, metric="memory")))
    assert "peak memory of one execution" in said
    assert [text for text in said if text.endswith(" MiB")]


def test_one_pair_and_equal_runs_are_drawn(make_series: Any, texts: Texts) -> None:
    for costs in ((0.1,), (0.1, 0.1, 0.1)):
        series = make_series(baseline=costs, candidate=costs, baseline_first=())
        assert texts(pairs_chart(series)) and texts(distribution_chart(series))


def test_quartiles_are_those_of_the_sample() -> None:
    assert quartiles([1.0, 2.0, 3.0, 4.0, 5.0]) == (2.0, 3.0, 4.0)


def test_the_same_samples_give_the_same_bytes(make_series: Any, make_figure: Any) -> None:
    for draw in (lambda: pairs_chart(make_series(), make_figure()), lambda: distribution_chart(make_series())):
        assert draw() == draw()


def test_an_interval_without_an_end_is_drawn_to_the_edge(make_series: Any, make_figure: Any, texts: Texts) -> None:
    drawn = pairs_chart(make_series(), make_figure(interval=(0.0, float("inf"))))
    assert {"0.1x", "10x"} <= set(texts(drawn))
    assert "NaN" not in drawn
