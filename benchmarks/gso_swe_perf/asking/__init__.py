"""An instance in perfagent's own words: its environment, its workloads, the tests that concern it."""

from perfagent.benchmarks.gso_swe_perf.asking.environment import environment_flags
from perfagent.benchmarks.gso_swe_perf.asking.related import RankedTest, ranked_tests, test_files, words_of_script
from perfagent.benchmarks.gso_swe_perf.asking.workloads import (
    MOST_WORKLOADS,
    NO_TESTS,
    Setting,
    Site,
    Workloads,
    given_workload,
    official_tests,
    spread,
    targets,
    write_scripts,
)

__all__ = [
    "MOST_WORKLOADS",
    "NO_TESTS",
    "RankedTest",
    "Setting",
    "Site",
    "Workloads",
    "environment_flags",
    "given_workload",
    "official_tests",
    "ranked_tests",
    "spread",
    "targets",
    "test_files",
    "words_of_script",
    "write_scripts",
]
