"""The cases that patterns rest on: every one runs, and says of its values what it says."""

from __future__ import annotations

import pytest

from perfagent.agent.telling.patterns import catalogue
from perfagent.benchmarks.patterns.timing import Case, available, bodies, cases, ratio


def test_every_pattern_has_a_case_for_it_and_one_against_it() -> None:
    kinds = {case.pattern: {c.kind for c in cases() if c.pattern == case.pattern} for case in cases()}
    assert set(kinds) == {pattern.id for pattern in catalogue()}
    assert all("gain" in found and found & {"counter", "wrong"} for found in kinds.values())


@pytest.mark.parametrize("case", cases(), ids=lambda case: f"{case.pattern}-{case.kind}")
def test_values_are_equal_unless_they_are_said_to_differ(case: Case) -> None:
    if not available(case):
        pytest.skip(f"{case.needs} is no dependency of ours: the case is timed where it is installed")
    old, new = bodies(case)
    assert bool(old() == new()) is (case.kind != "wrong")


def test_unequal_bodies_are_not_timed() -> None:
    with pytest.raises(ValueError, match="different values"):
        ratio(lambda: 1, lambda: 2)


def test_a_ratio_has_its_median_between_its_quartiles() -> None:
    found = ratio(lambda: sum(range(300)), lambda: 44850, turns=4)
    assert found.low <= found.median <= found.high
