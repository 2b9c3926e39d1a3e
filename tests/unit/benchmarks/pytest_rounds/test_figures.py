"""Figures and sentences from series that are known."""

from __future__ import annotations

import math
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from perfagent.benchmarks.pytest_rounds.document import document
from perfagent.benchmarks.pytest_rounds.field import CLOSE_PAIRS, EXAMPLE, Series, Way, padded
from perfagent.benchmarks.pytest_rounds.figures import (
    Findings,
    Mean,
    Verdicts,
    body_shift,
    pooled,
    positions,
    saving,
    sides,
)
from perfagent.tools.measure import Pair, Reading

WIGGLE = (0.01, -0.01, 0.02, -0.02, 0.005, -0.005, 0.0, 0.0)

Both = dict[Way, Series]


def pair(index: int, log_ratio: float, first: bool, seconds: float = 1.0) -> Pair:
    before, after = (Reading(cost, cost, 0.0, 0, 1) for cost in (seconds * math.exp(log_ratio), seconds))
    return Pair(index, 1, first, before, after)


def series(ratios: Sequence[float], cost_s: float, body_s: float = 1.0) -> Series:
    pairs = [pair(index, ratio, index % 3 == 0, body_s) for index, ratio in enumerate(ratios)]
    return Series({CLOSE_PAIRS: pairs}, [cost_s * (1 + ratio / 10) for ratio in ratios])


@pytest.fixture
def findings() -> Callable[..., Findings]:
    def make(bias: float = 0.0, forked_s: float = 0.5, gain: float = 1.1) -> Findings:
        def both(log_gain: float, log_bias: float) -> Both:
            alone, forked = ([log_gain + each for each in WIGGLE] for _ in range(2))
            return {
                "separate": series(alone, 1.0),
                "forked": series([each + log_bias for each in forked[::-1]], forked_s),
            }

        gains = {gain: both(math.log(gain), bias)}
        return Findings(both(0, bias), both(0, 0), gains, Verdicts(40, 1, 17.0), "3.11.7", "local")

    return make


def test_a_position_is_told_from_a_side() -> None:
    pairs = [pair(0, 0.1, True), pair(1, -0.1, False)]
    assert sides(pairs, "cpu") == pytest.approx([0.1, -0.1])
    assert positions(pairs, "cpu") == pytest.approx([0.1, 0.1])


def test_a_mean_holds_what_lies_within_two_errors() -> None:
    mean = Mean.of([0.0, 0.1, 0.2, 0.3])
    assert (mean.value, mean.error) == pytest.approx((0.15, 0.0645497))
    assert mean.holds(0.27) and not mean.holds(0.29)
    assert mean.percent == "+15.00 ± 6.45 %"


def test_benchmarks_of_one_round_are_one_value() -> None:
    found = series((0.1, -0.1, 0.1), 1.0)
    found.pairs["other"] = found.pairs[CLOSE_PAIRS]
    assert pooled(found, sides, "cpu").error == pytest.approx(Mean.of([0.1, -0.1, 0.1]).error)


def test_ways_are_compared_round_by_round() -> None:
    found: Both = {"separate": series(WIGGLE, 1.0), "forked": series(WIGGLE, 0.5, body_s=1.02)}
    assert saving(found).value == pytest.approx(math.log(2)) and saving(found).error == pytest.approx(0)
    assert body_shift(found, CLOSE_PAIRS, "cpu").value == pytest.approx(math.log(1.02))


def test_the_page_says_what_the_figures_say(findings: Callable[..., Findings]) -> None:
    page = document(findings(), "the command")
    assert "`the command`" in page and "| all five | 1.00 s | 0.50 s | 2.00×" in page
    for sentence in ("pays in both cases", "No mean is further", "1 of 40 whole", "Every interval holds"):
        assert sentence in page


def test_the_page_hides_no_bias_no_loss_and_no_wrong_estimate(findings: Callable[..., Findings]) -> None:
    page = document(findings(bias=0.05, forked_s=1.3), "the command")
    assert "Forking does not pay here." in page
    assert "baseline / candidate, cpu, forked" in page and "No mean" not in page
    assert "by chance): 1.10×, forked." in page


def test_one_case_may_pay_alone(findings: Callable[..., Findings]) -> None:
    paying, losing = findings(), findings(forked_s=1.3)
    assert "not resolved" in document(replace(paying, single=losing.single), "")
    assert "bodies are short" in document(replace(paying, suite=losing.suite), "")


def test_a_padded_tree_does_exactly_so_much_more(tmp_path: Path) -> None:
    tree = padded(EXAMPLE, 10, tmp_path / "tree")
    script = "import fieldnotes.nearby as n; calls = []; n._once = lambda *a: calls.append(a)\n"
    script += "from fieldnotes import close_pairs\nfor i in range(100): close_pairs(i)\nprint(len(calls))"
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={"PYTHONPATH": str(tree / "src")},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "110\n"
