"""Scored predictions as an evaluation hands them over, made of a few figures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from statistics import fmean
from typing import Any

import pytest

from perfagent.benchmarks.gso_swe_perf.leaderboard import Price, Scored
from perfagent.benchmarks.gso_swe_perf.metrics import InstanceScore, Scores, Total
from perfagent.benchmarks.gso_swe_perf.records import Outcome, PairedFigures, Protocol

Make = Callable[..., Scored]


def row(number: int, speedup: float | None, solved: bool, **other: Any) -> InstanceScore:
    known = {"status": "graded", "speedup": speedup, "solved": solved, "value": float(solved), **other}
    return InstanceScore.model_validate({"instance_id": f"task-{number}", "expert_speedup": 4.0, **known})


def scores(subject: str, rows: Sequence[InstanceScore], protocol: Protocol = "official") -> Scores:
    share = 100 * fmean(row.value for row in rows)
    totals = (Total(name="opt_at_1", value=share, low=0.0, high=100.0), Total(name="passed", value=50.0))
    return Scores(benchmark="gso", protocol=protocol, subject=subject, rows=tuple(rows), totals=totals)


@pytest.fixture
def scored() -> Make:
    """Makes a prediction file's scores from (speedup, solved) or whole rows, by one protocol or both."""

    def make(subject: str, *official: Any, paired: Sequence[Any] = (), source: str = "one", **prices: Price) -> Scored:
        rows = {
            protocol: [given if isinstance(given, InstanceScore) else row(n, *given) for n, given in enumerate(every)]
            for protocol, every in {"official": official, "paired": paired}.items()
            if every
        }
        outcomes = [
            Outcome.model_validate(
                {
                    "benchmark": "gso",
                    "subject": subject,
                    "protocol": protocol,
                    "status": "graded",
                    "instance_id": each.instance_id,
                    "executions": 30,
                    "seconds": 90.0,
                    "paired": PairedFigures(verdict="not_faster", interval=(1.1, 1.3))
                    if protocol == "paired"
                    else None,
                }
            )
            for protocol, every in rows.items()
            for each in every
        ]
        made = tuple(scores(subject, every, protocol) for protocol, every in rows.items())  # type: ignore[arg-type]
        by_id = {name.replace("_", "-"): price for name, price in prices.items()}
        return Scored(source=source, scores=made, outcomes=tuple(outcomes), prices=by_id)

    return make
