"""The goals the measuring folder must reach, on simulated noise with fixed seeds."""

from __future__ import annotations

import pytest

from perfagent.benchmarks.verdicts.noise import CPU_STREAMS, WALL_STREAMS, Stream
from perfagent.benchmarks.verdicts.rules import RULES, Rule
from perfagent.benchmarks.verdicts.trials import Rate, acceptance, add, coverage, family

OURS = RULES[0]


def over(rule: Rule, streams: tuple[Stream, ...], gain: float, trials: int) -> Rate:
    return add([acceptance(rule, stream, gain, trials) for stream in streams])


@pytest.mark.parametrize("streams", [CPU_STREAMS, WALL_STREAMS], ids=["cpu", "wall"])
def test_identical_code_is_accepted_in_at_most_one_percent(streams: tuple[Stream, ...]) -> None:
    assert over(OURS, streams, 1.0, 60).percent <= 1


def test_useless_candidate_is_dismissed_in_thirty_runs() -> None:
    assert over(OURS, CPU_STREAMS, 1.0, 30).mean_runs <= 30


def test_five_percent_is_seen_on_every_stream_within_eighty_runs() -> None:
    rates = [acceptance(OURS, stream, 1.05, 100) for stream in CPU_STREAMS]
    assert min(rate.percent for rate in rates) >= 85
    assert add(rates).percent >= 95
    assert all(rate.mean_runs <= 80 for rate in rates)


def test_ten_percent_is_seen_with_thirty_runs() -> None:
    rate = over(OURS, CPU_STREAMS, 1.10, 40)
    assert rate.percent >= 99
    assert rate.mean_runs <= 30


def test_eight_useless_candidates_are_no_better_than_one() -> None:
    assert add([family(stream, 8, 20) for stream in CPU_STREAMS]).percent <= 1


def test_interval_holds_the_truth() -> None:
    rate = add([coverage(stream, 1.05, 8) for stream in CPU_STREAMS])
    assert rate.wilson[0] <= 95 <= rate.wilson[1]


@pytest.mark.parametrize("name", ["SWE-Perf's, restated", "pyperf's, restated", "codeflash's, restated"])
def test_rules_without_interleaving_accept_identical_code(name: str) -> None:
    rule = next(rule for rule in RULES if rule.name == name)
    assert over(rule, WALL_STREAMS, 1.0, 40).percent >= 8


def test_the_interval_of_a_rate_is_wilsons() -> None:
    low, high = Rate(5, 100).wilson
    assert (low, high) == pytest.approx((2.15, 11.18), abs=0.01)
