"""Calls that unit tests really make, captured in one process and made again in another."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from perfagent.tools.equivalence import HARNESS, RealCalls, TestSelection, TestSite, profile_tests, real_calls, replay
from perfagent.tools.errors import WorkloadError
from perfagent.tools.profile import locate
from perfagent.tools.sandbox import Sandbox

LIBRARY = """\
import functools, random

MARK = object()

def join(words, by="-", *, upper=False, mark=MARK):
    words = [word.upper() if upper else word for word in words]
    return by.join(words)

def gather(first, *rest, **named):
    return [first, rest, sorted(named)]

def fill(out):
    out.append(1)
    return out

def count(n):
    yield from range(n)

def shout(word):
    print(word)

def fails(word):
    raise ValueError(word)

def lucky(word):
    return random.SystemRandom().random()

def later(words):
    return iter(words)

def depth(n):
    return n and 1 + depth(n - 1)

def thing(given):
    return str(type(given))

@functools.lru_cache
def kept(n):
    return n * 2

class Text:
    def __init__(self, text, sep=" "):
        self.text, self.sep = text, sep
    def words(self, most=None):
        return self.text.split(self.sep)[:most]
    @classmethod
    def named(cls, name):
        return name * 2
    @staticmethod
    def plain(name):
        return name * 3

class Sub(Text):
    pass

def made():
    def inner(x):
        return x
    return inner(3)
"""

TEST = """\
import pytest
from lib import *
def test_all():
    assert join(["a", "b"]) == "a-b"
    assert join(["a"], "+", upper=True) == "A"
    assert join(["a"], by="-") == "a"
    gather(1, 2, 3, z=4, y=[5])
    fill([])
    list(count(3))
    shout("x")
    with pytest.raises(ValueError):
        fails("x")
    lucky("x")
    later([1])
    depth(5)
    thing(object())
    kept(4)
    assert Text("a b c").words(2) == ["a", "b"]
    assert Text("a,b", sep=",").words() == ["a", "b"]
    Sub("a").words(7)
    Text(object()).text
    Text.named("n")
    Text.plain("p")
    made()
"""

Watch = Callable[..., dict[str, RealCalls]]


@pytest.fixture
def site(project: Path, sandbox: Sandbox, tmp_path: Path) -> TestSite:
    (project / "lib.py").write_text(LIBRARY)
    (project / "tests/test_core.py").write_text(TEST)
    return TestSite(
        tree=sandbox.inside(project),
        python=sys.executable,
        harness=sandbox.inside(HARNESS),
        scratch=sandbox.inside(tmp_path / "scratch"),
        env={"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
    )


@pytest.fixture
def watch(project: Path, sandbox: Sandbox, site: TestSite) -> Watch:
    """Captures the calls of some functions of the library."""

    def call(*qualnames: str) -> dict[str, RealCalls]:
        places = [place for name in qualnames if (place := locate(project, "lib.py", name))]
        found = real_calls(sandbox, site, TestSelection(), places, timeout_s=120, hash_seed=1)
        return dict(zip(qualnames, found, strict=True))

    return call


def test_the_arguments_are_as_a_caller_would_write_them(watch: Watch) -> None:
    found = watch("join")["join"]
    assert (found.module, found.owner, found.name, found.way) == ("lib", "", "join", "function")
    assert {call.given for call in found.kept} == {
        "((['a', 'b'],), {})",
        "((['a'],), {'by': '+', 'upper': True})",
        "((['a'],), {})",
    }
    assert (found.calls, found.distinct, found.tests, found.refused) == (3, 3, ("tests/test_core.py::test_all",), {})


def test_stars_and_methods_and_what_objects_are_made_with(watch: Watch) -> None:
    seen = watch("gather", "Text.words", "Text.named", "Text.plain")
    assert [call.given for call in seen["gather"].kept] == ["((1, 2, 3), {'z': 4, 'y': [5]})"]
    words = seen["Text.words"]
    assert (words.owner, words.way) == ("Text", "method")
    assert {(call.made, call.given) for call in words.kept} == {
        ("(('a b c',), {})", "((), {'most': 2})"),
        ("(('a,b',), {'sep': ','})", "((), {})"),
    }
    assert words.refused == {"its object is of a class below Text": 1}
    for name in ("Text.named", "Text.plain"):
        assert (seen[name].way, [call.made for call in seen[name].kept]) == ("static", [""])


def test_calls_that_cannot_be_made_again_say_why(watch: Watch) -> None:
    why = {
        "fill": "it changes its arguments",
        "count": "it is a generator or a coroutine",
        "shout": "it returns nothing",
        "fails": "it raises",
        "later": "what it returns is computed later",
        "thing": "its argument given holds object",
        "made": "it is called with nothing",
        "made.inner": "it is defined inside a function",
    }
    seen = watch(*why)
    assert {name: list(found.refused) for name, found in seen.items()} == {name: [text] for name, text in why.items()}
    assert not any(found.kept for found in seen.values())


def test_a_recursive_call_is_part_of_the_one_that_began_it(watch: Watch) -> None:
    found = watch("depth")["depth"]
    assert (found.calls, [call.given for call in found.kept]) == (6, ["((5,), {})"])


def test_calls_give_the_same_again_or_are_dropped(watch: Watch, sandbox: Sandbox, site: TestSite) -> None:
    expected = {"join": 3, "Text.words": 2, "Text.named": 1, "kept": 1, "lucky": 0}
    seen = watch(*expected)
    assert all(calls.kept for calls in seen.values())
    done = {name: replay(sandbox, site, calls, timeout_s=60, hash_seed=2) for name, calls in seen.items()}
    assert {name: len(each.kept) for name, each in done.items()} == expected
    assert {each.error for each in done.values()} == {""}


def test_what_cannot_be_reached_is_told(sandbox: Sandbox, site: TestSite) -> None:
    nowhere = RealCalls(1, 1, "function", "nowhere", "", "f", {}, ("t",), 1, ())
    done = replay(sandbox, site, nowhere, timeout_s=60, hash_seed=2)
    assert done.error == "ModuleNotFoundError: No module named 'nowhere'"


def test_one_profile_of_all_tests(sandbox: Sandbox, site: TestSite) -> None:
    raw, count = profile_tests(sandbox, site, TestSelection(), timeout_s=120, hash_seed=1)
    (rows,) = raw.benchmarks.values()
    calls = {row.name: row.calls for row in rows if row.file == f"{raw.root}/lib.py"}
    assert (count, calls["join"], calls["depth"]) == (1, 3, 6)


def test_no_further_test_begins_when_enough_is_seen(project: Path, sandbox: Sandbox, site: TestSite) -> None:
    (project / "tests/test_core.py").write_text("def test_a(): ...\ndef test_b(): ...\n")
    counts = [
        profile_tests(sandbox, site, TestSelection(), timeout_s=120, hash_seed=1, enough_s=seconds)[1]
        for seconds in (0.0, 60.0)
    ]
    assert counts == [1, 2]


def test_no_test_is_refused_in_one_line(project: Path, sandbox: Sandbox, site: TestSite) -> None:
    (project / "tests/test_core.py").write_text("")
    with pytest.raises(WorkloadError, match="no unit test ran"):
        profile_tests(sandbox, site, TestSelection(), timeout_s=120, hash_seed=1)
