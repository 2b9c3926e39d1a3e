"""Every rule judges, sees the obvious, and says what it costs."""

from __future__ import annotations

import pytest

from perfagent.benchmarks.verdicts.noise import Stream
from perfagent.benchmarks.verdicts.peers import packaged_rules
from perfagent.benchmarks.verdicts.rules import RULES, Rule

QUIET = Stream("quiet", 0.004, 0.2)
PACKAGED, MISSING = packaged_rules()


@pytest.mark.parametrize("rule", [*RULES, *PACKAGED], ids=lambda rule: rule.name)
def test_every_rule_sees_a_gain_of_half_and_no_loss(rule: Rule) -> None:
    gains, losses = (sum(rule.judge(QUIET.machine(gain, str(seed)), seed) for seed in range(12)) for gain in (2.0, 0.5))
    assert (gains, losses) == (12, 0)


def test_what_is_not_installed_is_said() -> None:
    assert any("restated only" in line for line in MISSING)
    assert len(PACKAGED) + len(MISSING) == 4
