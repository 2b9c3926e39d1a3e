"""Acceptance rules: ours, and simple restatements of its peers'. True means "the candidate is faster".

Each restated rule keeps the order of runs, the number of runs and the criterion of its tool at default
settings. Calibration runs, time budgets and searching among candidates are left out, all to the peers'
advantage.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from dataclasses import dataclass
from statistics import fmean, stdev

from perfagent.benchmarks.gso_swe_perf.metrics import within_fences
from perfagent.benchmarks.rank_test import mann_whitney_p
from perfagent.benchmarks.verdicts.noise import Machine
from perfagent.tools.measure import PairSampler, Plan, Reading, conclude, confirm, one_by_one
from perfagent.tools.measure.student import t_survival


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule by name; `judge` runs the processes it wants and decides."""

    name: str
    judge: Callable[[Machine, int], bool]


def reading(seconds: float) -> Reading:
    """A reading whose clocks all agree, so that every rule sees the same."""
    return Reading(wall_s=seconds, cpu_s=seconds, run_delay_s=0.0, voluntary_switches=0, peak_rss_bytes=1)


def ours(machine: Machine, seed: int) -> bool:
    """The product's own code, defaults."""

    def run(side: str, _hash_seed: int) -> dict[str, Reading]:
        return {"body": reading(machine.baseline() if side == "baseline" else machine.candidate())}

    plan = Plan({"body": "cpu"}, ("body",), seed=seed)
    return conclude(confirm(PairSampler(one_by_one(run), seed).pairs(), plan)).verdict == "faster"


def _blocks(machine: Machine, count: int) -> tuple[list[float], list[float]]:
    """All baseline runs, then all candidate runs."""
    return [machine.baseline() for _ in range(count)], [machine.candidate() for _ in range(count)]


def best_of_three_means(machine: Machine, _seed: int) -> bool:
    """Three runs each; the mean is at least 5 % better."""
    before, after = _blocks(machine, 3)
    return fmean(before) / fmean(after) >= 1.05


def hyperfine_like(machine: Machine, _seed: int) -> bool:
    """Ten runs each; the ratio of means exceeds 1 by more than its propagated standard deviation."""
    before, after = _blocks(machine, 10)
    ratio = fmean(before) / fmean(after)
    return ratio - ratio * math.hypot(stdev(before) / fmean(before), stdev(after) / fmean(after)) > 1


def gso_like(machine: Machine, _seed: int) -> bool:
    """Five processes each; the speedup rounded to one decimal is at least 1.2."""
    before, after = _blocks(machine, 5)
    return round(fmean(before) / fmean(after), 1) >= 1.2


def swe_perf_like(machine: Machine, _seed: int) -> bool:
    """Twenty runs each, outliers dropped; Mann-Whitney p < 0.1 for a gain of at least 0.1 %."""
    before, after = _blocks(machine, 20)
    return mann_whitney_p([0.999 * value for value in within_fences(before)], within_fences(after)) < 0.1


def codeflash_like(machine: Machine, _seed: int) -> bool:
    """One process each; the minimum of its loops is more than 5 % better."""
    return min(machine.baseline_values(40)) / min(machine.candidate_values(40)) > 1.05


def pytest_benchmark_like(machine: Machine, _seed: int) -> bool:
    """One process each; the mean of its rounds is at least 5 % better."""
    return fmean(machine.baseline_values(40)) / fmean(machine.candidate_values(40)) >= 1.05


def pyperf_like(machine: Machine, _seed: int) -> bool:
    """Twenty processes of three values each; a pooled two-sided t test at 95 % on all values, and a smaller
    mean."""
    before = [value for _ in range(20) for value in machine.baseline_values(3)]
    after = [value for _ in range(20) for value in machine.candidate_values(3)]
    freedom = len(before) + len(after) - 2
    error = math.sqrt((stdev(before) ** 2 + stdev(after) ** 2) / len(before))
    return 2 * t_survival((fmean(before) - fmean(after)) / error, freedom) < 0.05


def asv_like(machine: Machine, _seed: int) -> bool:
    """Two processes of five values each, in the order ABBA; Mann-Whitney p < 0.002 and a factor of 1.1."""
    first, second = machine.baseline_values(5), machine.candidate_values(5)
    after = second + machine.candidate_values(5)
    before = first + machine.baseline_values(5)
    return mann_whitney_p(before, after) < 0.001 and fmean(before) / fmean(after) > 1.1


def paired_t(machine: Machine, seed: int) -> bool:
    """Twenty pairs in coin order; a two-sided paired t test at 95 % on log ratios. Not a peer: a textbook
    rule."""
    coins = random.Random(seed)
    ratios = []
    for _ in range(20):
        if coins.random() < 0.5:
            before, after = machine.baseline(), machine.candidate()
        else:
            after, before = machine.candidate(), machine.baseline()
        ratios.append(math.log(before / after))
    return 2 * t_survival(fmean(ratios) / (stdev(ratios) / math.sqrt(len(ratios))), len(ratios) - 1) < 0.05


RULES = (
    Rule("perfagent", ours),
    Rule("mean of 3, 5 % better", best_of_three_means),
    Rule("hyperfine's, restated", hyperfine_like),
    Rule("GSO's, restated", gso_like),
    Rule("SWE-Perf's, restated", swe_perf_like),
    Rule("codeflash's, restated", codeflash_like),
    Rule("pytest-benchmark's, restated", pytest_benchmark_like),
    Rule("pyperf's, restated", pyperf_like),
    Rule("asv's, restated", asv_like),
    Rule("paired t, 20 pairs", paired_t),
)
