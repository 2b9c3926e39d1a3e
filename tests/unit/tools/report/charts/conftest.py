"""Records to draw, the same in every test."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from xml.etree import ElementTree

import pytest

from perfagent.tools.report import BenchmarkFigure, SampleSeries

Make = Callable[..., SampleSeries]
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def make_series() -> Make:
    """Twenty pairs around a cost and a speedup, with 2 % of noise."""

    def make(cost: float = 0.4, speedup: float = 1.2, **changes: object) -> SampleSeries:
        chance = random.Random(1)
        before = tuple(cost * math.exp(chance.gauss(0, 0.02)) for _ in range(20))
        after = tuple(cost / speedup * math.exp(chance.gauss(0, 0.02)) for _ in range(20))
        coins = tuple(chance.random() < 0.5 for _ in range(20))
        known = {"benchmark": "bench", "metric": "cpu", "baseline": before, "candidate": after, "baseline_first": coins}
        return SampleSeries(**(known | changes))  # type: ignore[arg-type]

    return make


@pytest.fixture
def make_figure() -> Callable[..., BenchmarkFigure]:
    """The figure of a benchmark with an interval of 2 % to both sides."""

    def make(name: str = "bench", speedup: float = 1.2, verdict: str = "faster", **more: object) -> BenchmarkFigure:
        interval = (speedup / 1.02, speedup * 1.02)
        known = {"id": name, "speedup": speedup, "interval": interval, "verdict": verdict, "pairs": 20}
        return BenchmarkFigure(**(known | more))  # type: ignore[arg-type]

    return make


@pytest.fixture
def texts() -> Callable[[str], list[str]]:
    """The texts of a chart in the order they are drawn; fails where it is no image with a name of its own."""

    def read(svg: str) -> list[str]:
        root = ElementTree.fromstring(svg)
        assert (root.tag, root.get("role"), root[0].tag) == (f"{SVG}svg", "img", f"{SVG}title")
        assert root[0].text
        assert not [element for element in root.iter() if "id" in element.attrib]
        return [" ".join(element.itertext()) for element in root.iter(f"{SVG}text")]

    return read
