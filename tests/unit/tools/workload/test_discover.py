"""Finding workloads without running anything."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from perfagent.tools.workload import discover

Write = Callable[[str, str], Path]

BENCHMARK = "def test_speed(benchmark):\n    benchmark(int)\n"
UNIT = "def test_slow():\n    assert 1\n"


def found(tree: Path) -> list[str]:
    files = [str(path.relative_to(tree)) for path in tree.rglob("*") if path.is_file()]
    return [found.workload.spec for found in discover(tree, files)]


def test_unit_tests_are_never_workloads(tree: Path, write: Write) -> None:
    write("tests/test_unit.py", UNIT)
    write("lib/__init__.py", "def benchmark(x): pass\n")
    assert found(tree) == []


def test_a_folder_of_benchmarks_is_one_workload(tree: Path, write: Write) -> None:
    write("tests/benchmarks/test_a.py", BENCHMARK)
    write("tests/benchmarks/test_b.py", BENCHMARK)
    write("tests/test_unit.py", UNIT)
    assert found(tree) == ["pytest-benchmark:tests/benchmarks"]


def test_benchmarks_among_unit_tests_come_by_file_and_later(tree: Path, write: Write) -> None:
    for number in range(5):
        write(f"tests/test_{number}.py", UNIT)
    write("tests/test_mixed.py", BENCHMARK)
    write("zbench/x.txt", "")
    write("bench/test_speed.py", BENCHMARK)
    assert found(tree) == ["pytest-benchmark:bench/test_speed.py", "pytest-benchmark:tests/test_mixed.py"]


def test_methods_and_configured_file_names_count(tree: Path, write: Write) -> None:
    write("pyproject.toml", '[tool.pytest.ini_options]\npython_files = ["check_*.py"]\n')
    write("checks/check_x.py", "class TestX:\n    def test_x(self, benchmark): benchmark(int)\n")
    assert found(tree) == ["pytest-benchmark:checks/check_x.py"]


def test_scripts_come_in_the_order_of_what_they_say(tree: Path, write: Write) -> None:
    write("scripts/perf_plain.py", "print(sum(range(9)))")
    write("bench_timeit.py", "import timeit\ntimeit.timeit('1')")
    write("b/any.py", "def workload(): pass")
    write("c/any.py", "def experiment(d): pass\ndef run_test(e, r, p): pass")
    write("benchmarks/__init__.py", "")
    write("bench_broken.py", "def (")
    expected = ["c/any.py", "b/any.py", "bench_timeit.py", "scripts/perf_plain.py"]
    assert found(tree) == [f"script:{name}" for name in expected]


def test_each_find_has_its_reason(tree: Path, write: Write) -> None:
    write("bench/test_a.py", BENCHMARK + BENCHMARK.replace("speed", "more"))
    write("perf.py", "def workload(): pass")
    reasons = [found.reason for found in discover(tree, ["bench/test_a.py", "perf.py"])]
    assert reasons == ["2 of its tests use the benchmark fixture", "it defines workload()"]
