"""Growth from recorded samples, and from the figures of a family of benchmarks."""

from __future__ import annotations

import random

import pytest

from perfagent.agent.verify.figures import family_figures, growth_figure
from perfagent.tools.measure import Pair, Reading
from perfagent.tools.report import BenchmarkFigure

#: Milliseconds of CPU time of six pairs at each multiple, recorded on a busy machine: words looked up in a
#: growing list, against a table of them up to 400 words and, above that, the list searched twice.
RECORDED = {
    1: [(0.6551, 0.0409), (0.6361, 0.0393), (0.6285, 0.0408), (0.6534, 0.0417), (0.6383, 0.0407), (0.6412, 0.0374)],
    2: [(3.0964, 5.1741), (2.5956, 5.1326), (2.8549, 5.64), (2.8045, 5.199), (2.5499, 5.05), (2.6141, 5.4658)],
    4: [
        (9.1938, 18.6248),
        (9.1613, 18.3891),
        (9.5615, 18.0421),
        (10.0188, 19.7761),
        (9.9308, 17.9551),
        (9.0513, 18.2273),
    ],
    8: [
        (38.0101, 85.0236),
        (37.8783, 80.4362),
        (37.2199, 74.9298),
        (37.136, 75.3765),
        (39.5022, 74.0003),
        (39.1206, 75.7889),
    ],
}


def reading(seconds: float) -> Reading:
    return Reading(seconds, seconds, 0.0, 0, 10**7)


def columns(recorded: dict[int, list[tuple[float, float]]]) -> dict[int, list[Pair]]:
    return {
        size: [Pair(i, 1, True, reading(a / 1000), reading(b / 1000)) for i, (a, b) in enumerate(pairs)]
        for size, pairs in recorded.items()
    }


def test_a_patch_that_wins_small_and_loses_large_is_shown_as_such() -> None:
    found = growth_figure("search", columns(RECORDED), "cpu")
    assert found.mixed == "wins at 1x, loses at 2x, 4x, 8x"
    assert [round(each.speedup, 1) for each in found.sizes] == [16.0, 0.5, 0.5, 0.5]
    assert all(each.interval and each.interval[0] <= each.speedup <= each.interval[1] for each in found.sizes)
    assert found.baseline is not None and found.baseline.interval is not None
    assert found.baseline.interval[0] < 2 < found.baseline.interval[1]


def test_linear_instead_of_quadratic_is_seen() -> None:
    rng = random.Random(1)
    noisy = {
        n: [(0.6 * n * n * rng.lognormvariate(0, 0.02), 0.02 * n * rng.lognormvariate(0, 0.02)) for _ in range(6)]
        for n in (1, 2, 4, 8)
    }
    found = growth_figure("search", columns(noisy), "cpu", "a note")
    assert found.baseline is not None and found.candidate is not None
    assert (found.baseline.value, found.candidate.value) == pytest.approx((2, 1), abs=0.05)
    assert (found.mixed, found.note) == ("", "a note")


def test_one_size_alone_has_no_growth() -> None:
    found = growth_figure("search", columns({1: RECORDED[1]}), "cpu")
    assert (len(found.sizes), found.baseline, found.candidate) == (1, None, None)


def figure(size: int, speedup: float, metric: str = "cpu") -> BenchmarkFigure:
    return BenchmarkFigure(
        id=f"test_a.py::test_sum[{size}]", speedup=speedup, interval=(speedup - 0.01, speedup + 0.01), verdict="faster",
        pairs=20, metric=metric, baseline_s=1e-6 * size**2, candidate_s=1e-6 * size**2 / speedup,
    )  # fmt: skip


def test_benchmarks_that_are_sizes_of_one_thing_need_no_runs_of_their_own() -> None:
    (found,) = family_figures([figure(1000, 1.2), figure(2000, 1.1), figure(8000, 0.9)])
    assert (found.benchmark, found.multiples) == ("test_a.py::test_sum[*]", False)
    assert found.baseline is not None
    assert found.baseline.value == pytest.approx(2)
    assert found.mixed == "wins at 1000, 2000, loses at 8000"
    assert [each.pairs for each in found.sizes] == [20, 20, 20]


def test_sizes_on_different_clocks_have_no_common_growth() -> None:
    assert family_figures([figure(1, 1.2), figure(2, 1.2), figure(8, 1.2, "wall")]) == ()
