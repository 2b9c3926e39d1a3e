"""The catalogue as a document."""

from __future__ import annotations

import difflib
from collections.abc import Mapping

from perfagent.tools.rewrite.catalogue import catalogue
from perfagent.tools.rewrite.protocol import Rule

_HEAD = """\
# The catalogue of rewrites

Edits that need no model. Each rule proposes; the gate measures and decides, so a rule need not always pay. What a rule
must be is safe: it refuses whatever it cannot show to be equal. Risk 1 is equal by construction, 2 is equal for the types
the code shows, 3 is equal unless the code does something unusual, which the tests must show.
"""


def catalogue_markdown(speedups: Mapping[str, str] | None = None) -> str:
    """Every rule with its reasons and its example as a diff.

    Args:
        speedups: measured speedup of the example by rule name, as text, shown in the table when given.
    """
    rules = catalogue()
    parts = [_HEAD, _table(rules, speedups or {}), *(_section(rule) for rule in rules)]
    return "\n".join(parts)


def _table(rules: tuple[Rule, ...], speedups: Mapping[str, str]) -> str:
    lines = ["| rule | looks for | example, before / after |", "|---|---|---|"]
    lines += [f"| [{r.name}](#{r.name}) | {r.looks_for} | {speedups.get(r.name, 'not measured')} |" for r in rules]
    return "\n".join(lines) + "\n"


def _section(rule: Rule) -> str:
    diff = difflib.unified_diff(rule.example.splitlines(), rule.example_after.splitlines(), lineterm="", n=99)
    body = "\n".join(list(diff)[3:])
    return (
        f"## {rule.name}\n\nLooks for: {rule.looks_for}\n\nSafe when: {rule.safe_when}\n\nWhy: {rule.why}\n\n"
        f"```diff\n{body}\n```\n\nRefused:\n\n```python\n{rule.counter_example.rstrip()}\n```\n"
    )
