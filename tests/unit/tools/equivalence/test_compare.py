"""Comparing encoded results: the first difference with its path, and what is left out."""

from __future__ import annotations

import math
from collections import OrderedDict
from typing import Any

import pytest

from perfagent.tools.equivalence import compare, opaque_paths, stable


class Plain:
    def __init__(self, **attributes: Any) -> None:
        self.__dict__.update(attributes)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (0.1 + 0.2, 0.3),
        (math.nan, math.nan),
        ([1e308 * 10], [math.inf]),
        (complex(1, 0.1 + 0.2), complex(1, 0.3)),
        ([0.1 + 0.2] * 50, [0.3] * 50),
        ({0.1 + 0.2, 5.0}, {0.3, 5.0}),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}),
        (Plain(x=1), Plain(x=1, _cache={})),
        (Plain(x=1, _cache={}), Plain(x=1)),
        ([lambda: 1], [lambda: 2]),
    ],
)
def test_equal(encode, one: Any, other: Any) -> None:
    assert compare(encode(one), encode(other)) is None


@pytest.mark.parametrize(
    ("one", "other", "told"),
    [
        (1, True, "result: 1 became True (type)"),
        (1, 1.0, "result: 1 became 1.0 (type)"),
        ([1], (1,), "result: [1] became (1) (type)"),
        ([1], iter([1]), "result: [1] became iterator(1) (type)"),
        ([0, {"x": [1, 2]}], [0, {"x": [1, 3]}], "result[1]['x'][1]: 2 became 3 (value)"),
        ([1] * 10, [1] * 7, "(length 10 became 7)"),
        ({"a": 1}, {}, "result['a']: 1 became nothing (missing)"),
        ({}, {1: "b"}, "result[1]: nothing became 'b' (extra)"),
        ({1, 2}, {1, 3}, "result: {1, 2} became {1, 3} (value)"),
        (ValueError("a"), ValueError("b"), "result[0]: 'a' became 'b' (value)"),
        (Plain(x=[1]), Plain(x=[2]), "result.x[0]: 1 became 2 (value)"),
        (Plain(x=1), Plain(x=1, y=2), "result.y: nothing became 2 (extra)"),
        (Plain(_x=1), Plain(_x=2), "result._x: 1 became 2 (value)"),
        (OrderedDict(a=1, b=2), OrderedDict(b=2, a=1), "result[0][0]: 'a' became 'b' (value)"),
        ([0.5] * 49 + [1.0], [0.5] * 50, "result[49]: 1.0 became 0.5 (value)"),
        ([0.5] * 50, [0.5] * 49 + [1], "result[49]: 0.5 became 1 (type)"),
        ([lambda: 1], [1], "(type)"),
        (math.nan, 0.0, "result: nan became 0.0 (value)"),
    ],
)
def test_different(encode, one: Any, other: Any, told: str) -> None:
    assert told in str(compare(encode(one), encode(other)))


def test_what_was_not_recorded_is_told_by_its_digest(encode) -> None:
    one, other = (encode([0] * 100 + [last], limit=20) for last in (1, 2))
    difference = compare(one, other)
    assert difference is not None
    assert (difference.path, difference.reason) == ("result[19:]", "digest")


def test_tolerances_are_the_callers(encode) -> None:
    assert compare(encode(1.0), encode(1.001)) is not None
    assert compare(encode(1.0), encode(1.001), rel=0.01) is None
    assert compare(encode(0.0), encode(0.001), abs_=0.01) is None


def test_narrow_types_have_their_own_precision(encode) -> None:
    def array(dtype: str, value: float) -> list[Any]:
        return ["array", f"numpy.ndarray {dtype}", [encode([1]), encode([value])], None]

    assert compare(array("float32", 1.0), array("float32", 1.0000002)) is None
    assert compare(array("float64", 1.0), array("float64", 1.0000002)) is not None


def test_long_values_are_shortened(encode) -> None:
    difference = compare(encode(["x" * 1000]), encode([0]))
    assert difference is not None
    assert len(difference.baseline) == 120


def test_values_that_differ_between_baseline_runs_are_left_out(encode) -> None:
    def run(moment: int, **more: Any) -> dict[str, Any]:
        return {"a": encode({"t": moment, "x": [1, lambda: 1]}), "b": encode(moment), **more}

    known = stable([run(1, c=encode(1)), run(2), run(3)])
    assert known.unstable == {"a": ("result['t']",), "b": ("result",)}
    assert known.opaque == {"a": ("result['x'][1]",)}
    assert [known.comparable(name) for name in "abc"] == [True, False, False]
    assert compare(run(1)["a"], run(9)["a"], ignore=known.ignored("a")) is None


def test_a_candidate_is_still_judged_beside_what_is_left_out(encode) -> None:
    ignore = {"result['t']"}
    difference = compare(encode({"t": 1, "x": 1}), encode({"t": 2, "x": 2}), ignore=ignore)
    assert difference is not None
    assert difference.path == "result['x']"


def test_results_that_differ_everywhere_are_not_compared(encode) -> None:
    known = stable([{"a": encode(list(range(100)))}, {"a": encode(list(range(1, 101)))}])
    assert not known.comparable("a")


def test_opaque_places_are_listed(encode) -> None:
    assert opaque_paths(encode({"f": [lambda: 1]})) == ("result['f'][0]",)
