"""Blocks as models really write them."""

from __future__ import annotations

import pytest

from perfagent.tools.errors import EditError
from perfagent.tools.patch import Edit, apply_edit, parse_edits


def blocks(text: str) -> list[Edit]:
    """The edits of a text, all of which are blocks."""
    edits = parse_edits(text)
    assert all(isinstance(edit, Edit) for edit in edits)
    return [edit for edit in edits if isinstance(edit, Edit)]


BLOCK = "<<<<<<< SEARCH\nold\n=======\nnew\n>>>>>>> REPLACE\n"


@pytest.mark.parametrize(
    "line",
    [
        "pkg/a.py",
        "`pkg/a.py`",
        "**pkg/a.py**",
        "**`pkg/a.py`**",
        "### pkg/a.py",
        "pkg/a.py:",
        "**pkg/a.py:**",
        "File: pkg/a.py",
        "./pkg/a.py",
        "Now change `pkg/a.py` so:",
        "  pkg/a.py  ",
    ],
)
def test_the_path_is_freed_of_markdown(line: str) -> None:
    assert blocks(f"Text.\n\n{line}\n```python\n{BLOCK}```\n") == [Edit("pkg/a.py", "old\n", "new\n")]


@pytest.mark.parametrize(
    "text",
    [
        f"```python\npkg/a.py\n{BLOCK}```\n",
        f"```python pkg/a.py\n{BLOCK}```\n",
        f"```pkg/a.py\n{BLOCK}```\n",
        f"pkg/a.py\n\n```\n{BLOCK}```\n",
        f"pkg/a.py\n~~~\n{BLOCK}~~~\n",
        f"pkg/a.py\n{BLOCK}",
        BLOCK.replace("SEARCH", "SEARCH pkg/a.py"),
        f"pkg/a.py\n```\n{BLOCK}```\n".replace("\n", "\r\n"),
    ],
)
def test_the_fence_may_stand_anywhere_or_nowhere(text: str) -> None:
    assert blocks(text) == [Edit("pkg/a.py", "old\n", "new\n")]


def test_several_blocks_in_one_fence_share_the_path() -> None:
    edits = blocks(f"a.py\n```\n{BLOCK}\n{BLOCK}```\nb.py\n```\n{BLOCK}```\n")
    assert [edit.path for edit in edits] == ["a.py", "a.py", "b.py"]


def test_text_without_blocks_holds_no_edits() -> None:
    assert blocks("I would use a set.\n```python\nx = {1}\n```\n") == []


def test_empty_search_and_empty_replace_are_kept_empty() -> None:
    new, gone = blocks(
        "a.py\n<<<<<<< SEARCH\n=======\nx = 1\n>>>>>>> REPLACE\nb.py\n<<<<<<< SEARCH\nx\n=======\n>>>>>>> REPLACE\n"
    )
    assert (new.search, new.replace) == ("", "x = 1\n")
    assert (gone.search, gone.replace) == ("x\n", "")


def test_a_block_indented_as_a_whole_is_outdented() -> None:
    text = "1. a.py\n\n   a.py\n   ```\n" + "".join(f"   {line}\n" for line in BLOCK.splitlines()) + "   ```\n"
    assert blocks(text) == [Edit("a.py", "old\n", "new\n")]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a.py\n```\n<<<<<<< SEARCH\nold\n=======\nne", "cut off"),
        ("a.py\n<<<<<<< SEARCH\nold\n", "cut off"),
        ("a.py\n<<<<<<< SEARCH\nold\n>>>>>>> REPLACE\n", "no ======= line"),
        (f"a.py\n<<<<<<< SEARCH\nold\n=======\n{BLOCK}", "begins a new block"),
        ("a.py\nold\n=======\nnew\n>>>>>>> REPLACE\n", "no <<<<<<< SEARCH began"),
        ("a.py\n<<<<<<< SEARCH\n" + "=======\n" * 40 + ">>>>>>> REPLACE\n", "make its markers longer"),
        (f"Here it is, at last\n```python\n{BLOCK}```\n", "no path"),
    ],
)
def test_malformed_blocks_are_refused_with_the_reason(text: str, said: str) -> None:
    with pytest.raises(EditError, match=said) as caught:
        blocks(text)
    assert caught.value.reason == "malformed"


HEADING = "Title\n=======\ntext\n"


def test_an_underline_in_search_does_not_end_it() -> None:
    (edit,) = blocks(f"a.rst\n<<<<<<< SEARCH\n{HEADING}=======\nshort\n>>>>>>> REPLACE\n")
    assert apply_edit(f"{HEADING}rest\n", edit) == "short\nrest\n"


def test_an_underline_in_replace_does_not_truncate_it() -> None:
    (edit,) = blocks(f"a.rst\n<<<<<<< SEARCH\nshort\n=======\n{HEADING}>>>>>>> REPLACE\n")
    assert apply_edit("short\nrest\n", edit) == f"{HEADING}rest\n"


def test_underlines_on_both_sides() -> None:
    text = f"a.rst\n<<<<<<< SEARCH\n{HEADING}=======\n{HEADING.upper()}>>>>>>> REPLACE\n"
    (edit,) = blocks(text)
    assert apply_edit(f"above\n{HEADING}below\n", edit) == f"above\n{HEADING.upper()}below\n"


def test_an_underline_in_a_new_file() -> None:
    (edit,) = blocks(f"a.rst\n<<<<<<< SEARCH\n=======\n{HEADING}>>>>>>> REPLACE\n")
    assert apply_edit("", edit) == HEADING


def test_longer_markers_let_the_body_hold_the_usual_ones() -> None:
    inner = "<<<<<<< SEARCH\na\n=======\nb\n>>>>>>> REPLACE\n"
    (edit,) = blocks(f"a.md\n<<<<<<<<< SEARCH\nold\n=========\n{inner}>>>>>>>>> REPLACE\n")
    assert edit == Edit("a.md", "old\n", inner)
