"""Answers written from a small change, and what is counted as right, refused and wrong."""

from __future__ import annotations

import pytest

from perfagent.benchmarks.edit_formats.corpus import Change, definitions, hunks
from perfagent.benchmarks.edit_formats.page import Results, document, line
from perfagent.benchmarks.edit_formats.trial import BLOCK, DIFF, Row, definition_rows, file_rows, hunk_rows, outcome

BEFORE = """\
class Table:
    def first(self, rows):
        # Sorted by name.
        total = 0

        for row in rows:
            total += row
        return total

    def second(self, rows):
        # Sorted by size.
        count = 0

        for row in rows:
            count += row
        return count
"""
CHANGE = Change("p", "a.py", BEFORE, BEFORE.replace("count += row", "count += row.size"))


@pytest.fixture(scope="module")
def rows() -> dict[tuple[str, str], Row]:
    found = list(hunks(CHANGE))
    every = [*hunk_rows(found, 1), *file_rows([(CHANGE, found)]), *definition_rows(list(definitions(CHANGE)))]
    return {(row.format, row.damage): row for row in every}


@pytest.mark.parametrize("form", [BLOCK, DIFF])
@pytest.mark.parametrize("damage", ["none", "uniform outdent", "trailing whitespace"])
def test_what_the_tiers_forgive_is_right(rows: dict[tuple[str, str], Row], form: str, damage: str) -> None:
    assert (rows[form, damage].right, rows[form, damage].total) == (1, 1)


@pytest.mark.parametrize("damage", ["one-char typo in context", "quote of code not there"])
def test_what_they_do_not_forgive_is_refused(rows: dict[tuple[str, str], Row], damage: str) -> None:
    assert rows[BLOCK, damage].refused == {"not_found": 1}


def test_headers_are_not_believed_and_definitions_are_moved(rows: dict[tuple[str, str], Row]) -> None:
    right = {damage for (form, damage), row in rows.items() if form == DIFF and row.right}
    assert {"starts off by 7", "all hunks claim line 1", "counts off by one", "no numbers", "whole file"} <= right
    assert rows["whole definition", "uniform outdent"].right == 1
    assert rows["whole definition", "another function's code"].refused == {"malformed": 1}


def test_whatever_is_applied_though_it_should_be_refused_is_wrong() -> None:
    answer = "a.py\n```\n<<<<<<< SEARCH\nx\n=======\ny\n>>>>>>> REPLACE\n```\n"
    assert outcome("x\n", "y\n", answer) == "right"
    assert outcome("x\n", "z\n", answer) == outcome("x\n", None, answer) == "wrong"
    assert outcome("z\n", "y\n", answer) == "not_found"


def test_the_page_counts_every_row(rows: dict[tuple[str, str], Row]) -> None:
    seen = Results(("p",), list(rows.values()), 1, 1, 1, ["p/a.py: undefined name: x (line 1)"])
    amiss = Row(BLOCK, "none")
    amiss.add("wrong")
    amiss.add("right")
    page = document(seen, Results(("q",), [amiss], 1, 1, 1, []))
    total = sum(row.total for row in rows.values())
    assert f"| all | | {total} |" in page
    assert "0 (0.000 %)" in page
    assert f"WRONG 1 of 2 (50.000 %):\n\n- {BLOCK}, none: 1 of 2\n" in page
    assert page.endswith(":\n\n- p/a.py: undefined name: x (line 1)\n")


def test_a_row_names_its_most_frequent_refusal(rows: dict[tuple[str, str], Row]) -> None:
    row = rows[BLOCK, "one-char typo in context"]
    assert line(row) == f"| {BLOCK} | one-char typo in context | 1 | 0.0 | 100.0 | 0 | not_found |"
