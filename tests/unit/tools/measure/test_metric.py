"""Which clock is chosen from the baseline's probes."""

from __future__ import annotations

import os

import pytest

from perfagent.tools.errors import MeasurementError
from perfagent.tools.measure import Reading, choose_metric, metric_for, same_class

COMPUTES = Reading(wall_s=1.0, cpu_s=0.8, run_delay_s=0.2, voluntary_switches=20, peak_rss_bytes=1)
SLEEPS = Reading(wall_s=1.0, cpu_s=0.3, run_delay_s=0.0, voluntary_switches=20, peak_rss_bytes=1)
THREADS = Reading(wall_s=1.0, cpu_s=1.9, run_delay_s=0.0, voluntary_switches=20, peak_rss_bytes=1)
HANDS_OVER = Reading(wall_s=1.0, cpu_s=1.0, run_delay_s=0.0, voluntary_switches=5000, peak_rss_bytes=1)


@pytest.mark.parametrize(
    ("probe", "load", "metric"),
    [
        (COMPUTES, 0.1, "cpu"),
        (COMPUTES, 9.0, "cpu"),
        (SLEEPS, 0.1, "adjusted"),
        (SLEEPS, 2.5, "wall"),
        (HANDS_OVER, 0.1, "adjusted"),
        (THREADS, 0.1, "wall"),
    ],
)
def test_metric_follows_what_the_baseline_does(probe: Reading, load: float, metric: str) -> None:
    chosen = choose_metric([probe], load)
    assert chosen.name == metric
    assert chosen.reason


def test_the_machines_own_load_is_read_when_none_is_given() -> None:
    loaded = os.getloadavg()[0] / (os.cpu_count() or 1) > 2
    assert choose_metric([SLEEPS]).name in ({"wall", "adjusted"} if loaded else {"adjusted"})


def test_one_odd_probe_does_not_decide() -> None:
    assert choose_metric([COMPUTES, SLEEPS, COMPUTES]).name == "cpu"


def test_switches_are_counted_over_all_loops() -> None:
    short = Reading(wall_s=0.001, cpu_s=0.001, run_delay_s=0, voluntary_switches=150, peak_rss_bytes=1, loops=1000)
    assert choose_metric([short], 0.1).name == "cpu"


def test_a_candidate_of_another_kind_forces_wall_time() -> None:
    assert same_class([COMPUTES], [COMPUTES])
    assert not same_class([COMPUTES], [SLEEPS])
    assert metric_for([COMPUTES], [THREADS]).name == "wall"
    assert metric_for([COMPUTES], [COMPUTES]).name == "cpu"


def test_no_probe_no_metric() -> None:
    with pytest.raises(MeasurementError, match="no probe"):
        choose_metric([])
