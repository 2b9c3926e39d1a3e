"""Runs the performance scripts beside this file: each is timed by the test that it is, and its results must be equal.

A script's package is imported by a fixture, which is not part of the test's time.
"""

import sys
import types
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).resolve().parent
NAMES = sorted(path.stem for path in HERE.glob("script_*.py"))


@pytest.fixture
def script(request: Any) -> Any:
    """The script as a module, which what it defines can be pickled from."""
    name = "efficiency_" + request.param
    module = sys.modules[name] = types.ModuleType(name)
    path = HERE / (request.param + ".py")
    exec(compile(path.read_text("utf-8"), str(path), "exec"), module.__dict__)
    return module


@pytest.mark.parametrize("script", NAMES, indirect=True)
def test_script(script: Any, tmp_path: Path, monkeypatch: Any) -> None:
    """A first run keeps its result, and a second one on fresh data must come to the same."""
    monkeypatch.chdir(str(tmp_path))
    first = script.run_test(eqcheck=False, reference=True, prefix="efficiency")
    second = script.run_test(eqcheck=True, reference=False, prefix="efficiency")
    assert first > 0
    assert second > 0
