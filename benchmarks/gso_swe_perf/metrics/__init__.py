"""Timings to figures to scores, as pure functions: the benchmarks' own formulas, ours, and their uncertainty."""

from perfagent.benchmarks.gso_swe_perf.metrics.bootstrap import bootstrap
from perfagent.benchmarks.gso_swe_perf.metrics.flagging import flagged
from perfagent.benchmarks.gso_swe_perf.metrics.opt_at_k import (
    Run,
    as_published,
    natural_order,
    opt_at_k,
    opt_at_k_expected,
    opt_at_k_smooth,
)
from perfagent.benchmarks.gso_swe_perf.metrics.paired import Overturned, overturned
from perfagent.benchmarks.gso_swe_perf.metrics.publishing import in_published_format
from perfagent.benchmarks.gso_swe_perf.metrics.records import InstanceScore, Scores, Total
from perfagent.benchmarks.gso_swe_perf.metrics.rollouts import eff_at_k, rollout_totals, run_of
from perfagent.benchmarks.gso_swe_perf.metrics.scores import opt_curve, score
from perfagent.benchmarks.gso_swe_perf.metrics.swe_perf import within_fences

__all__ = [
    "InstanceScore",
    "Overturned",
    "Run",
    "Scores",
    "Total",
    "as_published",
    "bootstrap",
    "eff_at_k",
    "flagged",
    "in_published_format",
    "natural_order",
    "opt_at_k",
    "opt_at_k_expected",
    "opt_at_k_smooth",
    "opt_curve",
    "overturned",
    "rollout_totals",
    "run_of",
    "score",
    "within_fences",
]
