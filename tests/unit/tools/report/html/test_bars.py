"""The forest plot's geometry."""

from itertools import pairwise

from perfagent.tools.report import BenchmarkFigure
from perfagent.tools.report.html.bars import MARGIN, WIDTH, forest


def figure(speedup: float | None, interval: tuple[float, float] | None = None) -> BenchmarkFigure:
    return BenchmarkFigure(id="b", speedup=speedup, interval=interval, verdict="faster")


def test_all_rows_share_one_logarithmic_axis() -> None:
    half, double = forest([figure(0.5, (0.4, 0.625)), figure(2.0, (1.6, 2.5))]).bars
    assert half.middle is not None
    assert double.middle is not None
    assert half.one == double.one == WIDTH / 2
    assert round(half.one - half.middle, 1) == round(double.middle - double.one, 1) > 0
    assert (half.low, double.high) == (MARGIN, WIDTH - MARGIN)


def test_the_interval_tells_the_tone() -> None:
    bars = forest([figure(1.2, (1.1, 1.3)), figure(0.8, (0.7, 0.9)), figure(1.01, (0.9, 1.1))]).bars
    assert [bar.tone for bar in bars] == ["gain", "loss", "open"]


def test_what_was_not_measured_has_no_mark() -> None:
    unknown, nothing, endless = forest([figure(None), figure(0.0), figure(float("inf"))]).bars
    assert (unknown.middle, nothing.middle, endless.middle) == (None, None, WIDTH - MARGIN)


def test_one_stands_on_the_axis_and_no_tick_on_another() -> None:
    for high in (1.01, 1.3, 4.0, 300.0):
        ticks = forest([figure(high, (high * 0.99, high * 1.01))]).ticks
        assert "1x" in [text for _, text in ticks]
        places = [place for place, _ in ticks]
        assert all(b - a > 30 for a, b in pairwise(places))


def test_the_drawing_has_a_name() -> None:
    assert forest([figure(1.2, (1.1, 1.3))]).bars[0].label == "1.20x, 95 % interval 1.10–1.30"
