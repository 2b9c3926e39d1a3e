"""Predictions by the agent: one run an instance and rollout, and which of several rollouts is taken."""

from perfagent.benchmarks.gso_swe_perf.generating.choosing import best_of
from perfagent.benchmarks.gso_swe_perf.generating.rollout import Wishes, generate
from perfagent.benchmarks.gso_swe_perf.generating.trajectory import trajectory, write_trajectory

__all__ = ["Wishes", "best_of", "generate", "trajectory", "write_trajectory"]
