from __future__ import annotations

import pytest

from perfagent.benchmarks.rewrites.__main__ import _function
from perfagent.benchmarks.rewrites.inputs import INPUTS
from perfagent.tools.rewrite import Rule, catalogue


def test_every_rule_has_an_input() -> None:
    assert [rule.name for rule in catalogue()] == sorted(INPUTS)


@pytest.mark.parametrize("rule", catalogue(), ids=lambda rule: rule.name)
def test_both_examples_give_the_same_for_the_input(rule: Rule) -> None:
    example = INPUTS[rule.name]
    before, after = (_function(source, example.function) for source in (rule.example, rule.example_after))
    assert repr(before(*example.arguments())) == repr(after(*example.arguments()))
