"""Functions are alike in what they do, not in what they name."""

from __future__ import annotations

import ast
import inspect
import json
import textwrap
from collections import Counter

import pytest

from perfagent.agent.memory import similarities, tokens_of
from perfagent.agent.memory.store import LEAST_LIKENESS

LOOP = "def f(xs):\n    out = []\n    for x in xs:\n        out.append(x + 1)\n    return out\n"


def test_names_constants_comments_and_formatting_do_not_matter() -> None:
    other = "def g(a):\n  # why\n  r = [ ]\n  for b in a: r.append(b + 22)\n  return r\n"
    assert tokens_of(LOOP) == tokens_of(other)
    assert similarities(tokens_of(LOOP), [tokens_of(other)]) == [pytest.approx(1.0)]


def test_a_method_is_read_with_its_indentation() -> None:
    assert tokens_of(textwrap.indent(LOOP, "    ")) == tokens_of(LOOP)


def test_other_languages_are_compared_by_keywords_and_calls() -> None:
    found = tokens_of("for (int i = 0; i < n; i++) { total += strlen(words[i]); }")
    assert found == Counter({"for": 1, "call:strlen": 1})


def test_nothing_is_like_nothing() -> None:
    assert similarities(tokens_of(LOOP), [Counter(), tokens_of("x = 1\n")])[0] == 0.0
    assert similarities(Counter(), []) == []


def functions() -> list[str]:
    """Functions of the standard library of ten lines and more."""
    found = []
    for module in (json.decoder, json.encoder, textwrap, inspect, ast):
        source = inspect.getsource(module)
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.FunctionDef) and (node.end_lineno or 0) - node.lineno >= 10:
                found.append(ast.get_source_segment(source, node) or "")
    return found


def test_chance_pairs_lie_below_what_counts_as_alike() -> None:
    documents = [tokens_of(source) for source in functions()]
    scores = [s for n, one in enumerate(documents) for s in similarities(one, documents[n + 1 :])]
    assert len(scores) > 1000
    assert sum(score < LEAST_LIKENESS for score in scores) / len(scores) > 0.95
