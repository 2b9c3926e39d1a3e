"""Two line profiles side by side, from figures written by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from perfagent.agent.telling.line_profile import call_lines, table
from perfagent.agent.telling.whereabouts import compared
from perfagent.tools.profile import ArgumentSize, CallFacts, FunctionLines, LineProfile, LineTime

SOURCE = """\
def f(words):
    a = 1
    b = 2
    for word in words:
        work(word)
    c = 3
    d = 4
    return a
"""


def function(share: float, lines: dict[int, float], name: str = "f", **facts: Any) -> FunctionLines:
    calls = CallFacts(path="lib.py", qualname=name, **{"calls": 1, "sampled": 1, **facts})
    times = tuple(LineTime(number=number, hits=10 * number, share=each) for number, each in lines.items())
    return FunctionLines(path="lib.py", qualname=name, start=1, end=8, share=share, lines=times, calls=calls)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    (tmp_path / "lib.py").write_text(SOURCE)
    return tmp_path


def test_dear_lines_come_with_their_neighbours(tree: Path) -> None:
    said = table(function(0.5, {2: 0.001, 4: 0.004, 5: 0.98, 8: 0.009}), tree, 1.5)
    assert said.splitlines()[2:] == [
        "...",
        "4 | 40 | 0.4% |     for word in words:",
        "5 | 50 | 98.0% |         work(word)",
        "6 | - | - |     c = 3",
        "...",
        "It is called once.",
    ]


def test_old_and_new_stand_side_by_side(tree: Path) -> None:
    before = LineProfile(functions=(function(0.62, {5: 0.9, 4: 0.1}),), overhead=1.2)
    after = LineProfile(functions=(function(0.6, {5: 0.97, 4: 0.03}), function(0.0, {}, "g")), overhead=1.3)
    said = compared(before, after, tree, tree)
    assert said[1] == "`lib.py` f: 60.0% of the time (it was 62.0%); line | hits | share of it"
    assert "tracing made it 1.3 times as slow" in said[0]
    assert said[-3:] == [
        "before the change its dearest lines were:",
        "4 | 40 | 10.0% |     for word in words:",
        "5 | 50 | 90.0% |         work(word)",
    ]


def test_a_new_function_has_nothing_to_stand_beside(tree: Path) -> None:
    after = LineProfile(functions=(function(0.6, {5: 1.0}),), overhead=None)
    said = compared(LineProfile(functions=(), overhead=None), after, tree, tree)
    assert said[1].startswith("`lib.py` f: 60.0% of the time (it is new)")


def test_a_change_that_never_runs_is_told(tree: Path) -> None:
    nothing = LineProfile(functions=(function(0.0, {}),), overhead=1.0)
    assert compared(nothing, nothing, tree, tree) == [
        "None of the functions that the change touches runs in the benchmark."
    ]


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"calls": 400, "sampled": 400, "distinct": 4}, "400 times; 99% repeat arguments seen before."),
        ({"calls": 30, "sampled": 20, "distinct": 20}, "30 times; 0% of the first 20 repeat arguments seen before."),
        (
            {"calls": 4, "sampled": 4, "distinct": 1, "by_object": True},
            "4 times; 75% repeat arguments seen before on the same object, which may have changed.",
        ),
        ({"calls": 9, "sampled": 9, "distinct": None}, "9 times."),
    ],
)
def test_repeated_calls_are_told_where_they_can_be(facts: dict[str, Any], said: str) -> None:
    assert call_lines(function(1.0, {}, **facts).calls) == [f"It is called {said}"]


def test_sizes_are_told() -> None:
    sizes = (
        ArgumentSize(name="a", minimum=3, median=3, maximum=3),
        ArgumentSize(name="b", minimum=0, median=2, maximum=9),
    )
    said = call_lines(function(1.0, {}, sizes=sizes).calls)
    assert said[1:] == ["`a` holds 3 items.", "`b` holds 0 to 9 items, median 2."]
