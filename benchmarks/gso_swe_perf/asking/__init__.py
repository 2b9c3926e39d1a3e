"""An instance in perfagent's own words: its environment, its workloads, the tests that concern it."""

from perfagent.benchmarks.gso_swe_perf.asking.environment import environment_flags
from perfagent.benchmarks.gso_swe_perf.asking.related import RankedTest, files_of_tests, ranked_tests, words_of_script
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
    "files_of_tests",
    "given_workload",
    "official_tests",
    "ranked_tests",
    "spread",
    "targets",
    "words_of_script",
    "write_scripts",
]
