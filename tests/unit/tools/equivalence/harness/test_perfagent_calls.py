"""Recording calls on every Python that is here: each must tell the same of the same program."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from perfagent.tools.equivalence import HARNESS

LIBRARY = """\
def add(a, *b, k=1, **w):
    a = a + sum(b) + k
    return a

def produce(n):
    for index in range(n):
        yield index
    return "end"

def delegate(n):
    return (yield from produce(n))

def fill(out):
    out.append(1)

def fails(x):
    raise ValueError(x)

def catches(x):
    try:
        fails(x)
    except ValueError:
        return [x]

def cleans():
    try:
        {}[1]
    finally:
        add(0)

def uses(items):
    return items

class Counter:
    def __init__(self):
        self.count = 0
    def up(self, by=1):
        self.count += by
"""

DRIVER = """
import inspect, json, sys
sys.path[:0] = sys.argv[1:3]
import lib
import perfagent_calls
functions = [lib.add, lib.produce, lib.delegate, lib.fill, lib.fails, lib.catches, lib.cleans, lib.uses, lib.Counter.up]
places = []
for function in functions:
    lines, first = inspect.getsourcelines(function)
    places.append(["lib.py", first, first + len(lines) - 1, function.__name__])
options = {"tree": sys.argv[2], "functions": places, "calls": 3, "bytes": 100000, "seconds": 60,
           "kept": [(0, 1, 2)] * len(places)}
def run():
    lib.add(1, 2, 3, k=4, z=5)
    half = lib.produce(3)
    next(half)
    list(half)
    list(lib.delegate(1))
    thrown = lib.produce(2)
    next(thrown)
    try:
        thrown.throw(OSError("x"))
    except OSError:
        pass
    lib.fill([0])
    lib.catches(7)
    try:
        lib.cleans()
    except KeyError:
        pass
    lazy = iter([1, 2])
    assert list(lib.uses(lazy)) == [1, 2], "looking used it up"
    counter = lib.Counter()
    for _ in range(5):
        counter.up()
told = []
for look in ("calls", "callers", "sketches"):
    tracer = perfagent_calls.Tracer(dict(options, look=look))
    run()
    tracer.start()
    run()
    tracer.stop()
    run()
    report = tracer.report()
    report["calls"] = [json.loads(call) for call in report["calls"]]
    told.append(report)
print(json.dumps(told))
"""


def runs(python: Path) -> bool:
    """Whether an interpreter is 3.7 or later, and more than a name that a version manager left."""
    check = "import sys; sys.exit(sys.version_info < (3, 7))"
    return subprocess.run([python, "-c", check], capture_output=True, check=False).returncode == 0


NAMES = [Path(path) for minor in range(7, 15) if (path := shutil.which(f"python3.{minor}"))]
MANAGED = sorted(Path.home().glob(".pyenv/versions/3.*/bin/python3"))


@pytest.fixture(scope="module", params=[Path(sys.executable), *filter(runs, NAMES + MANAGED)], ids=str)
def told(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """What a tracer of calls, one of callers and one that sketches say."""
    tree = tmp_path_factory.mktemp("tree")
    (tree / "lib.py").write_text(LIBRARY)
    command = [request.param, "-c", DRIVER, HARNESS, tree]
    return json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def ends(told: Any, function: int) -> list[Any]:
    """How the calls of one function ended."""
    return [(how, result) for index, _, _, how, result, _ in told[0]["calls"] if index == function]


def integers(*numbers: int) -> list[Any]:
    return [["int", number] for number in numbers]


def test_arguments_are_those_of_the_call_not_of_its_end(told: Any) -> None:
    first = told[0]["calls"][0]
    given = {key[1]: value for key, value in first[2][2]}
    words = ["dict", None, [[["str", "z"], ["int", 5]]], None]
    assert given == {"a": ["int", 1], "b": ["tuple", None, integers(2, 3), None], "k": ["int", 4], "w": words}
    assert first[3:5] == ["returned", ["int", 10]]
    assert told[0]["parameters"][0] == ["a", "k", "b", "w"]


def test_generators_yield_once_however_often_they_are_resumed(told: Any) -> None:
    assert ends(told, 1) == [
        ("yielded", ["list", None, [*integers(0, 1, 2), ["str", "end"]], None]),
        ("yielded", ["list", None, [*integers(0), ["str", "end"]], None]),
        ("raised", ["exception", "OSError", [["str", "x"]], None]),
    ]
    assert ends(told, 2) == [("yielded", ["list", None, [*integers(0), ["str", "end"]], None])]


def test_what_returns_nothing_shows_what_it_changed(told: Any) -> None:
    (fill,) = [call for call in told[0]["calls"] if call[0] == 3]
    assert fill[2][2][0][1] == ["list", None, integers(0), None]
    assert fill[5][2][0][1] == ["list", None, integers(0, 1), None]


def test_exceptions_that_leave_are_ends_and_those_that_do_not_are_none(told: Any) -> None:
    assert ends(told, 4) == [("raised", ["exception", "ValueError", integers(7), None])]
    assert ends(told, 5) == [("returned", ["list", None, integers(7), None])]
    assert ends(told, 6) == [("raised", ["exception", "KeyError", integers(1), None])]


def test_iterators_are_left_unread(told: Any) -> None:
    ((how, result),) = ends(told, 7)
    assert (how, result[0], result[2]) == ("returned", "opaque", "not read")


def test_the_first_calls_are_kept_and_all_are_counted(told: Any) -> None:
    assert len(ends(told, 8)) == 3
    assert told[0]["counts"] == [2, 3, 1, 1, 1, 1, 1, 1, 5]
    assert told[0]["ended"] == ""


def test_callers_are_told_without_a_call(told: Any) -> None:
    assert told[1]["calls"] == []
    assert {tuple(caller) for caller in told[1]["callers"]} == {
        ("lib.py", 10, "delegate"),
        ("lib.py", 19, "catches"),
        ("lib.py", 25, "cleans"),
    }


def test_sketches_tell_arguments_and_ends_apart(told: Any) -> None:
    assert [len(function) for function in told[2]["sketches"]] == [2, 3, 1, 1, 1, 1, 1, 1, 3]
    first, second, third = told[2]["sketches"][8]
    assert len({end for _, end in (first, second, third)}) == 3, "the counter goes up"
    assert told[2]["counts"] == told[0]["counts"]
