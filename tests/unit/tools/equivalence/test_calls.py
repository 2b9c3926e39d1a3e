"""Which calls are compared with which, and what is told of the first that differs, from traces written by hand."""

from __future__ import annotations

from typing import Any

from perfagent.tools.equivalence.call_traces import Call, CallTrace
from perfagent.tools.equivalence.calls import differing_calls, first_difference, suspects, wanted
from perfagent.tools.profile import Place
from perfagent.tools.profile.functions import Function

PLACE = Place("lib.py", Function("A.f", "f", 3, 9))
NOTHING: list[Any] = ["dict", None, [], None]


def sketched(*functions: list[Any]) -> CallTrace:
    return CallTrace((), (), sketches=tuple(map(tuple, functions)))


def call(number: int, result: Any, *, arguments: Any = NOTHING, ended: str = "returned", after: Any = None) -> Call:
    return Call(0, number, arguments, ended, result, after)


def traced(*calls: Call) -> CallTrace:
    return CallTrace(calls, (len(calls),), (("self", "x"),))


def test_calls_are_compared_by_their_number_while_arguments_agree() -> None:
    assert suspects(sketched([(1, 1), (2, 2), (1, 3)]), sketched([(1, 1), (2, 9), (1, 3)])) == {(0, 1): (0, 1)}


def test_skipped_calls_do_not_shift_the_others() -> None:
    before, after = sketched([(1, 1), (2, 2), (3, 3), (2, 4)]), sketched([(1, 1), (3, 9), (2, 2), (2, 5)])
    assert suspects(before, after) == {(0, 1): (0, 2), (0, 3): (0, 3)}


def test_calls_that_did_not_end_or_have_no_partner_are_left_out() -> None:
    assert suspects(sketched([(1, 1), None]), sketched([None, (1, 1), (7, 7)])) == {}


def test_few_calls_of_each_function_are_suspected() -> None:
    many = [(n, 0) for n in range(50)]
    found = suspects(sketched(many, many), sketched(*[[(n, 1) for n in range(50)]] * 2))
    assert len(found) == 40
    assert wanted(found, 3).kept == (tuple(range(20)), tuple(range(20)), ())


def test_equal_ends_and_other_arguments_are_no_difference() -> None:
    close, other = ["float", "0.30000000000000004"], ["dict", None, [[["str", "x"], ["int", 1]]], None]
    before = traced(call(0, ["float", "0.3"]), call(1, ["int", 1]), call(2, ["int", 1], arguments=other))
    after = traced(call(0, close), call(2, ["int", 2]), call(1, ["int", 2]))
    found = list(differing_calls(before, after, {(0, number): (0, number) for number in range(3)}))
    assert [(one.number, two.number) for one, two in found] == [(1, 1)]


def test_what_says_most_of_an_object_comes_first() -> None:
    attributes = [("_hidden", ["int", 1]), ("deep", ["list", None, [], None]), ("size", ["int", 4])]
    own = ["object", "lib.A", [[["attr", name], value] for name, value in attributes], None]
    given = ["dict", None, [[["str", "self"], own], [["str", "x"], ["int", 2]]], None]
    pair = (call(0, ["int", 1], arguments=given), call(4, ["int", 2], arguments=given, ended="raised"))
    told = first_difference([PLACE], traced(pair[1]), [pair])
    assert told.arguments == "self=lib.A(size=4, deep=[], _hidden=1), x=2"
    assert told.lines() == [
        "the first call that ends differently: A.f (lib.py:3), call 5 of 1",
        f"  arguments: {told.arguments}",
        "  before the change: returned 1",
        "  with the change:   raised 2",
    ]
