"""What is in an evaluation's folder, as a board needs it."""

from __future__ import annotations

from pathlib import Path

from perfagent.benchmarks.gso_swe_perf.leaderboard.gathering import gather, prices
from perfagent.benchmarks.gso_swe_perf.leaderboard.records import Scored
from perfagent.benchmarks.gso_swe_perf.leaderboard.words import BENCHMARKS
from perfagent.benchmarks.gso_swe_perf.records import Benchmark
from perfagent.tools.errors import UsageError


def read_evaluation(path: Path, benchmark: Benchmark) -> list[Scored]:
    """Every subject that was measured in a folder, scored anew from its raw timings.

    Raises:
        PerfagentError: the folder holds no evaluation.
        UsageError: it is of another benchmark, or nothing was measured in it.
    """
    from perfagent.benchmarks.gso_swe_perf.evaluation import EvaluationFolder

    folder = EvaluationFolder(path)
    kept = folder.request.benchmark
    if kept != benchmark:
        raise UsageError(
            f"{path} is an evaluation of {BENCHMARKS[kept]}", f"`perfagent eval {kept} table` reads it", code="PA903"
        )
    outcomes = folder.outcomes()
    if not outcomes:
        raise UsageError(
            f"nothing is scored in {path} yet", f"`perfagent eval {benchmark} score` measures it", code="PA903"
        )
    generating = folder.request.generating
    paid = prices(folder.rollouts(), generating) if generating else {}
    return gather(benchmark, folder.instances(), outcomes, paid, str(path))
