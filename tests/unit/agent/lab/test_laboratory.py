"""What a failing build is told by."""

from __future__ import annotations

import pytest

from perfagent.agent.lab.laboratory import _complaint
from perfagent.tools.sandbox import Completed, Usage

GCC = "src/a.c: In function 'f':\nsrc/a.c:9:5: error: 'x' undeclared\nsrc/a.c:12:1: error: 'y' undeclared\nmake: *** x"
RUSTC = "   Compiling a v0.1.0\nerror[E0425]: cannot find value `x` in this scope\n --> src/main.rs:2:5\n"
PYTHON = 'Traceback (most recent call last):\n  File "setup.py", line 1\nValueError: no such module\n'


@pytest.mark.parametrize(
    ("output", "told"),
    [
        (GCC, "src/a.c:9:5: error: 'x' undeclared (and 1 more)"),
        (RUSTC, "error[E0425]: cannot find value `x` in this scope"),
        (PYTHON, "ValueError: no such module"),
        ("one\ntwo\n", "two"),
        ("", "exit status 2"),
    ],
)
def test_a_build_is_told_by_its_first_error(output: str, told: str) -> None:
    ended = Completed(2, output, "", False, False, False, Usage(1.0, 1.0, 0.0, 0, 0))
    assert _complaint(ended, output.splitlines()) == told


def test_a_build_that_was_stopped_is_told_by_what_stopped_it() -> None:
    ended = Completed(-9, "error: x", "", False, False, False, Usage(1.0, 1.0, 0.0, 0, 0), over_disk=True)
    assert _complaint(ended, ["error: x"]) == "it wrote more to the disk than allowed"
