"""`--metric memory`: half the peak is seen in the benchmark that halves it, and time may not pay for it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

TABLE = '''\
"""A table of numbers."""


def total(size):
    """The sum of the squares below `size`."""
    squares = [number * number for number in range(size)]
    return sum(squares)


def small(size):
    """The same without a table."""
    return sum(number for number in range(size))
'''

BENCH = """\
from table import small, total


def test_total(benchmark):
    assert benchmark(total, 1_000_000) > 0


def test_small(benchmark):
    assert benchmark(small, 200_000) > 0
"""

LEAN = TABLE.replace("    squares = [number * number for number in range(size)]\n    return sum(squares)", "    {}")
HALF = LEAN.format("return sum(number * number for number in range(size))")
SLOW = LEAN.format("return sum(number * number for number in range(size) for turn in range(4) if turn == 3)")
SAME = TABLE.replace("squares", "powers")


@pytest.fixture
def verify(perfagent: Any, kit: Any, tmp_path: Path) -> Callable[[str], Any]:
    """Verify a new text of the module by its memory."""
    repository = tmp_path / "tables"
    (repository / "benchmarks").mkdir(parents=True)
    (repository / "table.py").write_text(TABLE)
    (repository / "benchmarks" / "test_table.py").write_text(BENCH)
    for command in (("init", "-q", "-b", "main"), ("add", "-A"), ("commit", "-qm", "table")):
        kit.git(repository, *command)

    def judge(new: str) -> Any:
        patch = tmp_path / "a.patch"
        patch.write_text(kit.diff_of(TABLE, new, "table.py"))
        flags = ("--workload", "pytest-benchmark:benchmarks", "--metric", "memory", "--sandbox", "local", "--json")
        return perfagent("verify", repository, "--patch", patch, *flags).json

    return judge


def test_half_the_peak_is_accepted_and_told_by_benchmark(verify: Callable[[str], Any]) -> None:
    seen = verify(HALF)
    assert (seen["verdict"], seen["metric"]) == ("faster", "memory"), json.dumps(seen)
    found = {each["id"].rpartition("::")[2]: each for each in seen["benchmarks"]}
    assert found["test_total"]["speedup"] > 1.5
    # In one process with the other this one would have its peak.
    assert found["test_small"]["verdict"] != "faster"
    assert 0.99 < found["test_small"]["speedup"] < 1.01


def test_the_same_memory_is_not_accepted(verify: Callable[[str], Any]) -> None:
    seen = verify(SAME)
    assert seen["verdict"] in ("not_faster", "inconclusive")
    assert all(0.99 < each["speedup"] < 1.01 for each in seen["benchmarks"])


def test_memory_paid_for_with_time_is_refused(verify: Callable[[str], Any]) -> None:
    seen = verify(SLOW)
    assert seen["verdict"] == "not_faster"
    assert "peak memory fell, but wall time rose significantly" in json.dumps(seen)
