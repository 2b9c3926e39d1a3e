"""The catalogue as a document."""

from __future__ import annotations

import difflib
from collections.abc import Mapping

from perfagent.tools.rewrite.catalogue import catalogue
from perfagent.tools.rewrite.protocol import Rule

_HEAD = """\
# The catalogue of rewrites

Edits that need no model. Each rule proposes; the gate measures and decides, so a rule need not always pay.
What a rule must be is safe: it refuses whatever it cannot show to be equal. Risk 1 is equal by construction,
2 is equal for the types the code shows, 3 is equal unless the code does something unusual, which the tests
must show. This document is written by `python -m perfagent.benchmarks.rewrites --write docs/rewrites.md`.
"""


def catalogue_markdown(speedups: Mapping[str, str] | None = None, note: str = "") -> str:
    """Every rule with its reasons and its example as a diff.

    Args:
        speedups: measured speedup of the example by rule name, as text, shown in the table when given.
        note: one sentence under the table: how they were measured.
    """
    rules = catalogue()
    parts = [_HEAD, _table(rules, speedups or {}, note), *(_section(rule) for rule in rules)]
    return "\n".join(parts)


def _table(rules: tuple[Rule, ...], speedups: Mapping[str, str], note: str) -> str:
    lines = ["| rule | looks for | example, before / after |", "|---|---|---|"]
    for rule in rules:
        # A bar inside code would end the table's cell.
        looks_for = rule.looks_for.replace("|", "\\|")
        lines.append(f"| [{rule.name}](#{rule.name}) | {looks_for} | {speedups.get(rule.name, 'not measured')} |")
    return "\n".join([*lines, "", note]).rstrip() + "\n"


def _section(rule: Rule) -> str:
    diff = difflib.unified_diff(rule.example.splitlines(), rule.example_after.splitlines(), lineterm="", n=99)
    body = "\n".join(list(diff)[3:])
    return (
        f"## {rule.name}\n\nLooks for: {rule.looks_for}\n\nSafe when: {rule.safe_when}\n\nWhy: {rule.why}\n\n"
        f"```diff\n{body}\n```\n\nRefused:\n\n```python\n{rule.counter_example.rstrip()}\n```\n"
    )
