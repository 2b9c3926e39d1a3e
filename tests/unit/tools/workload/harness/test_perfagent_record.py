"""Reading scripts."""

from __future__ import annotations

import ast

import pytest

from perfagent.tools.workload.harness.perfagent_record import (
    classify,
    imported,
    needs_returning_template,
    own_variables,
)

REPEAT = "import timeit\ndef workload(): pass\n"
KINDS = {
    "def run_test(eqcheck, reference, prefix): pass\nimport timeit": "gso",
    REPEAT + "timeit.repeat(workload, number=1)": "timeit",
    REPEAT + "runs = [timeit.timeit(workload) for _ in range(3)]": "timeit",
    "from timeit import repeat as r\ndef workload(): pass\nfor _ in range(2): r(workload)": "timeit",
    REPEAT + "def inner(): timeit.timeit(workload)\ndef main(): inner()\nmain()": "timeit",
    REPEAT + "if __name__ == '__main__':\n    timeit.repeat(workload)": "workload",
    REPEAT + "def main(): timeit.repeat(workload)": "workload",
    "def workload(data): pass\ndef setup(): pass": "workload",
    "import timeit\nif __name__ == '__main__':\n    timeit.repeat('f()')": "timeit",
    "print(sum(range(9)))": "plain",
    "class A:\n    def workload(self): pass": "plain",
}


@pytest.mark.parametrize("text", KINDS)
def test_kinds(text: str) -> None:
    assert classify(ast.parse(text)) == KINDS[text]


def test_published_scripts_lack_the_template_they_need() -> None:
    unpacking = "import timeit\ndef run_test(): seconds, result = timeit.timeit(f, number=1)\n"
    assert needs_returning_template(ast.parse(unpacking))
    assert not needs_returning_template(ast.parse(unpacking + "timeit.template = 't'"))
    assert not needs_returning_template(ast.parse("import timeit\nseconds = timeit.timeit(f)\na, b = 1, 2"))


def test_a_scripts_own_variables() -> None:
    text = "import os\nfrom x import *\na = [i for i in range(3)]\n_b = 1\n"
    text += "def f():\n    global d\n    c = d = 1\n"
    assert set(own_variables(ast.parse(text))) - {"i"} == {"a", "d"}


def test_imports_by_top_level_name() -> None:
    assert imported(ast.parse("import numpy.linalg as l\nfrom a.b import c\nfrom . import d")) == {
        "numpy",
        "a",
    }
