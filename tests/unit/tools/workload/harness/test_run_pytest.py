"""Benchmarks and tests, run by the real pytest."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from perfagent.tools.sandbox.protocol import Sandbox
from perfagent.tools.workload import (
    Observation,
    Request,
    Site,
    list_benchmarks,
    observe,
    parse,
    pytest_options,
)

Write = Callable[[str, str], Path]
Seen = Callable[..., Observation]

SUITE = """
import pytest

@pytest.mark.parametrize("n", [10, 20])
def test_sum(benchmark, n):
    benchmark.extra_info["n"] = n
    assert benchmark(sum, range(n)) == n * (n - 1) // 2
    assert benchmark.stats["mean"] >= 0 and benchmark.stats.stats.rounds >= 1

def test_sort(benchmark):
    seen = []
    def setup():
        seen.append(1)
        return ([3, 1, 2],), {"reverse": True}
    def target(data, reverse):
        assert data == [3, 1, 2]
        data.sort(reverse=reverse)
    benchmark.pedantic(target, setup=setup, rounds=10)
    print("set up", len(seen), "times")

def test_wrong(benchmark):
    benchmark(len, "x")
    assert 1 == 2

def test_raises(benchmark):
    benchmark(int, "x")

def test_twice(benchmark):
    benchmark(int)
    benchmark(int)

def test_skipped(benchmark):
    pytest.skip("not here")

def test_unused(benchmark):
    pass

def test_plain():
    raise AssertionError("not a benchmark")
"""


@pytest.fixture
def suite(write: Write) -> str:
    write("bench/test_suite.py", SUITE)
    return "pytest-benchmark:bench"


def name(test: str) -> str:
    return f"bench/test_suite.py::{test}"


def test_benchmarks_are_listed_by_their_path_in_the_tree(suite: str, sandbox: Sandbox, site: Site) -> None:
    listed = list_benchmarks(sandbox, site, parse(suite))
    assert listed[:3] == (name("test_sum[10]"), name("test_sum[20]"), name("test_sort"))
    assert name("test_plain") not in listed
    assert list_benchmarks(sandbox, site, parse(f"{suite}/test_suite.py::test_sort")) == (name("test_sort"),)


def test_each_body_is_looped_as_asked_without_calibration(suite: str, seen: Seen) -> None:
    loops = {name("test_sum[10]"): 3, name("test_sort"): 4}
    spans = seen(suite, loops=loops).spans
    assert {key: span.loops for key, span in spans.items()} == {**loops, name("test_sum[20]"): 1}


def test_a_test_that_fails_after_its_benchmark_is_failed(suite: str, seen: Seen) -> None:
    failed = seen(suite).failed
    assert failed[name("test_wrong")] == "assert 1 == 2"
    assert failed[name("test_raises")].startswith("ValueError: invalid literal")
    assert "only be used once" in failed[name("test_twice")]
    assert len(failed) == 3


def test_what_did_not_run_is_skipped_with_its_reason(suite: str, seen: Seen) -> None:
    skipped = seen(suite).skipped
    assert skipped[name("test_skipped")] == "Skipped: not here"
    assert "without calling its benchmark" in skipped[name("test_unused")]


def test_a_sample_runs_only_its_targets(suite: str, seen: Seen) -> None:
    observation = seen(suite, only=frozenset({name("test_sort")}))
    assert observation.benchmarks == (name("test_sort"),)
    assert observation.ok


def test_values_are_what_the_body_returned_or_changed(suite: str, seen: Seen) -> None:
    values = seen(suite, mode="values").values
    assert values[name("test_sum[10]")] == {"returned": 45}
    assert values[name("test_sort")] == {"arguments": [[3, 2, 1]]}


def test_an_iterator_is_still_full_when_the_test_looks(write: Write, seen: Seen) -> None:
    write("test_x.py", "def test_x(benchmark):\n    assert list(benchmark(iter, [1, 2])) == [1, 2]\n")
    assert seen("pytest-benchmark:test_x.py", mode="values").ok


def test_profiles_come_by_benchmark(suite: str, seen: Seen) -> None:
    profile = seen(suite, mode="profile", only=frozenset({name("test_sort")})).profile
    assert list(profile) == [name("test_sort")]
    assert {"target"} <= {row[2] for row in profile[name("test_sort")]}
    assert "setup" not in {row[2] for row in profile[name("test_sort")]}


def test_the_repositorys_own_options_do_not_interfere(suite: str, write: Write, sandbox: Sandbox, site: Site) -> None:
    options = 'addopts = "--benchmark-disable -m nothing --strict-markers -p plug"\nfilterwarnings = ["error"]'
    write("pyproject.toml", f"[tool.pytest.ini_options]\n{options}\nrequired_plugins = 'pytest-nowhere'\n")
    write("plug.py", "import os\nos.environ['PLUGGED'] = '1'\n")
    write(
        "bench/test_suite.py",
        "import os\ndef test_x(benchmark):\n    assert benchmark(os.getenv, 'PLUGGED') == '1'\n",
    )
    kept = replace(site, pytest_options=(*site.pytest_options, *pytest_options(Path(site.tree))))
    assert observe(sandbox, kept, parse(suite), Request()).ok


def test_nothing_is_left_in_the_tree(suite: str, tree: Path, seen: Seen) -> None:
    seen(suite)
    assert sorted(path.name for path in tree.rglob("*") if "__pycache__" not in path.parts) == [
        "bench",
        "test_suite.py",
    ]


def test_a_suite_that_cannot_be_collected(suite: str, write: Write, seen: Seen) -> None:
    write("bench/test_suite.py", "import nowhere")
    assert "No module named 'nowhere'" in str(seen(suite).error)
    assert "not found" in seen("pytest-benchmark:gone.py").output


def test_tests_are_timed_in_their_call_phase_alone(write: Write, seen: Seen) -> None:
    slow = "import pytest, time\n@pytest.fixture\ndef slow():\n"
    slow += "    time.sleep(0.2)\n    yield []\n    time.sleep(0.2)\n"
    write("test_x.py", slow + "def test_x(slow):\n    slow.append(1)\n    assert slow == [1]\n")
    span = seen("pytest:test_x.py::test_x").spans["test_x.py::test_x"]
    assert span.wall_s < 0.1


def test_every_loop_of_a_test_has_fresh_fixtures(write: Write, seen: Seen) -> None:
    fixtures = "import pytest\nMADE = []\n@pytest.fixture(scope='module')\n"
    fixtures += "def once():\n    assert not MADE\n    MADE.append(1)\n"
    write(
        "test_x.py",
        fixtures + "@pytest.fixture\ndef fresh(): return []\n"
        "def test_x(once, fresh):\n    fresh.append(1)\n    assert fresh == [1]\ndef test_y(once): pass\n",
    )
    spans = seen("pytest:test_x.py", loops={"test_x.py::test_x": 3}).spans
    assert {key: span.loops for key, span in spans.items()} == {
        "test_x.py::test_x": 3,
        "test_x.py::test_y": 1,
    }


def test_a_test_that_fails_in_a_later_loop_is_failed(write: Write, seen: Seen) -> None:
    write("test_x.py", "RUNS = []\ndef test_x():\n    RUNS.append(1)\n    assert len(RUNS) < 2\n")
    observation = seen("pytest:test_x.py", loops={"test_x.py::test_x": 5})
    assert list(observation.failed) == ["test_x.py::test_x"]
    assert not observation.spans


def test_unittest_cases_can_be_timed(write: Write, seen: Seen) -> None:
    write("test_x.py", "import unittest\nclass T(unittest.TestCase):\n    def test_x(self): pass\n")
    assert seen("pytest:test_x.py", loops={"test_x.py::T::test_x": 2}).spans["test_x.py::T::test_x"].loops == 2
