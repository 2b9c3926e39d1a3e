"""Code objects found again in sources: compiled for real, so that lines are Python's own."""

from __future__ import annotations

from pathlib import Path
from types import CodeType

import pytest

from perfagent.tools.profile.functions import SourceFile

SOURCE = '''\
"""Doc."""
import functools


@functools.lru_cache(
    maxsize=None,
)
def decorated(n):
    def nested(k):
        return [k for _ in range(n)]

    return nested(n)


class A:
    @property
    def value(self):
        return sum(x for x in (1,))

    @value.setter
    def value(self, new):
        self.f = lambda: new


async def later():
    return {k: 1 for k in "ab"}
'''


def codes(code: CodeType) -> list[CodeType]:
    inner = [const for const in code.co_consts if isinstance(const, CodeType)]
    return [code, *(below for const in inner for below in codes(const))]


@pytest.fixture
def source(tmp_path: Path) -> SourceFile:
    (tmp_path / "m.py").write_text(SOURCE)
    return SourceFile(tmp_path / "m.py")


def test_every_code_object_is_found(source: SourceFile) -> None:
    """By the qualified name that Python itself gives, inner expressions under their function."""
    for code in codes(compile(SOURCE, "m.py", "exec")):
        expected = code.co_qualname.replace(".<locals>", "")
        expected = expected if expected == "<module>" else expected.split(".<")[0]
        assert source.function(code.co_firstlineno, code.co_name).qualname == expected


def test_lines_count_from_the_decorator(source: SourceFile) -> None:
    found = source.function(5, "decorated")
    assert (found.start, found.end) == (5, 12)
    assert source.function(8, "decorated") == found


def test_two_definitions_of_one_name_are_told_apart_by_line(source: SourceFile) -> None:
    getter, setter = source.function(16, "value"), source.function(20, "value")
    assert (getter.start, setter.start) == (16, 20)


def test_the_module_is_import_time(source: SourceFile) -> None:
    found = source.function(1, "<module>")
    assert (found.qualname, found.start, found.end) == ("<module>", 1, 27)


def test_a_newer_syntax_is_read_by_its_indentation(tmp_path: Path, source: SourceFile) -> None:
    (tmp_path / "new.py").write_text(SOURCE + "\nlazy import x\n")
    newer = SourceFile(tmp_path / "new.py")
    names = {function.qualname: function for function in source.functions}
    assert {function.qualname: function for function in newer.functions} == names


def test_a_file_that_cannot_be_read_leaves_names(tmp_path: Path) -> None:
    gone = SourceFile(tmp_path / "gone.py")
    assert gone.function(7, "f").qualname == "f"
    assert gone.function(7, "<lambda>").qualname == "<module>"
