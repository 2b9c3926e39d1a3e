"""Hotspots from profiles whose truth is known."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from perfagent.tools.profile import Hotspot, RawProfile, rank
from perfagent.tools.profile.collect import Edge, Row


@pytest.fixture
def spots(raw: RawProfile, tree: Path) -> dict[str, Hotspot]:
    return {spot.qualname: spot for spot in rank(raw, tree)}


def test_library_time_is_charged_to_who_called_for_it(spots: dict[str, Hotspot]) -> None:
    charged = {name: spot.charged_share for name, spot in spots.items()}
    assert charged == {"top": 0.1, "middle": 0.6, "helper": 0.3}


def test_own_and_cumulative_shares(spots: dict[str, Hotspot]) -> None:
    assert {name: spot.self_share for name, spot in spots.items()} == {
        "top": 0.1,
        "middle": 0.1,
        "helper": 0.2,
    }
    assert {name: spot.cumulative_share for name, spot in spots.items()} == {
        "top": 1.0,
        "middle": 0.9,
        "helper": 0.3,
    }


def test_charged_shares_add_up_to_the_repositorys_time(spots: dict[str, Hotspot]) -> None:
    assert sum(spot.charged_share for spot in spots.values()) == pytest.approx(1.0)


def test_a_lambda_belongs_to_its_function(spots: dict[str, Hotspot]) -> None:
    helper = spots["helper"]
    assert (helper.path, helper.start, helper.end, helper.calls) == ("lib.py", 12, 13, 50)
    assert helper.callers == ("lib.py:middle",)


def test_dear_and_high_functions_come_first(raw: RawProfile, tree: Path) -> None:
    assert [spot.qualname for spot in rank(raw, tree)] == ["middle", "top", "helper"]


def test_tests_come_in_when_there_is_nothing_else(raw: RawProfile, tree: Path) -> None:
    busy = replace(raw.benchmarks["bench"][0], self_s=10.0)
    assert [spot.qualname for spot in rank(RawProfile("/in", {"bench": (busy,)}), tree)] == ["test_top"]


def test_functions_outside_the_source_roots_and_the_workload_itself_stay_out(raw: RawProfile, tree: Path) -> None:
    outside = rank(raw, tree, roots=("src",))
    assert {spot.path for spot in outside} == {"lib.py", "tests/test_lib.py"}
    own = rank(replace(raw, own=frozenset({"lib.py"})), tree)
    assert {spot.path for spot in own} == {"lib.py", "tests/test_lib.py"}


def test_every_benchmark_counts_alike(raw: RawProfile, tree: Path) -> None:
    long = tuple(
        replace(row, self_s=row.self_s * 100, cumulative_s=row.cumulative_s * 100) for row in raw.benchmarks["bench"]
    )
    other = (Row("/in/lib.py", 12, "helper", 3, 1.0, 1.0, ()),)
    spots = {spot.qualname: spot for spot in rank(RawProfile("/in", {"a": long, "b": other}), tree)}
    assert spots["helper"].self_share == pytest.approx((0.2 + 1.0) / 2)
    assert spots["helper"].benchmarks == ("b", "a")
    assert spots["top"].benchmarks == ("a",)


def test_the_order_of_rows_does_not_matter(raw: RawProfile, tree: Path) -> None:
    rows = raw.benchmarks["bench"]
    last = len(rows) - 1
    turned = tuple(
        replace(row, callers=tuple(replace(edge, caller=last - edge.caller) for edge in row.callers))
        for row in reversed(rows)
    )
    assert rank(RawProfile("/in", {"bench": turned}), tree) == rank(raw, tree)


def test_an_empty_profile_has_no_hotspots(tree: Path) -> None:
    assert rank(RawProfile("/in", {"bench": ()}), tree) == []


def test_who_shares_a_builtin_is_no_caller_of_what_runs_in_it(tmp_path: Path) -> None:
    source = "def one(xs):\n    return any(slow(x) for x in xs)\n\n\ndef two(xs):\n    return any(xs)\n\n\n"
    (tmp_path / "lib.py").write_text(source + "def slow(x):\n    return x\n")
    rows = (
        Row("/in/lib.py", 1, "one", 1, 0.1, 1.0, ()),
        Row("/in/lib.py", 5, "two", 1, 0.1, 1.0, ()),
        Row("~", 0, "<built-in method any>", 2, 0.1, 1.8, (Edge(0, 1, 0.05, 0.9), Edge(1, 1, 0.05, 0.9))),
        Row("/in/lib.py", 9, "slow", 9, 1.7, 1.7, (Edge(2, 9, 1.7, 1.7),)),
    )
    spots = {spot.qualname: spot for spot in rank(RawProfile("/in", {"bench": rows}), tmp_path)}
    assert spots["slow"].callers == ("lib.py:one",)
