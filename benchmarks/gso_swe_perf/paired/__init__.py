"""Our verifier on an instance's prediction: guard, tests, equal values, interleaved pairs with a known error rate."""

from perfagent.benchmarks.gso_swe_perf.paired.measuring import FIGURE_PAIRS, measure_paired
from perfagent.benchmarks.gso_swe_perf.paired.running import applies, diff_between, gone_on

__all__ = ["FIGURE_PAIRS", "applies", "diff_between", "gone_on", "measure_paired"]
