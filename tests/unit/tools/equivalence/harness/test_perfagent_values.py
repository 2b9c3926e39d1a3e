"""The encoder: equal values give equal trees in any process, different ones do not, and nothing makes it
raise.
"""

from __future__ import annotations

import collections
import dataclasses
import datetime
import decimal
import enum
import functools
import itertools
import json
import math
import os
import pathlib
import re
import shutil
import subprocess
import sys
import threading
import types
import uuid
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perfagent.tools.equivalence import VALUES_MODULE


class Colour(enum.Enum):
    RED = 1


class Plain:
    def __init__(self, **attributes: Any) -> None:
        self.__dict__.update(attributes)


class Slotted:
    __slots__ = ("a", "b")

    def __init__(self, a: Any) -> None:
        self.a = a


class Parts(list):  # type: ignore[type-arg]
    pass


@dataclasses.dataclass(frozen=True)
class Point:
    x: float
    y: float = 0.0


Pair = collections.namedtuple("Pair", "a b")

DISTINCT: list[Any] = [
    None,
    False,
    True,
    0,
    1,
    0.0,
    1.0,
    math.nan,
    math.inf,
    -math.inf,
    1j,
    "1",
    b"1",
    bytearray(b"1"),
    ...,
    NotImplemented,
    [],
    (),
    set(),
    frozenset(),
    {},
    [1],
    (1,),
    [[1]],
    {1},
    {1: 1},
    {1: 2},
    {"1": 1},
    range(1),
    slice(1),
    10**5000,
    -(10**5000),
    collections.OrderedDict(a=1),
    collections.Counter("a"),
    collections.defaultdict(int, a=1),
    collections.deque([1]),
    collections.deque([1], 3),
    types.MappingProxyType({1: 1}),
    {1: 1}.keys(),
    {1: 1}.items(),
    Pair(1, 2),
    Parts([1]),
    Plain(a=1),
    Plain(a=2),
    Plain(b=1),
    Slotted(1),
    Slotted(2),
    Point(1),
    Point(1, 2),
    Colour.RED,
    ValueError("a"),
    ValueError("b"),
    KeyError("a"),
    ValueError("a", 1),
    decimal.Decimal("1"),
    decimal.Decimal("1.0"),
    Fraction(1, 2),
    uuid.UUID(int=1),
    datetime.date(2020, 1, 1),
    datetime.datetime(2020, 1, 1),
    datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC),
    datetime.timedelta(1),
    pathlib.PurePosixPath("a"),
    pathlib.PureWindowsPath("a"),
    re.compile("a"),
    re.compile("a", re.I),
    len,
    str,
    int,
    Plain,
    os.path.join,
    functools.partial(len, 1),  # type: ignore[arg-type]
    functools.partial(int, 1),
    [1].append,
    [2].append,
    os,
    iter([1]),
    iter([]),
    "\ud800",
    "x" * 70000,
    "x" * 70000 + "y",
    [0.5] * 40,
    [0.5] * 41,
    (0.5,) * 40,
    [0.5] * 39 + [1],
]


def test_different_values_have_different_trees(encode) -> None:
    trees = [json.dumps(encode(value)) for value in DISTINCT]
    assert [text[:80] for text, count in collections.Counter(trees).items() if count > 1] == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({1: 2, 3: 4}, {3: 4, 1: 2}),
        ({"a", "b", "c"}, {"c", "b", "a"}),
        ((x for x in "ab"), iter(["a", "b"])),
        (map(str, [1]), (str(x) for x in [1])),
        (Plain(a=1, b=2), Plain(b=2, a=1)),
        ([[1]] * 2, [[1], [1]]),
        (ValueError("at 0x1", "x at 0x7f12"), ValueError("at 0x1", "x at 0x7f99")),
    ],
)
def test_what_no_caller_can_rely_on_does_not_show(encode, one: Any, other: Any) -> None:
    assert encode(one) == encode(other)


def test_cycles_point_to_the_container_above(encode) -> None:
    one: list[Any] = [1]
    one.append({"self": one})
    assert encode(one)[2][1] == ["dict", None, [[["str", "self"], ["cycle", 2]]], None]


def test_endless_iterators_and_failing_ones_end(encode) -> None:
    def failing():
        yield 1
        raise ValueError("x")

    assert encode(itertools.count())[2][-1] == ["mark", "unfinished"]
    assert encode(failing())[2][1:] == [["mark", "raised"], encode(ValueError("x"))]


def test_an_authors_own_state_leaves_caches_out(encode) -> None:
    class Stateful:
        def __init__(self, cache: object) -> None:
            self.value, self._cache = 1, cache

        def __getstate__(self) -> dict[str, int]:
            return {"value": self.value}

        @functools.cached_property
        def derived(self) -> int:
            return 2

    assert encode(Stateful(1)) == encode(Stateful(2))


def test_cached_properties_are_not_state(encode) -> None:
    class Lazy:
        @functools.cached_property
        def derived(self) -> int:
            return 2

    used = Lazy()
    assert used.derived == 2
    assert encode(used) == encode(Lazy())


class Hostile:
    def __getattribute__(self, name: str) -> Any:
        raise SystemExit(name)

    def __eq__(self, other: object) -> bool:
        raise RuntimeError

    __hash__ = None  # type: ignore[assignment]


class Unpicklable:
    def __reduce__(self) -> Any:
        raise ValueError


@pytest.mark.parametrize(
    "make",
    [
        Hostile,
        threading.Lock,
        lambda: sys.stdout,
        lambda: lambda: 1,
        sys._getframe,
        lambda: type(re.match("", "")),
    ],
)
def test_what_cannot_be_encoded_is_opaque_or_named(encode, make) -> None:
    assert encode([make()])[2][0][0] in ("opaque", "class")


def test_an_object_that_refuses_to_be_pickled_has_its_attributes(encode) -> None:
    value = Unpicklable()
    value.a = 1  # type: ignore[attr-defined]
    assert encode(value)[2] == [[["attr", "a"], ["int", 1]]]


def test_deep_values_end_in_an_opaque_node(encode) -> None:
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    assert '["opaque", "list", "too deep"]' in json.dumps(encode(deep))


@pytest.mark.parametrize(
    "build",
    [
        lambda last: [*range(300), last],
        lambda last: {**dict.fromkeys(range(300), (1, 2)), 300: last},
        lambda last: {*range(300), last},
        lambda last: [[{"a": [Plain(x=i)]} for i in range(300)], last],
        lambda last: (x for x in [*range(300), last]),
        lambda last: [Plain(rows=[1.5] * 4000), last],
    ],
)
def test_beyond_the_limit_a_digest_tells_values_apart(encode, build) -> None:
    assert encode(build(1000), limit=50) == encode(build(1000), limit=50)
    assert encode(build(1000), limit=50) != encode(build(1001), limit=50)
    assert len(json.dumps(encode(build(1000), limit=50))) < 20_000


def test_digests_forgive_the_last_bits_of_floats(encode) -> None:
    one, other = [[0.1 + 0.2, "x"]] * 100, [[0.3, "x"]] * 100
    assert encode(one, limit=10)[3] == encode(other, limit=10)[3]
    assert encode(one, limit=10)[3] != encode([[0.31, "x"]] * 100, limit=10)[3]


def test_a_value_that_shares_its_parts_over_and_over_ends(encode, values, monkeypatch) -> None:
    monkeypatch.setattr(values, "FEED_LIMIT", 10_000)
    shared: list[Any] = [1]
    for _ in range(60):
        shared = [shared, shared]
    assert "too large" in json.dumps(encode([shared, 5], limit=1000))


def test_a_private_attribute_does_not_move_the_limit(encode) -> None:
    plain = encode([Plain(a=i) for i in range(100)], limit=60)
    cached = encode([Plain(a=i, _memo=[1] * 9) for i in range(100)], limit=60)
    assert plain[3] == cached[3] != None  # noqa: E711


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()) | st.binary(),
    lambda inner: (
        st.lists(inner) | st.dictionaries(st.text(), inner) | st.tuples(inner, inner) | st.sets(st.integers())
    ),
    max_leaves=30,
)


@settings(max_examples=60, deadline=None)
@given(value=JSON, limit=st.sampled_from([5, 200_000]))
def test_any_plain_value_survives_json(values, value: Any, limit: int) -> None:
    tree = values.encode(value, limit=limit)
    assert json.loads(values.canonical(tree)) == tree == values.encode(value, limit=limit)


SCRIPT = f"""
import importlib.util, sys, collections, re, datetime, decimal
spec = importlib.util.spec_from_file_location("v", {str(VALUES_MODULE)!r})
v = importlib.util.module_from_spec(spec); spec.loader.exec_module(v)
class C:
    def __init__(self, **k): self.__dict__.update(k)
words = ["w%d" % i for i in range(200)]
value = [
    set(words), {{w: {{w}} for w in set(words)}}, C(**{{w: 1 for w in set(words)}}),
    collections.Counter(words),
    frozenset([(w, 1.5) for w in words]), re.compile("a"), datetime.date(2020, 1, 1), decimal.Decimal("1.50"),
    (w for w in words), ValueError(C()), len, C, [0.1] * 100, {{C.__name__: lambda: 1}},
]
print(v.canonical(v.encode(value)), v.canonical(v.encode(value, limit=100)))
"""


def output(python: str, seed: int) -> str:
    """What the script prints under an interpreter and a hash seed."""
    env = {**os.environ, "PYTHONHASHSEED": str(seed)}
    return subprocess.run([python, "-c", SCRIPT], env=env, capture_output=True, text=True, check=True).stdout


def test_the_tree_is_the_same_in_every_process() -> None:
    assert len({output(sys.executable, seed) for seed in (0, 1, 2)}) == 1


def runs(python: Path) -> bool:
    """Whether an interpreter is 3.7 or later and more than a name (version managers leave names that only say
    no).
    """
    check = "import sys; sys.exit(sys.version_info < (3, 7))"
    return subprocess.run([python, "-c", check], capture_output=True, check=False).returncode == 0


NAMES = [Path(path) for minor in range(7, 15) if (path := shutil.which(f"python3.{minor}"))]
MANAGED = sorted(Path.home().glob(".pyenv/versions/3.*/bin/python3"))


@pytest.mark.parametrize("python", [Path(sys.executable), *filter(runs, NAMES + MANAGED)])
def test_every_python_here_can_run_it(python: Path) -> None:
    assert output(str(python), 5) == output(str(python), 6) != ""


def test_peeking_leaves_iterators_unread(values: types.ModuleType) -> None:
    items, inner = iter([1, 2]), (n for n in range(3))
    node = values.peek({"a": items, "b": [inner]}, 50)
    assert [child[0] for _, child in node[2]] == ["opaque", "list"]
    assert (list(items), list(inner)) == ([1, 2], [0, 1, 2])


def test_peeking_looks_at_so_much_and_no_more(values: types.ModuleType) -> None:
    long = list(range(10**5))
    assert values.peek(long, 10)[2:] == values.peek([*range(9), *range(9, 29), "other"], 10)[2:]
    assert values.peek(long, 10) != values.peek([*range(9), *range(9, 28), "other", 0], 10)
    for large, kind in ((set(long), "set"), (dict.fromkeys(long), "dict")):
        assert values.peek(large, 10) == [kind, None, [], [10**5, "not seen"]]


def test_peeking_into_deep_values_still_shows_their_beginning(values: types.ModuleType) -> None:
    deep: Any = None
    for number in range(300):
        deep = {"a": number, "below": deep, "c": list(range(30))}
    tag, _, pairs, rest = values.peek(deep, 100)
    assert (tag, pairs[0], rest[0]) == ("dict", [["str", "a"], ["int", 299]], 1)


def test_peeking_and_encoding_agree_on_small_values(values: types.ModuleType) -> None:
    for value in (1, "x", [1.5, None], {"a": (1, 2)}, {3, 4}, ValueError("x")):
        assert values.peek(value, 50) == values.encode(value)
