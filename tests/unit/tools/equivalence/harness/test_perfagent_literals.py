"""Literals: what is written reads back as it was, and what cannot be is refused with its reason."""

from __future__ import annotations

import ast
import importlib.util
import subprocess
import sys
from collections import OrderedDict
from enum import IntEnum
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perfagent.tools.equivalence import HARNESS

FILE = HARNESS / "perfagent_literals.py"


class Colour(IntEnum):
    RED = 1


def load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("literals", FILE)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


literals = load()

HASHABLE = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.text(), st.binary()
)
PLAIN = st.recursive(
    HASHABLE | st.complex_numbers(allow_nan=False, allow_infinity=False),
    lambda inner: (
        st.lists(inner) | st.lists(inner).map(tuple) | st.dictionaries(HASHABLE, inner) | st.sets(HASHABLE, min_size=1)
    ),
    max_leaves=20,
)


@settings(max_examples=60, deadline=None)
@given(PLAIN)
def test_a_plain_value_reads_back_as_it_was(value: Any) -> None:
    read = ast.literal_eval(literals.literal(value, 1_000_000))
    assert (read, type(read)) == (value, type(value))


@pytest.mark.parametrize(
    ("value", "why"),
    [
        (object(), "object"),
        ([1, {"a": Colour.RED}], "Colour"),
        (OrderedDict(a=1), "OrderedDict"),
        (float("nan"), "an infinity or NaN"),
        ([float("-inf")], "an infinity or NaN"),
        (complex(0, float("inf")), "an infinity or NaN"),
        (set(), "an empty set"),
        (frozenset([1]), "frozenset"),
        pytest.param(1 << 100_000, "a very large int", id="large"),
        (bytearray(b"a"), "bytearray"),
    ],
)
def test_what_no_literal_says_exactly_is_refused(value: object, why: str) -> None:
    with pytest.raises(literals.NotPlain, match=why):
        literals.literal(value, 1_000_000)


def test_a_list_that_holds_itself_is_refused() -> None:
    ring: list[Any] = []
    ring.append(ring)
    with pytest.raises(literals.NotPlain, match="deeply nested list"):
        literals.literal(ring, 1_000_000)


def test_the_room_bounds_the_work() -> None:
    assert literals.literal("abc", 10) == "'abc'"
    for value in ("a" * 11, ["a"] * 6, {1: 2, 3: 4, 5: 6}):
        with pytest.raises(literals.TooLong):
            literals.literal(value, 10)


def test_the_text_of_a_set_does_not_depend_on_the_hash_seed() -> None:
    code = f"import sys; sys.path.insert(0, {str(FILE.parent)!r})\nimport perfagent_literals as l\n"
    code += "print(l.literal({'a', 'b', 'c', 'd', 'e'}, 100))"
    texts = {
        subprocess.run(
            [sys.executable, "-c", code], env={"PYTHONHASHSEED": str(seed)}, capture_output=True, text=True, check=True
        ).stdout
        for seed in range(3)
    }
    assert texts == {"{'a', 'b', 'c', 'd', 'e'}\n"}
