"""SWE-Perf-format sets made of rows of the other two benchmarks: their scripts become the repository's own tests."""

from perfagent.benchmarks.gso_swe_perf.conversion.converting import Histories, convert

__all__ = ["Histories", "convert"]
