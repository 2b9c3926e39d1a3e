"""Sketches: equal for equal values, another one for most others, and no code of the value's own runs."""

from __future__ import annotations

import importlib.util
from types import ModuleType
from typing import Any

import pytest

from perfagent.tools.equivalence import HARNESS


@pytest.fixture(scope="module")
def sketches() -> ModuleType:
    spec = importlib.util.spec_from_file_location("sketches", HARNESS / "perfagent_sketch.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Plain:
    def __init__(self, **attributes: Any) -> None:
        self.__dict__.update(attributes)


class Wild(Plain):
    def __repr__(self) -> str:
        raise AssertionError("it runs code")

    __str__ = __hash__ = __len__ = __iter__ = __repr__  # type: ignore[assignment]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ([1, 2], [2, 1]),
        ([1], (1,)),
        (1, True),
        ("a" * 300, "a" * 299 + "b"),
        (list(range(1000)), [*range(500), 0, *range(501, 1000)]),
        ({1, 2}, {1, 3}),
        ({"a": [1]}, {"a": [2]}),
        (Plain(a=1), Plain(a=2)),
        (ValueError("a"), ValueError("b")),
        (1.0, 1.1),
        ([[1.5, "a"]], [[1.5, "b"]]),
    ],
)
def test_different_values_are_told_apart(sketches: ModuleType, one: Any, other: Any) -> None:
    assert sketches.crc(one, sketches.RESULT) != sketches.crc(other, sketches.RESULT)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}),
        ({"x", "y", "z"}, {"z", "y", "x"}),
        (0.1 + 0.2, 0.3),
        (Plain(a=1), Plain(_cache={}, a=1)),
        (Plain(a=10**5000), Plain(a=10**5000)),
        (Plain(a=Wild(a=1)), Plain(a=Wild(a=1))),
    ],
)
def test_equal_values_have_one_sketch(sketches: ModuleType, one: Any, other: Any) -> None:
    assert sketches.crc(one, sketches.RESULT) == sketches.crc(other, sketches.RESULT)


def test_what_is_in_use_stays_as_it_is(sketches: ModuleType) -> None:
    items = iter([1, 2])
    circle: list[Any] = [items]
    circle.append(circle)
    sketches.crc(circle, sketches.RESULT)
    assert list(items) == [1, 2]
