"""Runs the workload beside this file: what its script gives to `timeit.repeat` is what the test does and times.

Imports, the script's own preparation and its first set-up happen in a fixture, which is not part of the test's time.
"""

import json
import sys
import timeit
import types
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).resolve().parent


class Workload:
    """What the script asked to be timed; code given as text runs among the names it is given, as timeit runs it."""

    def __init__(self, stmt: Any, setup: Any, number: int, names: Any) -> None:
        self.stmt = stmt if callable(stmt) else lambda: exec(stmt, names)
        self.setup = setup if callable(setup) else lambda: exec(setup, names)
        self.number = number


@pytest.fixture
def workload(monkeypatch: Any) -> Workload:
    """The workload, set up."""
    asked = []

    def repeat(stmt: Any = "pass", setup: Any = "pass", timer: Any = None, repeat: int = 5, **more: Any) -> Any:
        names = more.get("globals")
        asked.append(Workload(stmt, setup, more.get("number", 1000000), {} if names is None else names))
        return [1.0] * repeat

    monkeypatch.setattr(timeit, "repeat", repeat)
    module = sys.modules["efficiency_workload"] = types.ModuleType("efficiency_workload")
    path = HERE / "script_00.py"
    exec(compile(path.read_text("utf-8"), str(path), "exec"), module.__dict__)
    assert len(asked) == 1, "the script times one thing"
    asked[0].setup()
    return asked[0]


@pytest.fixture
def rounds() -> int:
    """How often set-up and workload are run: short ones several times, so that their time can be told."""
    found: int = json.loads((HERE / "rounds.json").read_text("utf-8"))
    return found


def test_workload(workload: Workload, rounds: int) -> None:
    """The workload runs to its end in every round."""
    done = 0
    for number in range(rounds):
        if number:
            workload.setup()
        for _ in range(workload.number):
            workload.stmt()
        done += 1
    assert done == rounds
