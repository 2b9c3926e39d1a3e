"""New errors only, and none that is not one."""

from __future__ import annotations

import pytest

from perfagent.tools.patch import syntax_errors

BINDS_EVERYTHING = """
from __future__ import annotations
import os.path, re as regex
from typing import *

def f(a, /, b, *c, d=1, **e):
    global g
    nonlocal_free = [x for x in a if (y := x)]
    try:
        pass
    except OSError as error:
        print(error, __file__, os, regex, nonlocal_free, y)
    match a:
        case {"k": k, **rest}:
            return k, rest
        case [first, *others] as whole:
            return first, others, whole
    return lambda z: (z, b, c, d, e, g)
"""


def test_a_syntax_error_names_its_line() -> None:
    assert syntax_errors("a.py", "x = 1\ndef f(:\n") == "a.py: invalid syntax (line 2)"


def test_a_new_undefined_name_names_its_line() -> None:
    assert syntax_errors("a.py", "x = 1\ny = bisect(x)\n", "x = 1\n") == "a.py: undefined name: bisect (line 2)"


def test_old_undefined_names_do_not_count() -> None:
    assert syntax_errors("a.py", "x = magic + 1\n", "x = magic\n") is None


def test_every_way_to_bind_a_name_is_known() -> None:
    assert syntax_errors("a.py", BINDS_EVERYTHING.replace("from typing import *\n", "")) is None


def test_a_star_import_may_bind_anything() -> None:
    assert syntax_errors("a.py", "from numpy import *\nx = zeros(3)\n") is None


@pytest.mark.parametrize("path", ["a.pyx", "a.rs", "README.md"])
def test_other_languages_pass(path: str) -> None:
    assert syntax_errors(path, "def f(:\n") is None


def test_a_file_this_python_never_could_read_passes() -> None:
    assert syntax_errors("a.py", "print 'x', y\n", "print 'x'\n") is None


def test_invalid_escapes_warn_nobody() -> None:
    assert syntax_errors("a.py", "x = '\\d'\n") is None


def test_null_bytes_are_an_error_not_a_crash() -> None:
    assert syntax_errors("a.py", "x = 1\0\n", "x = 1\n") is not None


SCOPES = """
import gettext
x = [y for y in range(3)]

class A:
    size = 3
    table = [size for _ in range(2)]

    def first(self):
        return __class__, self.__class__

    def second(self):
        local = 1
        del local
        return _("text")

try:
    unicode
except NameError:
    unicode = str

def late():
    return defined_below

defined_below = 1
__all__ = ["late", "from_getattr"]
"""


def test_scopes_that_define_names_in_their_own_ways_are_known() -> None:
    assert syntax_errors("a.py", SCOPES) is None


@pytest.mark.parametrize(
    "line",
    ["globals().update(b=1)", "exec('b = 1')", "vars()['b'] = 1", "from c import *", "x: 'b' = 1", "f: 'Shape[b]'"],
)
def test_names_that_may_come_from_where_nobody_sees_them_pass(line: str) -> None:
    body = "print(b)\n" if ":" not in line else ""
    assert syntax_errors("a.py", f"from c import Shape\n{line}\n{body}") is None


def test_a_local_of_another_function_is_undefined_here() -> None:
    text = "def f():\n    table = {}\n    return table\n\ndef g():\n    return "
    assert syntax_errors("a.py", f"{text}table\n", f"{text}1\n") == "a.py: undefined name: table (line 6)"


@pytest.mark.parametrize("text", ["return 1\n", "break\n", "def f(a, a): pass\n", "def f():\n    nonlocal x\n"])
def test_what_only_the_compiler_refuses_is_seen(text: str) -> None:
    assert syntax_errors("a.py", text, "x = 1\n") is not None
