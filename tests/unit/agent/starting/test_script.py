"""A benchmark as text: it compiles, is found by itself, and makes the calls it says."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

import pytest

from perfagent.agent.starting.script import BODY_S, importable, repeats, script
from perfagent.tools.equivalence import RealCall, RealCalls
from perfagent.tools.workload import discover, script_kind


def seen(*given: str, way: str = "function", owner: str = "", name: str = "join", made: str = "") -> RealCalls:
    kept = tuple(RealCall(made, each, 0.1, "") for each in given)
    module = "json" if owner else "textwrap"
    return RealCalls(9, len(kept), way, module, owner, name, {}, ('t.py::test["""]',), 3, kept)


def run(tmp_path: Path, calls: RealCalls, repeat: int = 2) -> Any:
    made = script(calls, calls.kept, repeat, "benchmarks")
    for path, text in ((made.path, made.text), (made.data_path, made.data)):
        if text:
            (tmp_path / path).parent.mkdir(exist_ok=True)
            (tmp_path / path).write_text(text, "utf-8")
    (found,) = discover(tmp_path, [made.path])
    assert (found.workload.spec, found.sure) == (f"script:{made.path}", "certain")
    assert script_kind(tmp_path / made.path) == "workload"
    return runpy.run_path(str(tmp_path / made.path))["workload"]()


def test_positional_calls(tmp_path: Path) -> None:
    calls = seen("((' a\\n b',), {})", "((' c',), {})", name="dedent")
    assert run(tmp_path, calls) == ["a\nb", "c"]


def test_named_calls(tmp_path: Path) -> None:
    calls = seen("(('a b c',), {'width': 3})", "(('d',), {})", name="wrap")
    assert run(tmp_path, calls) == [["a b", "c"], ["d"]]


def test_methods_and_what_their_objects_are_made_with(tmp_path: Path) -> None:
    encoder = {"way": "method", "owner": "JSONEncoder", "name": "encode"}
    plain = seen("(({'b': 1, 'a': 2},), {})", made="((), {})", **encoder)
    assert run(tmp_path, plain) == ['{"b": 1, "a": 2}']
    sorting = seen("(({'b': 1, 'a': 2},), {})", made="((), {'sort_keys': True})", **encoder)
    assert run(tmp_path, sorting) == ['{"a": 2, "b": 1}']


def test_long_calls_stand_in_a_file_beside(tmp_path: Path) -> None:
    text = " " + "x y " * 3000
    assert run(tmp_path, seen(f"(({text!r},), {{}})", name="dedent")) == [text.strip() + " "]
    assert (tmp_path / "benchmarks/bench_dedent.calls").read_text().startswith("[\n(' x y x")


def test_calls_of_some_length_are_broken_into_lines(tmp_path: Path) -> None:
    words = [f"word{number}" for number in range(60)]
    made = script(calls := seen(f"(({words!r},), {{}})", name="shorten"), calls.kept, 1, "bench")
    assert made.data == ""
    assert max(map(len, made.text.splitlines())) <= 120


def test_the_docstring_says_where_the_calls_are_from() -> None:
    text = script(calls := seen("(('a',), {})"), calls.kept, 1, "b").text
    assert "The calls are real: the one captured while t.py::test and 2 other tests ran." in text.replace("\n", " ")


@pytest.mark.parametrize(("pass_s", "count"), [(0.0501, 2), (0.1, 1), (3.0, 1), (0.0004, 500), (1e-5, 10_000)])
def test_repeats_are_round_and_enough(pass_s: float, count: int) -> None:
    assert repeats(pass_s) == count
    assert repeats(pass_s) * pass_s >= BODY_S * 0.999


def test_a_name_that_cannot_be_imported() -> None:
    assert importable(seen())
    assert not importable(seen(name="<lambda>"))
