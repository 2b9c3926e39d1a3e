"""Outlines and the text search."""

from __future__ import annotations

from pathlib import Path

import pytest

from perfagent.tools.errors import EditError, UsageError
from perfagent.tools.repository import Match, outline, search

SOURCE = """\
import os

@decorated
class A(Base):
    def one(self, x: int = 1) -> int:
        def inner(): ...
        return x

    async def two(self, *args, **kwargs): ...

if True:
    def guarded(a, /, b, *, c): ...
"""


def test_outline_tells_names_lines_and_parameters() -> None:
    told = [(symbol.kind, symbol.qualname, symbol.start, symbol.end, symbol.parameters) for symbol in outline(SOURCE)]
    assert told == [
        ("class", "A", 3, 9, ""),
        ("method", "A.one", 5, 7, "(self, x: int=1)"),
        ("function", "A.one.<locals>.inner", 6, 6, "()"),
        ("method", "A.two", 9, 9, "(self, *args, **kwargs)"),
        ("function", "guarded", 12, 12, "(a, /, b, *, c)"),
    ]


@pytest.mark.parametrize("text", ["def f(:", "\0", "(" * 5000])
def test_outline_refuses_what_is_not_python(text: str) -> None:
    with pytest.raises(EditError) as caught:
        outline(text)
    assert caught.value.reason == "syntax"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    (tmp_path / "pkg").mkdir()
    (tmp_path / "pkg/a.py").write_text("x = 1\ny = x + 1\n")
    (tmp_path / "b.txt").write_text("x\n")
    (tmp_path / "binary.py").write_bytes(b"x\0x")
    (tmp_path / "link.py").symlink_to(tmp_path / "pkg/a.py")
    (tmp_path / "large.py").write_text("x\n" * 2**21)
    return tmp_path


def test_search_finds_lines_in_text_files_only(tree: Path) -> None:
    assert search(tree, r"\bx\b", "*.py") == [
        Match("pkg/a.py", 1, "x = 1"),
        Match("pkg/a.py", 2, "y = x + 1"),
    ]


def test_search_takes_globs_over_paths_and_stops_at_the_limit(tree: Path) -> None:
    assert search(tree, "x", "pkg/*", limit=1) == [Match("pkg/a.py", 1, "x = 1")]


def test_search_refuses_a_bad_pattern(tree: Path) -> None:
    with pytest.raises(UsageError, match="no regular expression"):
        search(tree, "(")
