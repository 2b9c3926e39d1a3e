"""Costs of a reading and the words of an estimate."""

from __future__ import annotations

import pytest

from perfagent.tools.errors import MeasurementError
from perfagent.tools.measure import Estimate, Reading
from perfagent.tools.measure.records import MetricName


@pytest.mark.parametrize(("metric", "cost"), [("cpu", 0.5), ("wall", 2.0), ("adjusted", 1.25), ("memory", 4096.0)])
def test_every_metric_reads_its_own_cost(metric: MetricName, cost: float) -> None:
    assert Reading(2.0, 0.5, 0.75, 1, 4096).value(metric) == cost


def test_adjusted_time_is_never_below_what_one_thread_computed() -> None:
    assert Reading(1.0, 0.9, 0.3, 1, 1).adjusted_s == 0.9
    assert Reading(1.0, 3.5, 0.3, 1, 1).adjusted_s == 1.0


@pytest.mark.parametrize("metric", ["cpu", "wall", "adjusted", "memory"])
def test_a_cost_of_zero_has_no_ratio(metric: MetricName) -> None:
    with pytest.raises(MeasurementError, match="no measurable"):
        Reading(0.0, 0.0, 0.0, 0, 0).value(metric)


def test_an_estimate_reads_like_a_sentence_and_survives_json() -> None:
    figure = Estimate(speedup=1.0712, low=1.04, high=1.1, confidence=0.95, pairs=22, metric="cpu")
    assert str(figure) == "1.07× (95% CI 1.04–1.10, 22 pairs, CPU time)"
    assert Estimate.model_validate_json(figure.model_dump_json()) == figure
