"""Changes cut into hunks and definitions, each of which makes its part of the real change."""

from __future__ import annotations

import pytest

from perfagent.benchmarks.edit_formats.corpus import Change, definitions, hunks, sample

BEFORE = "".join(f"line {number}\n" for number in range(40))
CHANGE = Change("p", "a.py", BEFORE, BEFORE.replace("line 5\n", "five\n").replace("line 30\n", "thirty\n30\n"))


def test_hunks_quote_three_lines_and_make_their_own_change_alone() -> None:
    first, second = hunks(CHANGE)
    assert (first.start, first.lead, first.tail, len(first.old)) == (2, 3, 3, 7)
    assert first.wanted == BEFORE.replace("line 5\n", "five\n")
    assert second.new[3:5] == ("thirty", "30")


def test_hunks_nobody_would_quote_are_left_out() -> None:
    assert list(hunks(Change("p", "a.py", BEFORE, "x\n"))) == []


def test_definitions_are_cut_out_with_decorators_and_trailing_comments() -> None:
    before = "x = 1\n\n\nclass A:\n    @one\n    def f(self):\n        return 1\n        # end\n\n    y = 2\n"
    (found,) = definitions(Change("p", "a.py", before, before.replace("return 1", "return 2")))
    assert found.qualname == "A.f"
    assert found.old == ("    @one", "    def f(self):", "        return 1", "        # end")
    assert found.wanted == before.replace("return 1", "return 2")


@pytest.mark.parametrize("text", ["def f():\n    return 1\n\n\ndef f():\n    return 2\n", "def f(:\n"])
def test_what_is_defined_twice_or_cannot_be_read_is_left_out(text: str) -> None:
    assert list(definitions(Change("p", "a.py", text, text.replace("1", "3")))) == []


def test_a_draw_is_the_same_for_the_same_seed() -> None:
    found = list(hunks(CHANGE))
    assert sample(found, 1, 1) == sample(found, 1, 1)
    assert sample(found, 9, 1) == found
