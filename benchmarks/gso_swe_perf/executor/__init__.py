"""Running an evaluation's jobs: on this machine's cores, or on a dask cluster."""

from perfagent.benchmarks.gso_swe_perf.executor.cores import chosen
from perfagent.benchmarks.gso_swe_perf.executor.local import LocalExecutor
from perfagent.benchmarks.gso_swe_perf.executor.protocol import Ended, Executor, Work

__all__ = ["Ended", "Executor", "LocalExecutor", "Work", "chosen"]
