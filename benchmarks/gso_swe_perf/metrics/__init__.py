"""Timings to figures to scores, as pure functions: the benchmarks' own formulas, ours, and their uncertainty."""

from perfagent.benchmarks.gso_swe_perf.metrics.records import InstanceScore, Scores, Total

__all__ = ["InstanceScore", "Scores", "Total"]
