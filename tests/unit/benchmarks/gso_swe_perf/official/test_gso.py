from __future__ import annotations

import ast

import pytest

from perfagent.benchmarks.gso_swe_perf.official.gso import BASE, PATCHED, applying, phase_script, prefixed

CACHE = "import runpy; runpy.run_path('/gso_http_cache.py')"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("import os\n", 0),
        ('"""What it does."""\nimport os\n', 1),
        ('"""Two\nlines."""\nfrom __future__ import annotations\n\nimport os\n', 3),
        ("print 'an old Python'\n", 0),
        ('"""Nothing else."""', 1),
    ],
)
def test_the_cache_stands_behind_what_has_to_be_first(text: str, line: int) -> None:
    assert prefixed(text).splitlines()[line] == CACHE


def test_a_test_keeps_its_docstring() -> None:
    assert ast.get_docstring(ast.parse(prefixed('"""What it does."""\nimport os\n'))) == "What it does."


def test_a_test_is_run_in_processes_of_its_own_with_the_published_arguments() -> None:
    script = phase_script(PATCHED, tests=2, processes=5, limit_s=300.0)
    assert "for i in 0 1; do for process in 0 1 2 3 4; do" in script
    assert "timeout 300s python /gso_test_$i.py result_$i.txt --eqcheck --file_prefix gso_$i" in script


def test_tests_of_heavy_repositories_have_no_limit() -> None:
    assert "timeout" not in phase_script(BASE, tests=1, processes=1, limit_s=None).replace("Timed Out", "")


def test_only_the_last_rung_of_the_ladder_leaves_nothing_out() -> None:
    rungs = applying().partition("if git apply")[2].split(" || ")
    assert [rung.count("--exclude") for rung in rungs] == [9, 9, 9, 0]
    assert ["--reject" in rung for rung in rungs] == [False, False, True, False]
