"""Charging, where the call graph is awkward."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perfagent.tools.profile.charge import CallGraph
from perfagent.tools.profile.collect import Edge, Row


def row(self_s: float, *callers: Edge) -> Row:
    return Row("f", 1, "f", 1, self_s, self_s, callers)


def charged(rows: list[Row], absorbs: list[bool]) -> list[float]:
    return CallGraph(rows, absorbs).charged()


def test_shared_library_code_is_divided_by_time() -> None:
    rows = [
        row(1.0),
        row(1.0),
        row(0.0, Edge(0, 1, 0, 3.0), Edge(1, 1, 0, 1.0)),
        row(4.0, Edge(2, 9, 4.0, 4.0)),
    ]
    assert charged(rows, [True, True, False, False])[:2] == [4.0, 2.0]


def test_a_builtins_own_time_is_known_for_each_direct_caller() -> None:
    rows = [row(0.0), row(0.0), row(5.0, Edge(0, 1, 4.5, 4.5), Edge(1, 99, 0.5, 0.5))]
    assert charged(rows, [True, True, False]) == [4.5, 0.5, 0.0]


def test_mutual_recursion_in_a_library_leaves_it() -> None:
    """As in json, copy or re: two library functions call each other, one was called by the repository."""
    rows = [
        row(0.0),
        row(1.0, Edge(0, 1, 0.2, 2.0), Edge(2, 9, 0.8, 1.5)),
        row(1.0, Edge(1, 9, 1.0, 1.8)),
    ]
    assert charged(rows, [True, False, False])[0] == pytest.approx(2.0, rel=1e-4)


def test_calls_without_measurable_time_are_divided_by_number() -> None:
    rows = [row(0.0), row(0.0), row(0.0, Edge(0, 3, 0, 0), Edge(1, 1, 0, 0)), row(8.0, Edge(2, 1, 8.0, 8.0))]
    assert charged(rows, [True, True, False, False])[:2] == [6.0, 2.0]


def test_callers_are_found_through_library_code() -> None:
    rows = [row(1.0), row(0.0, Edge(0, 1, 0, 5.0)), row(5.0, Edge(1, 1, 5.0, 5.0), Edge(2, 1, 1.0, 1.0))]
    assert CallGraph(rows, [True, False, True]).callers(2) == {0: 5.0}


@st.composite
def graphs(draw: st.DrawFn) -> tuple[list[Row], list[bool]]:
    """Row 0 is the repository's; every other row is called by some earlier row, and by any others."""
    count = draw(st.integers(2, 8))
    seconds = st.floats(0.001, 10)
    rows = [row(draw(seconds))]
    for index in range(1, count):
        first = draw(st.integers(0, index - 1))
        others = draw(st.lists(st.integers(0, count - 1), max_size=3, unique=True))
        edges = [Edge(caller, 1, draw(seconds), draw(seconds)) for caller in dict.fromkeys([first, *others])]
        rows.append(row(draw(seconds), *edges))
    return rows, [True] + [draw(st.booleans()) for _ in range(count - 1)]


@given(graphs())
def test_no_time_is_lost_or_made(graph: tuple[list[Row], list[bool]]) -> None:
    """Every library row reaches the repository, so all seconds are charged."""
    rows, absorbs = graph
    whole = sum(row.self_s for row in rows)
    assert sum(charged(rows, absorbs)) == pytest.approx(whole, rel=1e-6)
