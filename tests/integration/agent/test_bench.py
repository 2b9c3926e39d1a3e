"""A round on the bench: every side at once, each failure at its own side, memory a benchmark at a time."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from perfagent.agent.lab.bench import Bench
from perfagent.tools.measure import RunFailed
from perfagent.tools.sandbox import Environment, Limits, Mount, open_sandbox
from perfagent.tools.workload import HARNESS, Site, parse

SUITE = """
def test_large():
    assert len(bytes(range(256)) * 200_000) == 51_200_000

def test_small():
    sum(range(1000))
"""
LARGE, SMALL = "test_suite.py::test_large", "test_suite.py::test_small"


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Callable[..., Bench]]:
    """A bench on two sides, the second one with a suite of its own."""
    with ExitStack() as stack:

        def make(second: str = SUITE, *, apart: bool = False) -> Bench:
            for side, text in (("one", SUITE), ("two", second)):
                (tmp_path / side).mkdir()
                (tmp_path / side / "test_suite.py").write_text(text)
                (tmp_path / side / "perf.py").write_text("def workload():\n    return sum(range(1000))\n")
            (tmp_path / "scratch").mkdir()
            here = Environment("local", "", Path(sys.prefix), sys.executable, "", "tests", "", cached=True)
            mounts = [Mount(path, str(path)) for path in (tmp_path, HARNESS)]
            sandbox = stack.enter_context(
                open_sandbox("local", mounts=mounts, environment=here, limits=Limits(), run_id="tests")
            )
            alone = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
            paths = (sys.executable, str(HARNESS), str(tmp_path / "scratch"))
            options = ("-p", "pytest_benchmark.plugin")
            sites = {
                side: Site(str(tmp_path / side), *paths, env=alone, pytest_options=options) for side in ("one", "two")
            }
            workloads = (parse("pytest:test_suite.py"), parse("script:perf.py"))
            members = {"pytest:test_suite.py": frozenset({LARGE, SMALL}), "script:perf.py": frozenset({"perf"})}
            return Bench(sandbox, sites, workloads, members=members, apart=apart)

        yield make


def test_a_round_reads_every_benchmark_of_every_side(bench: Callable[..., Bench]) -> None:
    loops = {LARGE: 1, SMALL: 5, "perf": 3}
    found = bench().reader(loops)(("two", "one"), 7)
    assert set(found) == {"one", "two"}
    for result in found.values():
        assert not isinstance(result, RunFailed)
        assert {name: reading.loops for name, reading in result.items()} == loops


def test_a_side_that_fails_leaves_the_other_one_its_readings(bench: Callable[..., Bench]) -> None:
    found = bench(SUITE + "    assert False, 'why'\n").reader({}, frozenset({SMALL}))(("two", "one"), 7)
    assert isinstance(found["two"], RunFailed) and "why" in found["two"].detail
    assert set(found["one"]) == {SMALL}  # type: ignore[arg-type]


def test_the_peak_of_a_benchmark_is_its_own_when_measured_apart(bench: Callable[..., Bench]) -> None:
    loops = {LARGE: 1, SMALL: 1, "perf": 1}
    result = bench(apart=True).reader(loops)(("one", "two"), 7)["two"]
    assert not isinstance(result, RunFailed)
    assert result[LARGE].peak_rss_bytes > result[SMALL].peak_rss_bytes + 40_000_000
    assert result[SMALL].peak_rss_bytes > result["perf"].peak_rss_bytes
