"""Rows of the three benchmarks as validated instances, and the prediction files all three read."""

from perfagent.benchmarks.gso_swe_perf.datasets.gso import GsoInstance
from perfagent.benchmarks.gso_swe_perf.datasets.hygiene import Hygiene, cleaned, hygiene
from perfagent.benchmarks.gso_swe_perf.datasets.loading import DEFAULT_SOURCES, load
from perfagent.benchmarks.gso_swe_perf.datasets.predictions import read_predictions, write_predictions
from perfagent.benchmarks.gso_swe_perf.datasets.swe_perf import SwePerfInstance
from perfagent.benchmarks.gso_swe_perf.datasets.swefficiency import SwefficiencyInstance

__all__ = [
    "DEFAULT_SOURCES",
    "GsoInstance",
    "Hygiene",
    "SwePerfInstance",
    "SwefficiencyInstance",
    "cleaned",
    "hygiene",
    "load",
    "read_predictions",
    "write_predictions",
]
