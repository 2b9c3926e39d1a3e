"""Unified diffs as models really write them."""

from __future__ import annotations

from pathlib import Path

import pytest

from perfagent.tools.errors import EditError
from perfagent.tools.patch import Deletion, Edit, apply_edit, apply_edits, parse_edits

HUNK = "@@ -2,3 +2,3 @@\n b = 2\n-c = 3\n+c = 4\n d = 5\n"
NAMES = "--- a/pkg/a.py\n+++ b/pkg/a.py\n"
EDIT = Edit("pkg/a.py", "b = 2\nc = 3\nd = 5\n", "b = 2\nc = 4\nd = 5\n", line=2)
UNPLACED = Edit(EDIT.path, EDIT.search, EDIT.replace)


@pytest.mark.parametrize(
    "text",
    [
        f"So:\n\n```diff\n{NAMES}{HUNK}```\n",
        f"```udiff\n{NAMES}{HUNK}```\n",
        f"1. do\n   ```diff\n{''.join(f'   {line}' for line in (NAMES + HUNK).splitlines(keepends=True))}   ```\n",
        f"```\n{NAMES}{HUNK}```\n",
        f"Like this:\n\n{NAMES}{HUNK}\nThis is faster.\n- really\n",
        f"{NAMES}{HUNK}This is faster.\n",
        f"```diff\ndiff --git a/pkg/a.py b/pkg/a.py\nindex 12..34 100644\n{NAMES}{HUNK}```",
        f"```diff\n--- pkg/a.py\n+++ pkg/a.py\n{HUNK}```\n",
        f"```diff\n--- pkg/a.py\t2020-01-01\n+++ b/pkg/a.py\n{HUNK}```\n",
        f"pkg/a.py\n```diff\n{HUNK}```\n",
        f"```diff pkg/a.py\n{HUNK}```\n",
        f"```diff\n{NAMES}{HUNK}\n\n```\n".replace("\n", "\r\n"),
        f"```diff\n{NAMES}{HUNK.replace('2,3', '2,7')}```\n",
        f"```diff\n{NAMES}{HUNK.replace(' @@', ' @@ def f():', 1)}```\n",
        f"```diff\n{NAMES}{HUNK.replace(' b', 'b')}```\n",
    ],
)
def test_every_way_to_send_a_diff_gives_the_same_edit(text: str) -> None:
    assert parse_edits(text) == [EDIT]


@pytest.mark.parametrize("header", ["@@ ... @@", "@@", "@@ def f():", "@@ @@"])
def test_positions_may_be_missing(header: str) -> None:
    assert parse_edits(f"```diff\n{NAMES}{header}\n{HUNK.partition(chr(10))[2]}```\n") == [UNPLACED]


def test_one_hunk_needs_no_header_at_all() -> None:
    assert parse_edits(f"```diff\n{NAMES}{HUNK.partition(chr(10))[2]}```\n") == [UNPLACED]


def test_lines_are_counted_after_the_hunks_before() -> None:
    text = f"```diff\n{NAMES}@@ -1 +1,2 @@\n a\n+b\n@@ -9,2 +10 @@\n c\n-d\n@@ -20 +20 @@\n-e\n+f\n```\n"
    assert [edit.line for edit in parse_edits(text) if isinstance(edit, Edit)] == [1, 10, 20]


def test_empty_lines_within_a_hunk_are_lines_of_the_file() -> None:
    (edit,) = parse_edits(f"```diff\n{NAMES}@@ -1,4 +1,3 @@\n a\n\n-b\n\n\n```\n")
    assert edit == Edit("pkg/a.py", "a\n\nb\n\n", "a\n\n\n", line=1)


def test_removed_and_added_lines_that_look_like_names_are_lines() -> None:
    (edit,) = parse_edits(f"```diff\n{NAMES}@@ -1,3 +1,3 @@\n a\n--- b\n+++ c\n d\n```\n")
    assert edit == Edit("pkg/a.py", "a\n-- b\nd\n", "a\n++ c\nd\n", line=1)


def test_several_files_new_and_deleted_ones(tmp_path: Path) -> None:
    (tmp_path / "old.c").write_text("int x;\nint y;\n")
    (tmp_path / "a.c").write_text("int f(void) {\n\treturn 1;\n}\n")
    diff = (
        "--- /dev/null\n+++ b/new.c\n@@ -0,0 +1,2 @@\n+int z;\n+\n"
        "--- a/old.c\n+++ /dev/null\n@@ -1,2 +0,0 @@\n-int x;\n-int y;\n"
        "--- a/a.c\n+++ b/a.c\n@@ -1,3 +1,3 @@\n int f(void) {\n-\treturn 1;\n+\treturn 2;\n }\n"
    )
    texts = apply_edits(tmp_path, parse_edits(f"```diff\n{diff}```\n"))
    assert texts == {"new.c": "int z;\n\n", "old.c": None, "a.c": "int f(void) {\n\treturn 2;\n}\n"}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.c", "new.c"]


def test_git_deletes_without_quoting() -> None:
    header = "diff --git a/x.py b/x.py\ndeleted file mode 100644\n"
    for text in (header, f"{header}--- a/x.py\n+++ /dev/null\n"):
        assert parse_edits(f"```diff\n{text}```\n") == [Deletion("x.py", None)]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (f"--- a/x.py\n+++ b/y.py\n{HUNK}", "renames x.py to y.py|renames a/x.py to b/y.py"),
        ("diff --git a/x b/y\nrename from x\nrename to y\n", "renames a file"),
        ("diff --git a/x b/x\nBinary files a/x and b/x differ\n", "binary"),
        (HUNK, "names no file"),
        (f"{NAMES}@@ -2,0 +3 @@\n+x = 1\n", "quotes no line"),
        (f"{NAMES}@@ -2 +2 @@\n x = 1\n", "changes nothing"),
        ("-x = 1\n+x = 2\n", "before any @@"),
        (f"--- /dev/null\n+++ b/x.py\n{HUNK}", "is new"),
        (f"--- a/x.py\n+++ /dev/null\n{HUNK}", "leaves lines"),
    ],
)
def test_what_no_edit_can_be_made_of_is_refused(body: str, said: str) -> None:
    with pytest.raises(EditError, match=said) as caught:
        parse_edits(f"Text.\n\n```diff\n{body}```\n")
    assert caught.value.reason == "malformed"


@pytest.mark.parametrize(
    "text",
    [
        f"```diff\n{NAMES}{HUNK}",
        f"{NAMES}{HUNK.replace('2,3', '2,9')}and so on\n",
        f"{NAMES}{HUNK.replace('2,3', '2,9')}\n- a point\n",
    ],
)
def test_a_diff_whose_end_is_not_certain_is_refused(text: str) -> None:
    with pytest.raises(EditError, match="fence"):
        parse_edits(text)


def test_a_line_chooses_among_exact_hits_only_where_it_points_at_one() -> None:
    body = "f()\ng()\nx = 1\n"
    content = f"{body}y = 1\n{body}"
    assert apply_edit(content, Edit("a.py", body, "z\n", line=5)) == f"{body}y = 1\nz\n"
    for line in (0, 2):
        with pytest.raises(EditError, match="lines 1, 5"):
            apply_edit(content, Edit("a.py", body, "z\n", line=line))


def test_a_line_is_not_believed_of_one_or_two_quoted_lines() -> None:
    with pytest.raises(EditError, match="lines 1, 3"):
        apply_edit("x = 1\ny = 1\nx = 1\n", Edit("a.py", "x = 1\n", "x = 2\n", line=3))


def test_a_wrong_line_moves_no_unique_hit() -> None:
    assert apply_edit("x = 1\ny = 1\n", Edit("a.py", "y = 1\n", "y = 2\n", line=1)) == "x = 1\ny = 2\n"


def test_a_missing_final_newline_stays_missing() -> None:
    none = "\\ No newline at end of file\n"
    (edit,) = parse_edits(f"```diff\n{NAMES}@@ -1,2 +1,2 @@\n a\n-b\n{none}+c\n{none}```\n")
    assert isinstance(edit, Edit)
    assert apply_edit("a\nb", edit) == "a\nc"
