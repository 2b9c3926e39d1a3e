"""Stacks rebuilt from edges."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

from perfagent.tools.profile import RawProfile, flamegraph
from perfagent.tools.profile.collect import Edge, Row
from perfagent.tools.profile.flamegraph import frames


def test_stacks_follow_the_calls(raw: RawProfile) -> None:
    (box,) = frames(raw)
    (test,) = box.below
    assert test.label == "test_top (tests/test_lib.py:1)"
    (top,) = test.below
    (middle,) = top.below
    assert [(frame.label, frame.seconds) for frame in middle.below] == [
        ("loads (json.py:5)", 5.0),
        ("helper (lib.py:12)", 3.0),
    ]


def test_speedscope_weights_add_up_to_the_time(raw: RawProfile, tmp_path: Path) -> None:
    flamegraph(raw, tmp_path / "flame.json")
    document = json.loads((tmp_path / "flame.json").read_text())
    profile = document["profiles"][0]
    assert sum(profile["weights"]) == profile["endValue"] == 10.0
    assert len(profile["samples"]) == len(profile["weights"])
    names = [frame["name"] for frame in document["shared"]["frames"]]
    assert names[profile["samples"][-1][-1]] in names


def test_the_picture_is_well_formed_and_safe(raw: RawProfile, tmp_path: Path) -> None:
    flamegraph(raw, tmp_path / "flame.svg")
    root = ElementTree.parse(tmp_path / "flame.svg").getroot()
    titles = [element.text or "" for element in root.iter("{http://www.w3.org/2000/svg}title")]
    assert "<scan>: 3 s" in titles
    assert len(titles) == 9


def test_recursion_ends(tmp_path: Path) -> None:
    rows = (
        Row("/in/a.py", 1, "a", 9, 1.0, 4.0, (Edge(0, 8, 1.0, 3.0), Edge(1, 5, 0.5, 2.0))),
        Row("/in/a.py", 5, "b", 5, 3.0, 4.0, (Edge(0, 5, 3.0, 3.0),)),
        Row("/in/a.py", 9, "main", 1, 0.0, 4.0, ()),
    )
    rows = (replace(rows[0], callers=(*rows[0].callers, Edge(2, 1, 1.0, 4.0))), *rows[1:])
    (box,) = frames(RawProfile("/in", {"x": rows}))
    assert box.seconds == 4.0
    flamegraph(RawProfile("/in", {"x": rows}), tmp_path / "x.svg")


def test_nothing_profiled_is_an_empty_picture(tmp_path: Path) -> None:
    flamegraph(RawProfile("/in", {}), tmp_path / "x.svg")
    assert ElementTree.parse(tmp_path / "x.svg").getroot().tag.endswith("svg")
