"""What is profiled, and over how many executions."""

from __future__ import annotations

import pytest

from perfagent.agent.lab.prepared import BenchmarkPlan
from perfagent.agent.verify.profiling import _chosen
from perfagent.tools.measure import MetricName


def plan(name: str, seconds: float, loops: int = 1, metric: MetricName = "cpu") -> BenchmarkPlan:
    return BenchmarkPlan(
        id=name, workload="script:b.py", loops=loops, metric=metric, reason="", baseline_s=seconds, noise=0.01
    )


@pytest.mark.parametrize(
    ("seconds", "timed", "profiled"), [(0.001, 1000, 50), (1e-6, 100, 100), (0.01, 30, 5), (0.4, 3, 1)]
)
def test_short_bodies_are_executed_for_a_while_and_never_more_than_timed(
    seconds: float, timed: int, profiled: int
) -> None:
    assert _chosen([plan("a", seconds, timed)]) == {"a": profiled}


def test_bytes_are_no_seconds() -> None:
    assert _chosen([plan("a", 1e9, 5, "memory"), plan("b", 1e9, 5, "memory")]) == {"a": 1, "b": 1}


def test_of_long_benchmarks_the_shortest_are_profiled() -> None:
    assert list(_chosen([plan("long", 30), plan("middle", 8), plan("short", 7)])) == ["short", "middle"]
    assert list(_chosen([plan("long", 100)])) == ["long"]
