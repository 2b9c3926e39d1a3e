"""Every rule judges, sees the obvious, and says what it costs."""

from __future__ import annotations

import pytest

from perfagent.benchmarks.verdicts.noise import Stream
from perfagent.benchmarks.verdicts.peers import packaged_rules
from perfagent.benchmarks.verdicts.rules import RULES, Rule, mann_whitney_p

QUIET = Stream("quiet", 0.004, 0.2)
PACKAGED, MISSING = packaged_rules()


@pytest.mark.parametrize("rule", [*RULES, *PACKAGED], ids=lambda rule: rule.name)
def test_every_rule_sees_a_gain_of_half_and_no_loss(rule: Rule) -> None:
    gains, losses = (sum(rule.judge(QUIET.machine(gain, str(seed)), seed) for seed in range(12)) for gain in (2.0, 0.5))
    assert (gains, losses) == (12, 0)


def test_mann_whitney_is_the_textbooks() -> None:
    """Hollander & Wolfe, tritiated water diffusion: W = 30 of 10 and 5 values, one-sided p = 0.127 exact."""
    term = [0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46]
    early = [1.15, 0.88, 0.90, 0.74, 1.21]
    assert mann_whitney_p(term, early) == pytest.approx(0.127, abs=0.01)


def test_what_is_not_installed_is_said() -> None:
    assert any("restated only" in line for line in MISSING)
    assert len(PACKAGED) + len(MISSING) == 4
