"""Which sizes can be afforded, from probes made of numbers."""

from __future__ import annotations

import pytest

from perfagent.agent.lab.sizing import Probe, affordable, expected_seconds


def probes(start_s: float, body_s: float, power: int, *factors: int) -> dict[int, Probe]:
    """Probes of a body that grows with a power of its size, run once each."""
    return {f: Probe(start_s + body_s * f**power, body_s * f**power) for f in factors}


@pytest.mark.parametrize("power", [1, 2, 3])
def test_the_next_size_is_expected_to_grow_as_the_last_did(power: int) -> None:
    assert expected_seconds(probes(0.1, 1.0, power, 1, 2)) == pytest.approx(0.1 + 4**power)


def test_the_first_sizes_are_expected_to_cost_little() -> None:
    assert expected_seconds({}) == 0
    assert expected_seconds(probes(0.1, 1.0, 0, 1)) == pytest.approx(2.1)


def test_short_bodies_are_repeated_as_often_as_it_takes() -> None:
    loops, notes = affordable(probes(0.02, 0.001, 2, 1, 2, 4, 8), 64)
    assert loops == {1: 64, 2: 13, 4: 4, 8: 3}
    assert notes == []


def test_one_execution_is_better_than_a_size_left_out() -> None:
    loops, notes = affordable(probes(0.1, 0.04, 2, 1, 2, 4, 8), 2)
    assert loops == {1: 2, 2: 1, 4: 1, 8: 1}
    assert notes == []


def test_the_largest_sizes_go_when_all_runs_together_take_too_long() -> None:
    loops, notes = affordable(probes(0.1, 0.1, 2, 1, 2, 4, 8), 1)
    assert list(loops) == [1, 2, 4]
    assert notes == ["8x is left out: all its runs together would take too long"]


def test_a_body_that_is_too_long_at_its_own_size_has_no_growth() -> None:
    assert affordable({}, 1) == ({}, [])
