"""One SVG for light pages, dark ones, paper, and programs that know no CSS."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import pytest

from perfagent.tools.errors import UsageError
from perfagent.tools.report import DifferenceFrame, ProfileDifference
from perfagent.tools.report.charts import (
    COLOURS,
    charts_available,
    check_chart,
    difference_chart,
    forest_chart,
    png,
    standalone,
    variables,
    write_chart,
)
from perfagent.tools.report.charts.drawing import drawn


def luminance(colour: str) -> float:
    """Relative luminance by WCAG 2.2."""
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("role", ["ink", "muted", "baseline", "gain", "loss"])
def test_colours_of_text_have_contrast_on_their_ground(role: str, dark: bool) -> None:
    light, deep = sorted((luminance(COLOURS[name][dark]) for name in (role, "surface")), reverse=True)
    assert (light + 0.05) / (deep + 0.05) >= 4.5


def test_every_colour_is_a_variable_with_a_fallback(make_figure: Any) -> None:
    chart = forest_chart([make_figure(), make_figure("b", 0.9, "slower")])
    assert set(re.findall(r'(?:fill|stroke)="([^"]*)"', chart)) <= {
        "none", *(f"var(--chart-{role}, {light})" for role, (light, _) in COLOURS.items())
    }  # fmt: skip
    assert {"--chart-gain", "--chart-loss"} <= set(re.findall(r"--chart-[a-z]+", chart))


def test_a_file_of_its_own_follows_the_readers_system(make_figure: Any) -> None:
    alone = standalone(forest_chart([make_figure()]))
    assert f"prefers-color-scheme:dark){{:root{{{variables(True)}}}" in alone
    assert '<rect width="100%" height="100%" fill="var(--chart-surface, #ffffff)"' in alone


def test_a_png_has_the_light_colours(make_figure: Any, tmp_path: Path) -> None:
    image = png(forest_chart([make_figure()]), scale=1)
    assert image.startswith(b"\x89PNG")
    assert int.from_bytes(image[16:20], "big") == 640
    write_chart(forest_chart([make_figure()]), tmp_path / "a.png")
    assert (tmp_path / "a.png").read_bytes() == png(forest_chart([make_figure()]))


def test_nothing_is_fetched_whatever_a_specification_says() -> None:
    with pytest.raises(ValueError, match=r"not allowed|disallowed|denied"):
        drawn({"data": {"url": "https://example.org/a.json"}, "mark": "point"}, "a")


def test_a_chart_that_clips_is_refused() -> None:
    spec = {"data": {"values": [{"a": 1}]}, "mark": {"type": "point", "clip": True}, "encoding": {"x": {"field": "a"}}}
    with pytest.raises(ValueError, match="the chart clips"):
        drawn(spec, "a")


def test_names_with_characters_that_no_xml_holds_are_drawn(make_figure: Any, texts: Any) -> None:
    name = "test[\x00\x1b\udcff<&>\"\\u001b']"
    said = texts(forest_chart([make_figure(name)]))
    assert "test[\N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER}<&>\"\\u001b']" in said
    box = DifferenceFrame(label=name, baseline_s=2, candidate_s=1)
    texts(difference_chart(ProfileDifference(benchmarks=(box,))))


def test_without_the_library_callers_are_told_how_to_get_it(
    make_figure: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, "vl_convert", None)
    assert not charts_available()
    for draw in (lambda: forest_chart([make_figure()]), lambda: png("<svg/>"), lambda: check_chart(tmp_path / "a.svg")):
        with pytest.raises(UsageError, match="vl-convert") as caught:
            draw()
        assert caught.value.remedy == "pip install 'perfagent[charts]'"
    box = DifferenceFrame(label="f", baseline_s=2, candidate_s=1)
    assert difference_chart(ProfileDifference(benchmarks=(box,))).startswith("<svg ")
