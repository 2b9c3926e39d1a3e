"""Counting lines on every Python that is here: hits are exact, shares are what a clock that is not ours says."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from perfagent.tools.workload import HARNESS

LIBRARY = """\
import functools, time


def decorated(function):
    @functools.wraps(function)
    def wrapper(*args):
        return function(*args)
    return wrapper


@decorated
def outer(words, times):
    for word in words:
        if word:
            time.sleep(0.002)
    def inner():
        return len(words)
    return inner() + times


def fall(n):
    if n:
        fall(n - 1)
    time.sleep(0.001)


def produce(n):
    for index in range(n):
        yield index


def catch():
    try:
        fail()
    except ValueError:
        return 1


def fail():
    raise ValueError
"""

DRIVER = """
import importlib.util, json, sys, threading
spec = importlib.util.spec_from_file_location("tracer", sys.argv[1])
tracer = importlib.util.module_from_spec(spec)
spec.loader.exec_module(tracer)
sys.path.insert(0, sys.argv[2])
import lib
places = [["lib.py", 11, 18, "outer"], ["lib.py", 21, 24, "fall"], ["lib.py", 27, 29, "produce"],
          ["lib.py", 32, 36, "catch"], ["lib.py", 39, 40, "fail"]]
traced = tracer.Tracer({"tree": sys.argv[2], "functions": places})
lib.outer("unseen", 1)
for _ in range(2):
    traced.start()
    lib.outer("abc", 1)
    lib.fall(4)
    list(lib.produce(5))
    left = lib.produce(5)
    next(left)
    left.close()
    lib.catch()
    other = threading.Thread(target=lib.outer, args=("ab", 1))
    other.start()
    other.join()
    traced.stop()
lib.outer("unseen", 1)
print(json.dumps(traced.report()))
"""


def runs(python: Path) -> bool:
    """Whether an interpreter is 3.7 or later, and more than a name that a version manager left."""
    check = "import sys; sys.exit(sys.version_info < (3, 7))"
    return subprocess.run([python, "-c", check], capture_output=True, check=False).returncode == 0


NAMES = [Path(path) for minor in range(7, 15) if (path := shutil.which(f"python3.{minor}"))]
MANAGED = sorted(Path.home().glob(".pyenv/versions/3.*/bin/python3"))


@pytest.fixture(scope="module", params=[Path(sys.executable), *filter(runs, NAMES + MANAGED)], ids=str)
def report(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    tree = tmp_path_factory.mktemp("tree")
    (tree / "lib.py").write_text(LIBRARY)
    command = [request.param, "-c", DRIVER, HARNESS / "perfagent_lines.py", tree]
    return json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def hits(function: Any) -> dict[int, int]:
    return {int(number): hits for number, (hits, _) in function["lines"].items()}


def test_hits_are_counted_in_loops_threads_and_nested_functions(report: Any) -> None:
    outer = report["functions"][0]
    assert hits(outer) == {13: 14, 14: 10, 15: 10, 16: 4, 17: 4, 18: 4}
    assert report["threads"] >= 2  # the second thread may have the number of the first


def test_a_line_holds_what_it_calls(report: Any) -> None:
    outer = report["functions"][0]
    assert 0.5 * outer["seconds"] < outer["lines"]["15"][1] <= outer["seconds"] <= report["seconds"]


def test_recursion_counts_no_time_twice(report: Any) -> None:
    fall = report["functions"][1]
    assert hits(fall) == {22: 10, 23: 8, 24: 10}
    assert 0.008 < fall["lines"]["23"][1] < fall["seconds"] < report["seconds"]


def test_generators_are_counted_while_they_run(report: Any) -> None:
    produce = report["functions"][2]
    assert hits(produce) == {28: 14, 29: 12}
    assert produce["calls"]["calls"] == 4


def test_exceptions_close_what_they_leave(report: Any) -> None:
    catch, fail = report["functions"][3:]
    assert (hits(catch)[34], hits(fail)) == (2, {40: 2})
    assert fail["seconds"] <= catch["seconds"]


def test_what_functions_are_called_with(report: Any) -> None:
    outer = report["functions"][0]["calls"]
    assert (outer["calls"], outer["distinct"], outer["sizes"]) == (4, 2, {"words": [2, 3, 3]})
