"""Profiles written by hand, with a tree they belong to."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from perfagent.tools.profile.collect import Edge, RawProfile, Row

SOURCE = """\
import json


def top(data):
    return middle(data)


def middle(data):
    return [helper(item) for item in data] + json.loads("[]")


def helper(item):
    return sorted(item, key=lambda x: -x)
"""

Make = Callable[..., RawProfile]


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    (tmp_path / "tests").mkdir()
    (tmp_path / "lib.py").write_text(SOURCE)
    (tmp_path / "tests" / "test_lib.py").write_text("def test_top(): pass\n")
    return tmp_path


@pytest.fixture
def raw() -> RawProfile:
    """Ten seconds: 1 in each function of ours, 2 in `loads`, 3 in its `scan`, 1 in `sorted`, 1 in its key."""
    rows = (
        Row("/in/tests/test_lib.py", 1, "test_top", 1, 0.0, 10.0, ()),
        Row("/in/lib.py", 4, "top", 1, 1.0, 10.0, (Edge(0, 1, 1.0, 10.0),)),
        Row("/in/lib.py", 8, "middle", 1, 1.0, 9.0, (Edge(1, 1, 1.0, 9.0),)),
        Row("/in/lib.py", 12, "helper", 50, 1.0, 3.0, (Edge(2, 50, 1.0, 3.0),)),
        Row("/usr/json.py", 5, "loads", 1, 2.0, 5.0, (Edge(2, 1, 2.0, 5.0),)),
        Row("~", 0, "<scan>", 9, 3.0, 3.0, (Edge(4, 9, 3.0, 3.0),)),
        Row("~", 0, "<sorted>", 50, 1.0, 2.0, (Edge(3, 50, 1.0, 2.0),)),
        Row("/in/lib.py", 13, "<lambda>", 400, 1.0, 1.0, (Edge(6, 400, 1.0, 1.0),)),
    )
    return RawProfile("/in", {"bench": rows})
