"""Which functions a diff touches."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from perfagent.tools.equivalence import Touched, touched_functions
from perfagent.tools.patch import diff_trees

SOURCE = """\
LIMIT = 4


def short(word):
    return len(word) < LIMIT


class Words:
    kept = ()

    def add(self, word):
        def inner():
            return word
        return inner()

    def drop(self):
        return None
"""

Touch = Callable[..., Touched]


@pytest.fixture
def touch(tmp_path: Path) -> Touch:
    def touch(*replacements: tuple[str, str]) -> Touched:
        text = SOURCE
        for old, new in replacements:
            assert old in text
            text = text.replace(old, new)
        for name, content in (("base", SOURCE), ("head", text)):
            (tmp_path / name).mkdir()
            (tmp_path / name / "lib.py").write_text(content)
        diff = diff_trees(tmp_path / "base", tmp_path / "head")
        return touched_functions(tmp_path / "base", tmp_path / "head", diff)

    return touch


def names(touched: Touched) -> list[str]:
    return [one.function.qualname for one, _ in touched.both()]


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("len(word) <", "len(word) + 0 <", ["short"]),
        ("            return word\n", "            return word[:]\n", ["Words.add.inner"]),
        ("        return inner()\n", "        found = inner()\n        return found\n", ["Words.add"]),
        ("    kept = ()", "    kept = []", ["Words"]),
        ("        return None\n", "", ["Words.drop"]),
    ],
)
def test_the_innermost_definition_is_touched(touch: Touch, old: str, new: str, found: list[str]) -> None:
    assert names(touch((old, new)))[:1] == found


def test_a_changed_table_touches_all_functions(touch: Touch) -> None:
    assert names(touch(("LIMIT = 4", "LIMIT = 3"))) == [
        "short",
        "Words",
        "Words.add",
        "Words.add.inner",
        "Words.drop",
    ]


def test_what_is_new_or_gone_is_on_one_side_alone(touch: Touch) -> None:
    touched = touch(("def short(word):", "def brief(word):"))
    assert names(touched) == []
    assert [place.function.qualname for place in touched.before] == ["short"]
    assert [place.function.qualname for place in touched.after] == ["brief"]


def test_lines_are_those_of_each_side(touch: Touch) -> None:
    ((before, after),) = touch(("LIMIT = 4\n", "LIMIT = 4\n\n\n"), ("len(word) <", "len(word) + 0 <")).both()
    assert (before.option, after.option) == (["lib.py", 4, 5, "short"], ["lib.py", 6, 7, "short"])


def test_other_languages_touch_nothing(tmp_path: Path) -> None:
    for name, text in (("base", "int x = 1;\n"), ("head", "int x = 2;\n")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "x.c").write_text(text)
    diff = diff_trees(tmp_path / "base", tmp_path / "head")
    assert touched_functions(tmp_path / "base", tmp_path / "head", diff) == Touched((), ())
