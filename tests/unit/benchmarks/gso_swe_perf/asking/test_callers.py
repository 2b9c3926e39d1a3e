"""Functions that no test mentions are reached through those that call them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from perfagent.benchmarks.gso_swe_perf.asking.callers import widening

FILES = {
    "pkg/core.py": (
        "def _step(x):\n    return x\n\n"
        "def _walk(x):\n    return _step(x)\n\n"
        "class Base:\n    def __init__(self, x):\n        self.x = _walk(x)\n\n"
        "class Walker(Base):\n    def apart(self):\n        return 1\n"
    ),
    "pkg/face.py": "from pkg.core import Walker\n\ndef stroll(x):\n    return Walker(x)\n",
    "pkg/torn.py": "def _(:\n",
    "tests/test_core.py": "def test_step():\n    _step(1)\n",
}


@pytest.fixture
def tree(make_tree: Callable[[Mapping[str, str]], Path]) -> Path:
    return make_tree(FILES)


def test_callers_follow_round_by_round_and_tests_are_none(tree: Path) -> None:
    rounds = list(widening(tree, FILES, {"pkg/core.py": ["_step"]}))
    assert rounds == [{"pkg/core.py": ["_step"]}, {"": ["_walk"]}, {"": ["Base"]}, {"": ["Walker"]}, {"": ["stroll"]}]


def test_functions_that_nothing_calls_stay_alone(tree: Path) -> None:
    assert list(widening(tree, FILES, {"pkg/face.py": ["stroll"]})) == [{"pkg/face.py": ["stroll"]}]
