"""Intervals in characters."""

from perfagent.tools.report import BenchmarkFigure
from perfagent.tools.report.plots import interval_plots


def figure(speedup: float | None, interval: tuple[float, float] | None = None) -> BenchmarkFigure:
    return BenchmarkFigure(id="b", speedup=speedup, interval=interval, verdict="faster")


def test_gains_stand_to_the_right_of_one_and_losses_to_its_left() -> None:
    gain, loss, unknown = interval_plots([figure(2.0, (1.5, 2.5)), figure(0.5, (0.4, 0.6)), figure(None)], 21)
    assert gain.index("┆") < gain.index("├") < gain.index("●") < gain.index("┤")
    assert loss.index("├") < loss.index("●") < loss.index("┆")
    assert unknown.strip() == "┆"
    assert {len(line) for line in (gain, loss, unknown)} == {21}


def test_a_narrow_interval_is_its_middle() -> None:
    (line,) = interval_plots([figure(3.0, (2.99, 3.01))], 15)
    assert line.endswith("●")
    assert "├" not in line


def test_what_cannot_be_drawn_is_left_out() -> None:
    assert interval_plots([], 10) == []
    (line,) = interval_plots([figure(float("inf"))], 10)
    assert line[-1] == "●"
