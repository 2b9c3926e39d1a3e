"""Every rule does what its own example says, and refuses its counter-example."""

from __future__ import annotations

import ast

import pytest

from perfagent.tools.rewrite import Rule, catalogue


def rule_id(rule: Rule) -> str:
    return rule.name


@pytest.mark.parametrize("rule", catalogue(), ids=rule_id)
def test_example_becomes_example_after(rule: Rule) -> None:
    assert [rewrite.source for rewrite in rule.rewrites(rule.example)] == [rule.example_after]


@pytest.mark.parametrize("rule", catalogue(), ids=rule_id)
def test_counter_example_is_refused(rule: Rule) -> None:
    assert rule.rewrites(rule.counter_example) == []


@pytest.mark.parametrize("rule", catalogue(), ids=rule_id)
def test_counter_example_is_valid_and_the_result_is_final(rule: Rule) -> None:
    ast.parse(rule.counter_example)
    assert rule.rewrites(rule.example_after) == []


@pytest.mark.parametrize("rule", catalogue(), ids=rule_id)
def test_texts_are_sentences(rule: Rule) -> None:
    for text in (rule.looks_for, rule.safe_when, rule.why):
        assert text.endswith(".")
        assert len(text) < 200


@pytest.mark.parametrize("rule", catalogue(), ids=rule_id)
def test_carriage_returns_survive(rule: Rule) -> None:
    changed = rule.rewrites(rule.example.replace("\n", "\r\n"))
    assert [rewrite.source for rewrite in changed] == [rule.example_after.replace("\n", "\r\n")]


@pytest.mark.parametrize("rule", catalogue(), ids=rule_id)
def test_nothing_outside_the_given_lines(rule: Rule) -> None:
    [rewrite] = rule.rewrites(rule.example)
    assert rule.rewrites(rule.example, [(rewrite.line, rewrite.line)]) == [rewrite]
    assert rule.rewrites(rule.example, [(rewrite.line + 1, rewrite.line + 90), (1, rewrite.line - 1)]) == []


@pytest.mark.parametrize("rule", catalogue(), ids=rule_id)
def test_reflection_is_refused(rule: Rule) -> None:
    [rewrite] = rule.rewrites(rule.example)
    head, body = rule.example.split("\ndef ", 1) if "\ndef " in rule.example else ("", rule.example[4:])
    signature, rest = body.split(":\n", 1)
    reflecting = f"{head}\ndef {signature}:\n    print(locals())\n{rest}"
    assert all(found.function != rewrite.function for found in rule.rewrites(reflecting))
