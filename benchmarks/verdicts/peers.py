"""Peers whose own package decides, when it is installed (the optional extra `peers`).

The simulated machine delivers the times a tool would have recorded at its default settings; what counts as
faster is then asked of the tool's own comparison code.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

from perfagent.benchmarks.verdicts.noise import Machine
from perfagent.benchmarks.verdicts.rules import Rule


def packaged_rules() -> tuple[list[Rule], list[str]]:
    """Rules of the packages installed here, and a line for each one that is not."""
    rules: list[Rule] = []
    missing: list[str] = []
    for package, make in (
        ("pyperf", pyperf_rule),
        ("pytest_benchmark", pytest_benchmark_rule),
        ("asv", asv_rule),
    ):
        if find_spec(package) is None:
            missing.append(f"{package}'s own code: not installed (`pip install perfagent[peers]`)")
        else:
            rules.append(make())
    missing.append("hyperfine, GSO, SWE-Perf and codeflash: no importable comparison, restated only")
    return rules, missing


def pyperf_rule() -> Rule:
    """`pyperf compare_to` on 20 processes of 3 values a side, block after block."""
    from pyperf import Benchmark, Run
    from pyperf._compare import is_significant_benchs

    def suite(values: Callable[[int], list[float]]) -> Any:
        return Benchmark([Run(values(3), metadata={"name": "body"}, collect_metadata=False) for _ in range(20)])

    def judge(machine: Machine, _seed: int) -> bool:
        before, after = suite(machine.baseline_values), suite(machine.candidate_values)
        significant, _ = is_significant_benchs(before, after)
        return bool(significant) and after.mean() < before.mean()

    return Rule("pyperf compare_to, its own code", judge)


def pytest_benchmark_rule() -> Rule:
    """`--benchmark-compare-fail=min:5%` between one process a side, asked the other way round."""
    from pytest_benchmark.stats import Stats
    from pytest_benchmark.utils import PercentageRegressionCheck

    def figures(durations: list[float]) -> dict[str, float]:
        stats = Stats()
        for duration in durations:
            stats.update(duration)
        return {"min": stats.min}

    def judge(machine: Machine, _seed: int) -> bool:
        before, after = figures(machine.baseline_values(40)), figures(machine.candidate_values(40))
        # The tool only fails regressions: the candidate is faster when the baseline would be one.
        return PercentageRegressionCheck("min", 5.0).fails(before, after) is not None

    return Rule("pytest-benchmark min:5%, its own code", judge)


def asv_rule() -> Rule:
    """`asv continuous`: two rounds of five samples a commit, the second in reverse order, factor 1.1."""
    from asv.commands.compare import _is_result_better
    from asv_runner.statistics import compute_stats

    def judge(machine: Machine, _seed: int) -> bool:
        first, second = machine.baseline_values(5), machine.candidate_values(5)
        after = second + machine.candidate_values(5)
        before = first + machine.baseline_values(5)
        old, old_stats = compute_stats(before, 1)
        new, new_stats = compute_stats(after, 1)
        return bool(_is_result_better(new, old, (new_stats, after), (old_stats, before), 1.1))

    return Rule("asv continuous, its own code", judge)
