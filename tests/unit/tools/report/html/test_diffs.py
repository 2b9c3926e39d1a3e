"""Diffs as rows."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perfagent.tools.report.html.diffs import file_diffs

DIFF = """\
diff --git a/pkg/a.py b/pkg/a.py
--- a/pkg/a.py
+++ b/pkg/a.py
@@ -10,4 +10,5 @@ def unique(words):
     out = []
+    seen = set()
     for word in words:
-        if word not in out:
+        if word not in seen:
             out.append(word)
"""


def test_rows_have_the_numbers_of_both_sides() -> None:
    (file,) = file_diffs(DIFF)
    (hunk,) = file.hunks
    assert (file.path, file.added, file.removed, hunk.where) == ("pkg/a.py", 2, 1, "def unique(words):")
    assert [(row.kind, row.old, row.new) for row in hunk.rows] == [
        ("same", 10, 10), ("added", None, 11), ("same", 11, 12), ("removed", 12, None), ("added", None, 13),
        ("same", 13, 14),
    ]  # fmt: skip


def test_what_changed_in_a_line_is_pointed_out() -> None:
    rows = file_diffs(DIFF)[0].hunks[0].rows
    assert "<mark>out</mark>" in rows[3].code
    assert "<mark>seen</mark>" in rows[4].code
    assert not any("<mark>" in row.code for row in rows[:3])


@pytest.mark.parametrize(
    ("head", "note"),
    [
        ("new file mode 100644\n--- /dev/null\n+++ b/n.py\n@@ -0,0 +1 @@\n+x\n", "a new file"),
        ("deleted file mode 100644\n--- a/n.py\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n", "removed"),
        ("similarity index 100%\nrename from o.py\nrename to n.py\n", "was o.py"),
        ("index 1..2 100644\nBinary files a/n.py and b/n.py differ\n", "a binary file"),
    ],
)
def test_more_than_lines_can_change(head: str, note: str) -> None:
    source = "o.py" if "rename" in head else "n.py"
    (file,) = file_diffs(f"diff --git a/{source} b/n.py\n{head}")
    assert (file.path, file.note) == ("n.py", note)


@pytest.mark.parametrize("text", ["<script>\n+x", "@@ -1 +1 @@\n+x\n", "--- a\n+++ b\n@@ -1,9 +1 @@\n-x\n"])
def test_what_is_no_diff_is_shown_as_it_is(text: str) -> None:
    (file,) = file_diffs(text)
    assert file.path == ""
    assert "<script" not in "".join(row.code for row in file.hunks[0].rows)


def test_an_empty_diff_has_no_files() -> None:
    assert file_diffs("") == []


def test_an_end_without_a_newline_is_no_line() -> None:
    text = DIFF + "\\ No newline at end of file\n"
    assert len(file_diffs(text)[0].hunks[0].rows) == 6


@given(st.text(), st.sampled_from(["", DIFF]))
def test_no_text_is_too_strange(text: str, before: str) -> None:
    files = file_diffs(before + text)
    assert all("<script" not in row.code for file in files for hunk in file.hunks for row in hunk.rows)
