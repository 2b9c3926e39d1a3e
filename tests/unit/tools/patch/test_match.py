"""Where SEARCH is found, and where it is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perfagent.tools.errors import EditError
from perfagent.tools.patch import Edit, apply_edit

SOURCE = """\
class Reader:
    def first(self, rows):
        for row in rows:
            yield row.strip()

    def second(self, rows):
        for row in rows:
            yield row.upper()
"""


def edited(content: str, search: str, replace: str) -> str:
    return apply_edit(content, Edit("a.py", search, replace))


def reason(content: str, search: str, replace: str) -> EditError:
    with pytest.raises(EditError) as caught:
        edited(content, search, replace)
    return caught.value


def test_an_exact_unique_place_is_replaced() -> None:
    assert "yield row.lower()" in edited(SOURCE, "row.upper()", "row.lower()")


def test_trailing_whitespace_does_not_matter() -> None:
    assert edited("a = 1  \nb = 2\n", "a = 1\nb = 2 \n", "c = 3\n") == "c = 3\n"


@pytest.mark.parametrize("shift", ["", "    ", "            "])
def test_one_uniform_shift_of_indentation_is_applied_to_replace_too(shift: str) -> None:
    search = f"{shift}def second(self, rows):\n{shift}    for row in rows:\n"
    replace = f"{shift}def second(self, rows):\n\n{shift}    for row in reversed(rows):\n"
    wanted = SOURCE.replace(
        "    def second(self, rows):\n        for row in rows:\n",
        "    def second(self, rows):\n\n        for row in reversed(rows):\n",
    )
    assert edited(SOURCE, search, replace) == wanted


def test_a_shift_that_is_not_uniform_is_refused() -> None:
    assert reason(SOURCE, "def second(self, rows):\nfor row in rows:\n", "pass\n").reason == "not_found"


def test_a_single_outdented_line_takes_all_its_replacement_along() -> None:
    got = edited("if a:\n    x = 1\n    y = 2\n", "x = 1\n", "if b:\n    x = 3\n")
    assert got == "if a:\n    if b:\n        x = 3\n    y = 2\n"


def test_a_first_line_that_lost_its_indentation_keeps_the_others() -> None:
    got = edited(SOURCE, "def second(self, rows):\n        for row in rows:\n", "def third(self):\n        if 1:\n")
    assert "    def third(self):\n        if 1:\n" in got


def test_a_first_line_that_comes_again_deeper_is_not_taken_for_that_one() -> None:
    content = "def f():\n    end()\n    if x:\n        end()\n"
    got = edited(content, "end()\n    if x:\n        end()\n", "end()\n    if y:\n        end()\n")
    assert got == content.replace("if x", "if y")


def test_deleting_an_outdented_line_leaves_no_indentation_behind() -> None:
    assert edited("    x = 1\n    y = 2\n", "x = 1\n", "") == "    y = 2\n"


def test_a_place_that_occurs_twice_is_refused_with_its_lines() -> None:
    error = reason(SOURCE, "        for row in rows:\n", "        pass\n")
    assert error.reason == "ambiguous"
    assert "lines 3, 7" in error.message


def test_of_many_hits_only_the_first_lines_are_named() -> None:
    assert reason("x = 1\n" * 50, "x = 1\n", "y\n").message.endswith("lines 1, 2, 3, 4, 5, 6, 7, 8 and 42 more")


def test_text_that_is_not_there_shows_the_nearest_lines_with_numbers() -> None:
    error = reason(SOURCE, "    for line in rows:\n        yield row.upper()\n", "pass\n")
    assert error.reason == "not_found"
    assert "8|             yield row.upper()" in error.remedy


def test_text_like_nothing_in_the_file_shows_nothing() -> None:
    assert "nothing in the file resembles it" in reason(SOURCE, "import numpy\n", "").remedy


@pytest.mark.parametrize(
    ("content", "search", "replace"),
    [
        ("new\n", "old\n", "new\n"),
        ("import os\nimport re\n", "import os\n", "import os\nimport re\n"),
        ("old\n", "old\n", "old\n"),
        ("new\n", "", "new\n"),
    ],
)
def test_what_stands_there_already_is_not_done_twice(content: str, search: str, replace: str) -> None:
    assert reason(content, search, replace).reason == "already_applied"


def test_names_and_numbers_are_not_cut_in_two() -> None:
    assert edited("max = 1\nx = 1\n", "x = 1\n", "x = 2\n") == "max = 1\nx = 2\n"
    assert reason("size = 100\n", "size = 10", "size = 20").reason == "not_found"


def test_whole_lines_are_not_found_at_the_end_of_a_longer_line() -> None:
    assert edited("print(x)\n(x)\n", "(x)\n", "(y)\n") == "print(x)\n(y)\n"


def test_a_whole_line_is_not_glued_to_the_next() -> None:
    assert edited("a = 1\nb = 2\n", "a = 1\n", "a = 3") == "a = 3\nb = 2\n"


def test_lines_that_are_only_quoted_stay_as_they_are_in_the_file() -> None:
    assert edited("a  \nb\nc\n", "a\nb\n", "a\nx\n") == "a  \nx\nc\n"
    assert edited("\ta \n\tb\n", "a\nb\n", "a\nx\n") == "\ta \n\tx\n"


def test_numbers_that_were_quoted_with_the_lines_are_told() -> None:
    assert "without the numbers" in reason(SOURCE, "  3|         for row in rows:\n", "").remedy


@pytest.mark.parametrize("search", ["\n", "   \n\n"])
def test_blank_search_is_malformed(search: str) -> None:
    assert reason(SOURCE, search, "x\n").reason == "malformed"


def test_an_existing_file_is_not_overwritten() -> None:
    assert reason(SOURCE, "", "x = 1\n").reason == "malformed"


def test_windows_line_ends_stay() -> None:
    assert edited("a\r\nb\r\nc\r\n", "b\n", "x\ny\n") == "a\r\nx\r\ny\r\nc\r\n"


def test_mixed_line_ends_outside_the_hit_stay() -> None:
    assert edited("a\r\nb\nc\r\nd\n", "c\n", "x\n") == "a\r\nb\nx\nd\n"


def test_a_missing_final_newline_stays_missing() -> None:
    assert edited("a\nb", "b\n", "c\n") == "a\nc"


def test_form_feeds_and_unicode_separators_end_no_line() -> None:
    assert edited("a\fb\u2028c\nd\n", "d  \n", "e\n") == "a\fb\u2028c\ne\n"


lines = st.lists(
    st.sampled_from(["x = 1", "    y = x", "", "def f():", "    return y", "# é", "z"]),
    min_size=1,
    max_size=12,
)


@given(
    lines,
    lines,
    lines,
    st.lists(st.sampled_from(["new()", "    more()"]), max_size=3),
    st.sampled_from(["\n", "\r\n"]),
)
def test_a_quoted_place_is_replaced_there_or_refused(
    above: list[str], quoted: list[str], below: list[str], new: list[str], end: str
) -> None:
    """Whatever surrounds it, text is only ever changed where the quoted lines stand."""
    content = "".join(line + end for line in [*above, *quoted, *below])
    try:
        got = edited(content, "".join(f"{line}\n" for line in quoted), "".join(f"{line}\n" for line in new))
    except EditError as error:
        assert error.reason in {"ambiguous", "malformed"}
    else:
        assert got == "".join(line + end for line in [*above, *new, *below])
