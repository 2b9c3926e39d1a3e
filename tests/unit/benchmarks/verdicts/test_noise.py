"""The simulated machine has the statistics that were recorded."""

from __future__ import annotations

import math
from itertools import pairwise
from statistics import correlation, fmean

import pytest

from perfagent.benchmarks.verdicts.noise import CPU_STREAMS, WALL_STREAMS, Stream
from perfagent.tools.measure.student import robust_sd

STREAMS = CPU_STREAMS + WALL_STREAMS


def logs(stream: Stream, count: int) -> list[float]:
    machine = stream.machine(1.0, "test")
    return [math.log(machine.baseline()) for _ in range(count)]


@pytest.mark.parametrize("stream", STREAMS, ids=lambda stream: stream.name)
def test_neighbouring_runs_differ_as_recorded(stream: Stream) -> None:
    runs = logs(stream, 4000)
    differences = [a - b for a, b in zip(runs[::2], runs[1::2], strict=True)]
    assert robust_sd(differences) == pytest.approx(stream.pair_sd, rel=0.25)


@pytest.mark.parametrize("stream", WALL_STREAMS[1:], ids=lambda stream: stream.name)
def test_wall_time_drifts(stream: Stream) -> None:
    runs = logs(stream, 8000)
    # Bursts are independent of each other and take their part of the recorded correlation.
    assert 0.5 * stream.autocorrelation < correlation(runs[:-1], runs[1:]) < stream.autocorrelation + 0.05
    assert correlation(runs[:-10], runs[10:]) > 0.3


def test_bursts_only_ever_slow_down() -> None:
    runs = logs(CPU_STREAMS[2], 4000)
    centre = sorted(runs)[2000]
    beyond = [run - centre for run in runs if abs(run - centre) > 0.2]
    assert len(beyond) > 50
    assert fmean(run > 0 for run in beyond) > 0.95


def test_repeats_inside_a_process_are_much_closer_than_processes() -> None:
    machine = CPU_STREAMS[0].machine(2.0, "test")
    values = machine.candidate_values(40)
    assert machine.processes == 1
    assert max(abs(math.log(b / a)) for a, b in pairwise(values)) < 0.06


def test_a_speedup_divides_the_candidates_time() -> None:
    slow, fast = (CPU_STREAMS[0].machine(gain, "same") for gain in (1.0, 2.0))
    assert slow.candidate() == pytest.approx(2 * fast.candidate())
    assert slow.baseline() == fast.baseline()
