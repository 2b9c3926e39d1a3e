"""Each rule's example does the same before and after, on inputs nobody chose."""

from __future__ import annotations

import io
import logging
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from perfagent.tools.rewrite import Rule, catalogue

words = st.text("ab \t", max_size=4)
numbers = st.integers(-3, 9)
scalars = st.one_of(st.none(), st.booleans(), numbers, st.floats(), words)
rows = st.lists(st.lists(numbers, max_size=3), max_size=4)


def chained(values: list[int]) -> SimpleNamespace | None:
    node = None
    for value in values:
        node = SimpleNamespace(value=value, parent=node)
    return node


def graphs(edges: list[list[int]]) -> dict[int, list[int]]:
    return {i: [n % len(edges) for n in edges[i]] for i in range(len(edges))}


table = st.dictionaries(words, numbers, max_size=5)
ARGUMENTS: dict[str, st.SearchStrategy[tuple[Any, ...]]] = {
    "any-all-generator": st.tuples(st.lists(st.text(max_size=30), max_size=4)),
    "append-to-comprehension": st.tuples(st.lists(st.one_of(numbers, st.floats(), words))),
    "bytes-concat": st.tuples(st.binary(max_size=9000).map(io.BytesIO)),
    "constant-to-module": st.tuples(numbers, st.sampled_from("smhx")),
    "count-to-counter": st.tuples(st.one_of(st.lists(scalars), table, words, st.none(), st.just([[]]))),
    "format-to-fstring": st.tuples(scalars, st.builds(SimpleNamespace, name=words)),
    "generator-to-comprehension": st.tuples(words),
    "hoist-container": st.tuples(st.lists(scalars), st.one_of(st.lists(scalars), table)),
    "hoist-len": st.tuples(words),
    "hoist-row": st.tuples(st.integers(-1, 5)),
    "import-to-module": st.tuples(numbers, st.floats(-9, 9)),
    "insert-front-to-reverse": st.tuples(st.lists(numbers).map(chained)),
    "lazy-log-arguments": st.tuples(scalars, scalars),
    "list-count-to-counter": st.tuples(st.one_of(st.lists(scalars), words)),
    "list-membership-to-set": st.tuples(st.lists(words), st.lists(words)),
    "list-queue-to-deque": st.lists(st.lists(numbers), min_size=1).map(lambda e: (graphs(e), 0)),
    "loop-over-items": st.tuples(table),
    "loop-over-values": st.tuples(st.lists(numbers)),
    "map-lambda": st.tuples(st.lists(st.one_of(words, numbers))),
    "min-max-inline": st.tuples(st.lists(st.one_of(numbers, st.floats(), words))),
    "rebuilt-container": st.tuples(rows),
    "redundant-conversion": st.tuples(st.one_of(st.lists(scalars), words, st.none(), table)),
    "regex-literal-to-str": st.tuples(st.text("a\n", max_size=9)),
    "regex-to-module": st.tuples(st.text("#, a", max_size=6)),
    "seen-list-to-set": st.tuples(st.lists(words)),
    "startswith-tuple": st.tuples(st.text("#/-a", max_size=3)),
    "str-concat-order": st.tuples(st.lists(scalars)),
    "sum-of-lists": st.tuples(rows.map(lambda r: range(len(r)))),
}


def load(source: str, name: str) -> Callable[..., Any]:
    namespace: dict[str, Any] = {"__name__": "example"}
    exec(compile(source, "<example>", "exec"), namespace)
    namespace["os"] = SimpleNamespace(listdir=lambda folder: [str(folder)] * (folder % 3))
    function: Callable[..., Any] = namespace[name]
    return function


def outcome(function: Callable[..., Any], arguments: tuple[Any, ...]) -> tuple[str, str]:
    """What comes back, with its type and the order of its keys, or what is raised.

    The order of a set counts for nothing: of the same elements it differs by hash seed and by what they came from.
    """
    for argument in arguments:
        if isinstance(argument, io.BytesIO):
            argument.seek(0)
    try:
        value = function(*arguments)
        return "returned", repr(sorted(map(repr, value)) if isinstance(value, set) else value)
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        return "raised", type(error).__name__


@pytest.mark.parametrize("rule", catalogue(), ids=lambda rule: rule.name)
def test_same_outcome(rule: Rule) -> None:
    [rewrite] = rule.rewrites(rule.example)
    before, after = load(rule.example, rewrite.function), load(rule.example_after, rewrite.function)

    @settings(
        max_examples=60,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(ARGUMENTS[rule.name])
    def same(arguments: tuple[Any, ...]) -> None:
        assert outcome(after, arguments) == outcome(before, arguments)

    same()


def test_the_log_says_the_same(caplog: pytest.LogCaptureFixture) -> None:
    rule = next(rule for rule in catalogue() if rule.name == "lazy-log-arguments")
    caplog.set_level(logging.DEBUG)
    for source in (rule.example, rule.example_after):
        load(source, "store")("a%s", {"b": 1})
    assert len(set(caplog.messages)) == 1
