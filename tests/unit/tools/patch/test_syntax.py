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


@pytest.mark.parametrize("path", ["a.pyx", "a.c", "README.md"])
def test_other_languages_pass(path: str) -> None:
    assert syntax_errors(path, "def f(:\n") is None


def test_a_file_this_python_never_could_read_passes() -> None:
    assert syntax_errors("a.py", "print 'x', y\n", "print 'x'\n") is None


def test_invalid_escapes_warn_nobody() -> None:
    assert syntax_errors("a.py", "x = '\\d'\n") is None


def test_null_bytes_are_an_error_not_a_crash() -> None:
    assert syntax_errors("a.py", "x = 1\0\n", "x = 1\n") is not None
