from __future__ import annotations

from collections.abc import Callable

import libcst as cst
import pytest

from perfagent.tools.rewrite.analysis.context import Context

Find = Callable[[Context, str], cst.BaseExpression]
RuleRuns = Callable[[str, str], list[str]]


@pytest.fixture
def find() -> Find:
    """The first expression whose source text, without its parentheses, is the one asked for."""

    def search(context: Context, code: str) -> cst.BaseExpression:
        for kind in context.tree._kinds.values():
            for node in kind:
                if isinstance(node, cst.BaseExpression) and context.tree.slice(*context.tree.span(node)) == code:
                    return node
        raise LookupError(code)

    return search


@pytest.fixture
def last() -> Find:
    """The last occurrence of a name."""

    def search(context: Context, name: str) -> cst.BaseExpression:
        found = [node for node in context.tree.nodes(cst.Name) if node.value == name]
        return max(found, key=context.tree.span)

    return search


@pytest.fixture
def run() -> RuleRuns:
    """The sources that one rule of the catalogue makes of a source."""
    from perfagent.tools.rewrite import catalogue

    rules = {rule.name: rule for rule in catalogue()}

    def rewrites(rule: str, source: str) -> list[str]:
        return [rewrite.source for rewrite in rules[rule].rewrites(source)]

    return rewrites
