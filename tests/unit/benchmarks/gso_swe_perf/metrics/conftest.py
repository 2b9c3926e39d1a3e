"""Instances and outcomes of every benchmark, made by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from perfagent.benchmarks.gso_swe_perf.datasets import GsoInstance, SwefficiencyInstance, SwePerfInstance
from perfagent.benchmarks.gso_swe_perf.records import (
    GsoTimings,
    Outcome,
    PairedFigures,
    SwefficiencyTimings,
    SwePerfTimings,
    TestTime,
)

Outcomes = Callable[..., Outcome]


@pytest.fixture
def gso_instance() -> Callable[[str], GsoInstance]:
    def make(name: str) -> GsoInstance:
        row: dict[str, Any] = {"instance_id": name, "repo": "o/r", "base_commit": "b^", "opt_commit": "b" * 40}
        return GsoInstance.model_validate({**row, "prob_script": "pass", "tests": ["pass"]})

    return make


@pytest.fixture
def swe_perf_instance() -> Callable[[str], SwePerfInstance]:
    def make(name: str) -> SwePerfInstance:
        durations = [{"t.py::a": {"base": 1 + 0.01 * i, "head": 0.5 + 0.01 * i}} for i in range(20)]
        row: dict[str, Any] = {"instance_id": name, "repo": "o/r", "base_commit": "b" * 40, "patch": "x"}
        return SwePerfInstance.model_validate(
            {**row, "efficiency_test": ["t.py::a"], "duration_changes": durations, "head_commit": "c" * 40}
        )

    return make


@pytest.fixture
def swefficiency_instance() -> Callable[[str], SwefficiencyInstance]:
    def make(name: str) -> SwefficiencyInstance:
        row: dict[str, Any] = {"instance_id": name, "repo": "o/r", "base_commit": "b" * 40, "workload": "pass"}
        return SwefficiencyInstance.model_validate({**row, "PASS_TO_PASS": ["t::a", "t::b"], "patch": "x"})

    return make


@pytest.fixture
def gso_outcome() -> Outcomes:
    """An outcome whose tests all take these seconds."""

    def make(name: str, base: float, patch: float, commit: float, subject: str = "m") -> Outcome:
        timings = GsoTimings(base=((base,) * 5,) * 3, patch=((patch,) * 5,) * 3, commit=((commit,) * 5,) * 3)
        facts: dict[str, Any] = {"benchmark": "gso", "protocol": "official", "status": "graded"}
        return Outcome(instance_id=name, subject=subject, gso=timings, **facts)

    return make


@pytest.fixture
def swe_perf_outcome() -> Outcomes:
    """An outcome of one test over 20 runs, a tenth of a per cent apart."""

    def make(name: str, base: float, patch: float, outcome: str = "passed", subject: str = "m") -> Outcome:
        def runs(seconds: float, ended: str) -> tuple[dict[str, TestTime], ...]:
            return tuple({"t.py::a": TestTime(outcome=ended, seconds=seconds * (1 + i / 1000))} for i in range(20))

        timings = SwePerfTimings(base=runs(base, "passed"), patch=runs(patch, outcome))
        facts: dict[str, Any] = {"benchmark": "swe-perf", "protocol": "official", "status": "graded"}
        return Outcome(instance_id=name, subject=subject, swe_perf=timings, **facts)

    return make


@pytest.fixture
def swefficiency_outcome() -> Outcomes:
    def make(name: str, before: float, after: float, subject: str = "m", **more: Any) -> Outcome:
        timings = SwefficiencyTimings(
            before_mean=before, before_std=0, after_mean=after, after_std=0,
            **{"tests": {"t::a": True, "t::b": True}, **more},
        )  # fmt: skip
        facts: dict[str, Any] = {"benchmark": "swefficiency", "protocol": "official", "status": "graded"}
        return Outcome(instance_id=name, subject=subject, swefficiency=timings, **facts)

    return make


@pytest.fixture
def paired_outcome() -> Outcomes:
    def make(benchmark: Any, name: str, verdict: str = "faster", subject: str = "m", **figures: Any) -> Outcome:
        paired = PairedFigures(verdict=verdict, **figures)
        facts: dict[str, Any] = {"protocol": "paired", "status": "graded"}
        return Outcome(benchmark=benchmark, instance_id=name, subject=subject, paired=paired, **facts)

    return make
