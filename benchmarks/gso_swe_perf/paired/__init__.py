"""Our verifier on an instance's prediction: guard, tests, equal values, interleaved pairs with a known error rate."""

from perfagent.benchmarks.gso_swe_perf.paired.measuring import measure_paired

__all__ = ["measure_paired"]
