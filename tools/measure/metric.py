"""Which clock decides: fixed from the baseline's probe before the first pair, and never changed after it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Literal

from perfagent.tools.errors import MeasurementError
from perfagent.tools.measure.constants import (
    BUSY_HIGH,
    BUSY_LOW,
    LOAD_PER_CORE,
    SWITCHES_AT_START,
    SWITCHES_PER_S,
)
from perfagent.tools.measure.records import MetricName, Reading

Behaviour = Literal["computes", "waits", "parallel"]


@dataclass(frozen=True, slots=True)
class Metric:
    """The cost that is compared, and one sentence why."""

    name: MetricName
    reason: str


def busy(reading: Reading) -> float:
    """CPU time over schedulable time: 1 for one computing thread, less if it waits, more with several."""
    return reading.cpu_s / max(reading.wall_s - reading.run_delay_s, 1e-9)


def behaviour(probes: Sequence[Reading]) -> Behaviour:
    """What kind of benchmark the probes show.

    Raises:
        MeasurementError: there is no probe.
    """
    if not probes:
        raise MeasurementError("no probe run of the baseline to choose a clock from")
    ratio = median(busy(probe) for probe in probes)
    if ratio > BUSY_HIGH:
        return "parallel"
    if ratio < BUSY_LOW or not all(_rarely_waits(probe) for probe in probes):
        return "waits"
    return "computes"


def _rarely_waits(probe: Reading) -> bool:
    return probe.voluntary_switches <= SWITCHES_AT_START + SWITCHES_PER_S * probe.wall_s * probe.loops


def choose_metric(probes: Sequence[Reading], load_per_core: float | None = None) -> Metric:
    """The metric for a benchmark whose baseline gave `probes`.

    Args:
        load_per_core: 1-minute load average over cores; the machine's own when None.

    Raises:
        MeasurementError: there is no probe.
    """
    kind = behaviour(probes)
    if kind == "computes":
        return Metric("cpu", "one computing thread: CPU time is the steadiest clock")
    if kind == "parallel":
        return Metric("wall", "several threads compute: their CPU times add up, so wall time decides")
    load = _load_per_core() if load_per_core is None else load_per_core
    if load > LOAD_PER_CORE:
        return Metric(
            "wall", f"it waits, and at a load of {load:.1f} a core scheduler wait cannot be told from waiting"
        )
    return Metric("adjusted", "it waits for more than the processor: wall time without scheduler wait")


def _load_per_core() -> float:
    return os.getloadavg()[0] / (os.cpu_count() or 1)


def same_class(baseline: Sequence[Reading], candidate: Sequence[Reading]) -> bool:
    """Whether both sides behave alike; if not (it gained threads or I/O), only wall time compares them.

    Raises:
        MeasurementError: a side has no probe.
    """
    return behaviour(baseline) == behaviour(candidate)


def metric_for(baseline: Sequence[Reading], candidate: Sequence[Reading]) -> Metric:
    """The metric that compares these two sides, from probes taken before the first pair.

    Raises:
        MeasurementError: a side has no probe.
    """
    if same_class(baseline, candidate):
        return choose_metric(baseline)
    return Metric("wall", f"the baseline {behaviour(baseline)}, the candidate {behaviour(candidate)}")
