"""Markers that would stay in a file."""

from __future__ import annotations

from pathlib import Path

import pytest

from perfagent.tools.errors import EditError
from perfagent.tools.patch import Edit, apply_edits
from perfagent.tools.patch.markers import new_marker


@pytest.mark.parametrize(
    "line",
    ["<<<<<<< HEAD", ">>>>>>> main", "|||||||", "<<<<<<< SEARCH", "  >>>>>>> REPLACE", "*** End Patch", "<<<<< SEARCH"],
)
def test_a_new_marker_is_found_and_an_old_one_is_not(line: str) -> None:
    assert new_marker("a\n", f"a\n{line}\nb\n") == line.strip()
    assert new_marker(f"{line}\n", f"a\n{line}\nb\n") is None


@pytest.mark.parametrize("text", ["Title\n=======\n", ">>> f()\n", "a <<<<<<< b\n", "x = '<<<<<<< HEAD'\n"])
def test_what_only_resembles_one_passes(text: str) -> None:
    assert new_marker("", text) is None


def test_an_edit_that_leaves_a_marker_is_refused_in_any_file(tmp_path: Path) -> None:
    (tmp_path / "a.js").write_text("let a = 1\n")
    with pytest.raises(EditError, match="'>>>>>>> REPLACE' is a marker"):
        apply_edits(tmp_path, [Edit("a.js", "let a = 1\n", "let a = 2\n>>>>>>> REPLACE\n")])
    assert (tmp_path / "a.js").read_text() == "let a = 1\n"
