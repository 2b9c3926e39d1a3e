"""The same function has the same label in two versions of a tree."""

from __future__ import annotations

from pathlib import Path

import pytest

from perfagent.tools.profile import RawProfile, frames, stable_labels
from perfagent.tools.profile.collect import Row


def test_functions_bear_their_dotted_name_and_no_line(tree: Path) -> None:
    (tree / "lib.py").write_text("class Reader:\n    def read(self):\n        return [x for x in self]\n")
    label = stable_labels("/in", tree)
    assert label(Row("/in/lib.py", 2, "read", 1, 0.0, 0.0, ())) == "Reader.read (lib.py)"
    assert label(Row("/in/lib.py", 3, "<listcomp>", 1, 0.0, 0.0, ())) == "Reader.read.<listcomp> (lib.py)"
    assert label(Row("/in/lib.py", 1, "<module>", 1, 0.0, 0.0, ())) == "<module> (lib.py)"
    assert label(Row("/usr/lib/python3/json.py", 5, "loads", 1, 0.0, 0.0, ())) == "loads (json.py)"


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("<method 'append' of 'list' objects>", "list.append"),
        ("<built-in method builtins.len>", "len"),
        ("<built-in method math.sqrt>", "math.sqrt"),
        ("<built-in method __new__ of type object at 0x7f00a0>", "type.__new__"),
        ("<scan>", "<scan>"),
    ],
)
def test_builtins_are_named_as_people_write_them(tree: Path, name: str, label: str) -> None:
    assert stable_labels("/in", tree)(Row("~", 0, name, 1, 0.0, 0.0, ())) == label


def test_stacks_may_be_labelled_so(raw: RawProfile, tree: Path) -> None:
    (box,) = frames(raw, stable_labels(raw.root, tree))
    (test,) = box.below
    assert (test.label, test.below[0].label) == ("test_top (tests/test_lib.py)", "top (lib.py)")
