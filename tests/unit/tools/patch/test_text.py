"""The text of diffs."""

from __future__ import annotations

import pytest

from perfagent.tools.errors import EditError
from perfagent.tools.patch.text import named_path, recount, sections, split_lines, strip_count

TRICKY = (
    "diff --git a/a.sql b/a.sql\n--- a/a.sql\n+++ b/a.sql\n@@ -1,2 +1,2 @@\n--- a/x\n+++ b/x\n context\n"
    "diff --git a/gone b/gone\ndeleted file mode 100644\nindex e69de29..0000000\n"
    "--- a/plain\n+++ b/plain\n@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+diff --git a/q b/q\n"
)


def test_sections_are_not_fooled_by_lines_that_look_like_headers() -> None:
    parts = sections("prose\n" + TRICKY)
    assert [part.split("\n", 1)[0] for part in parts[:2]] == [
        "diff --git a/a.sql b/a.sql",
        "diff --git a/gone b/gone",
    ]
    assert "".join(parts) == TRICKY


def test_a_section_that_ends_early_is_refused() -> None:
    with pytest.raises(EditError, match="shorter than its header"):
        sections("--- a/x\n+++ b/x\n@@ -1,5 +1,5 @@\n a\n")


def test_only_a_newline_ends_a_line() -> None:
    assert split_lines("a\x0cb\u2028c\rd\ne") == ["a\x0cb\u2028c\rd\n", "e"]


def test_recount_follows_the_body() -> None:
    assert recount("@@ -3,9 +3 @@ def f\n a\n-b\n+c\n+d\n\n e\n") == "@@ -3,4 +3,5 @@ def f\n a\n-b\n+c\n+d\n\n e\n"


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("a/p/m.py", "p/m.py"),
        ('"a/\\303\\251\\t\\"\\\\.py"', 'é\t"\\.py'),
        ('"a/é\\n.py"', "é\n.py"),
        ("/dev/null",) * 2,
    ],
)
def test_names_in_headers(name: str, path: str) -> None:
    assert named_path(name, 1) == path


def test_prefixes_are_recognised() -> None:
    assert strip_count(["a/x", "b/x", "/dev/null"]) == strip_count(["i/x", "w/x"]) == 1
    assert strip_count(["pkg/x", "pkg/x"]) == strip_count(["/dev/null"]) == 0
