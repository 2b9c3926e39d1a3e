"""An evaluation: what was asked, its folder, its jobs, and what drives them."""

from perfagent.benchmarks.gso_swe_perf.evaluation.folder import EvaluationFolder, open_evaluation
from perfagent.benchmarks.gso_swe_perf.evaluation.request import Generating, Request, Scoring

__all__ = ["EvaluationFolder", "Generating", "Request", "Scoring", "open_evaluation"]
