"""The tables of every form of a report."""

from perfagent.tools.measure.constants import ALPHA, PUBLISHED_PAIRS
from perfagent.tools.report import BenchmarkFigure, DifferenceFrame, SampleSeries, Table
from perfagent.tools.report.tables import (
    FRAMES_TOLD,
    difference_table,
    figures_table,
    gate_table,
    markdown_table,
    pairs_table,
    spread_table,
)


def series(**changes: object) -> SampleSeries:
    values: dict[str, object] = {
        "benchmark": "b", "metric": "cpu", "baseline": (0.004, 0.002, 0.006), "candidate": (0.002, 0.002, 0.004),
        "baseline_first": (True, False, True),
    }  # fmt: skip
    return SampleSeries(**(values | changes))  # type: ignore[arg-type]


def test_no_cell_can_end_its_table() -> None:
    table = Table("t", ("a", "b"), (("x|y", "one\n| two `"), ("`", "")), code=frozenset({0}))
    assert markdown_table(table).splitlines()[2:] == ["| `x\\|y` | one \\| two ` |", "| `'` |  |"]


def test_names_may_lose_what_they_begin_with() -> None:
    figure = BenchmarkFigure(id="a.py::b", speedup=1.5, interval=(1.4, 1.6), verdict="not_faster")
    row = figures_table([figure], "a.py::").rows[0]
    assert (row[0], row[1], row[-1]) == ("b (target)", "1.50x", "not faster")


def test_memory_is_told_in_bytes() -> None:
    figure = BenchmarkFigure(
        id="b", speedup=2.0, interval=None, verdict="faster", metric="memory", baseline_s=2**21, candidate_s=2**20
    )
    assert figures_table([figure]).rows[0][5:7] == ("2.0 MiB", "1.0 MiB")
    assert pairs_table(series(metric="memory", baseline=(2**20,), candidate=(2**19,))).rows[0][2] == "1.0 MiB"


def test_pairs_stand_in_their_order_with_their_coin() -> None:
    assert pairs_table(series()).rows == (
        ("1", "before", "4 ms", "2 ms", "2.00x"),
        ("2", "after", "2 ms", "2 ms", "1.00x"),
        ("3", "before", "6 ms", "4 ms", "1.50x"),
    )
    assert pairs_table(series(baseline_first=())).rows[0][1] == "–"
    assert pairs_table(series(candidate=(0.0, 0.0, 0.0))).rows[0][4] == "–"


def test_costs_are_spread_by_quarters() -> None:
    before, after = spread_table([series()]).rows
    assert before == ("b", "before", "2 ms", "3 ms", "4 ms", "5 ms", "6 ms")
    assert after[1:3] == ("after", "2 ms")
    assert spread_table([series(baseline=(), candidate=())]).rows == ()
    assert len(spread_table([series(baseline=(1.0,), candidate=(1.0,))]).rows) == 2


def test_a_functions_own_time_is_what_those_it_calls_leave() -> None:
    again = DifferenceFrame(label="a", baseline_s=1.0, candidate_s=1.0)
    inner = DifferenceFrame(label="b", baseline_s=3.0, candidate_s=1.0, below=(again,))
    root = DifferenceFrame(label="a", baseline_s=5.0, candidate_s=3.5, below=(inner,))
    assert difference_table(root).rows == (("b", "2 s", "0 ns", "−2 s"), ("a", "3 s", "3.5 s", "+500 ms"))


def test_only_those_that_changed_most_are_named() -> None:
    below = tuple(DifferenceFrame(label=str(n), baseline_s=n, candidate_s=0.0) for n in range(1, 40))
    rows = difference_table(DifferenceFrame(label="root", baseline_s=780, candidate_s=0.0, below=below)).rows
    assert [row[0] for row in rows] == [str(n) for n in range(39, 39 - FRAMES_TOLD, -1)]


def test_the_gates_numbers_are_those_that_decide() -> None:
    values = [value for _, value in gate_table().rows]
    assert f"{ALPHA:.0%}" in values
    assert str(PUBLISHED_PAIRS) in values
