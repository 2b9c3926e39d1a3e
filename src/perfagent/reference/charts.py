"""The documentation's charts, drawn from measured figures: `docs/verdicts.md` and the recording that it was made with.

Vega-Lite draws them in process (package `vl-convert-python`). One drawing serves light and dark: its few colours are
replaced by the site's own variables.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from html import escape
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

#: Colours in a drawing -> what stands for them on the page.
COLOURS = {
    "#111111": "var(--chart-text)",
    "#222222": "var(--chart-line)",
    "#333333": "var(--chart-ours)",
    "#444444": "var(--chart-theirs)",
    "#555555": "var(--chart-third)",
}
TEXT, LINE, OURS, THEIRS, THIRD = COLOURS

#: Width of every chart in its own pixels, axes aside: small, so that a phone shows its words at three quarters.
WIDTH = 380

ROOT = Path(__file__).parents[3]
#: Around every chart: the reader's font may be wider than the one the drawing was measured with.
PADDING = {"left": 24, "right": 16, "top": 4, "bottom": 4}

VERDICTS = ROOT / "docs" / "verdicts.md"
RECORDING = ROOT / "benchmarks" / "verdicts" / "recording.json.gz"

#: What the charts call the rules of `docs/verdicts.md`; others are left out.
RULES = {
    "perfagent": "perfagent",
    "asv continuous, its own code": "asv continuous",
    "paired t, 20 pairs": "paired t test, 20 pairs",
    "mean of 3, 5 % better": "mean of 3, 5 % better",
    "pytest-benchmark min:5%, its own code": "pytest-benchmark, min 5 %",
    "pyperf compare_to, its own code": "pyperf compare_to",
    "SWE-Perf's, restated": "SWE-Perf's, restated",
}

#: How many processes of the recording the first chart shows, and how many neighbours a "measurement" takes the mean of.
SHOWN, NEIGHBOURS = 120, 3


class Drawing(NamedTuple):
    """A chart: its Vega-Lite specification, its accessible name, and its caption (HTML)."""

    specification: Mapping[str, Any]
    accessible: str
    caption: str


def chart(name: str) -> str:
    """A chart as a `<figure>` with its caption, in one line: Markdown must not read the inside of a drawing.

    Raises:
        KeyError: there is no such chart.
    """
    drawing = CHARTS[name]()
    svg = re.sub(r"<svg\b", f'<svg role="img" aria-label="{escape(drawing.accessible)}"', _svg(drawing), count=1)
    return f'<figure class="chart">{svg}<figcaption>{drawing.caption}</figcaption></figure>'.replace("\n", " ")


@cache
def _written(specification: str) -> str:
    import vl_convert

    return str(vl_convert.vegalite_to_svg(specification))


def _svg(drawing: Drawing) -> str:
    """A drawing in the site's colours."""
    config = {
        "background": None,
        "font": "sans-serif",
        "view": {"stroke": None},
        "axis": {"labelColor": TEXT, "titleColor": TEXT, "gridColor": LINE, "domainColor": LINE, "tickColor": LINE,
                 "labelFontSize": 12, "titleFontSize": 12, "titleFontWeight": "normal", "labelLimit": 220},
        "legend": {"labelColor": TEXT, "labelFontSize": 12, "title": None, "orient": "top", "symbolStrokeWidth": 3,
                   "columnPadding": 40},
        "text": {"color": TEXT, "fontSize": 12},
    }  # fmt: skip
    svg = _written(json.dumps({"width": WIDTH, "padding": PADDING, **drawing.specification, "config": config}))
    for colour, variable in COLOURS.items():
        svg = svg.replace(colour, variable)
    # Presentation attributes take no variables in some browsers; declarations do.
    svg = re.sub(r'(fill|stroke)="(var\([^"]*\))"', r'style="\1:\2"', svg)
    return re.sub(r' style="([^"]*)"( [^>]*?)? style="([^"]*)"', r' style="\1;\3"\2', svg)


def acceptance(heading: str) -> dict[str, list[float]]:
    """A table of `docs/verdicts.md`: rule -> accepted percent at a true gain of 0, 1, 2, 3, 5, 10 and 30 percent.

    Raises:
        LookupError: the page has no such table.
    """
    text = VERDICTS.read_text("utf-8")
    if heading not in text:
        raise LookupError(f"{VERDICTS.name} has no {heading!r}")
    rows: dict[str, list[float]] = {}
    for line in text.split(heading, 1)[1].split("\n## ", 1)[0].split("\n### ", 1)[0].splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == 9 and re.match(r"[\d.]+ \(", cells[1]):
            rows[cells[0]] = [float(cells[1].split()[0]), *map(float, cells[2:8])]
    return rows


def _false_acceptance() -> Drawing:
    clocks = {"CPU time": "## CPU time: accepted, percent", "wall time": "## Wall time: accepted, percent"}
    values = [
        {"rule": name, "clock": clock, "percent": acceptance(heading)[rule][0]}
        for clock, heading in clocks.items()
        for rule, name in RULES.items()
    ]
    encoding = {
        "y": {"field": "rule", "type": "nominal", "sort": list(RULES.values()), "title": None},
        "yOffset": {"field": "clock", "sort": list(clocks)},
        "x": {"field": "percent", "type": "quantitative", "title": "identical code taken for faster, percent",
              "scale": {"domain": [0, 36]}, "axis": {"tickCount": 8}},
    }  # fmt: skip
    colour = {"field": "clock", "type": "nominal", "scale": {"domain": list(clocks), "range": [OURS, THEIRS]}}
    label = {"field": "percent", "type": "quantitative", "format": ".1f"}
    layers = [
        {"mark": "bar", "encoding": {**encoding, "color": colour}},
        {"mark": {"type": "text", "align": "left", "dx": 4}, "encoding": {**encoding, "text": label}},
    ]
    return Drawing(
        {"data": {"values": values}, "height": {"step": 15}, "layer": layers},
        "Bar chart of how often each acceptance rule takes identical code for faster, on CPU time and on wall time",
        "How often identical code passes. The noise is simulated with the statistics of a busy two-core machine; the "
        "table behind it, recorded noise and uncertainties are under <em>Error rates</em>.",
    )


def _power() -> Drawing:
    gains = (0, 1, 2, 3, 5, 10)
    rules = {"perfagent": OURS, "mean of 3, 5 % better": THEIRS, "pyperf compare_to, its own code": THIRD}
    table = acceptance("## CPU time: accepted, percent")
    values = [
        {"rule": RULES[rule], "gain": gain, "percent": percent}
        for rule in rules
        for gain, percent in zip(gains, table[rule], strict=False)
    ]
    encoding = {
        "x": {"field": "gain", "type": "quantitative", "title": "true gain, percent", "axis": {"values": gains}},
        "y": {"field": "percent", "type": "quantitative", "title": "accepted, percent"},
        "color": {"field": "rule", "type": "nominal",
                  "scale": {"domain": [RULES[rule] for rule in rules], "range": [*rules.values()]}},
    }  # fmt: skip
    mark = {"type": "line", "point": {"size": 50}, "strokeWidth": 2.5}
    return Drawing(
        {"data": {"values": values}, "height": 220, "mark": mark, "encoding": encoding},
        "Line chart of the share of comparisons that three rules accept, by the true gain",
        "How often a true gain is accepted, on CPU time. A good rule is near 0 on the left and near 100 on the right.",
    )


def recorded() -> Sequence[float]:
    """Median milliseconds of one execution of a body, process by process: pure Python, wall time, identical code."""
    from perfagent.benchmarks.verdicts.recording import load

    found = load(RECORDING, "wall")
    processes = next(each for each in found if each.name.startswith("pure Python")).processes
    return [1000 * median(values) for values in processes]


def _run_times() -> Drawing:
    values = [{"run": number, "time": time} for number, time in enumerate(recorded()[:SHOWN], 1)]
    encoding = {
        "x": {
            "field": "run",
            "type": "quantitative",
            "title": "process, in the order they ran",
            "axis": {"tickCount": 6},
        },
        "y": {"field": "time", "type": "quantitative", "title": "time of the body, ms", "scale": {"zero": False}},
    }
    mark = {"type": "point", "filled": True, "size": 26, "color": OURS, "opacity": 1}
    return Drawing(
        {"data": {"values": values}, "height": 200, "mark": mark, "encoding": encoding},
        "Scatter plot of the run times of one unchanged program, process after process",
        f"The same program, {SHOWN} times: a loop in pure Python, the wall clock, on a two-core machine that others "
        "kept busy.",
    )


def blocked_gains(times: Sequence[float]) -> Iterator[float]:
    """What "measure before, change nothing, measure after" says all along a recording: gains in percent."""
    for start in range(0, len(times) - 2 * NEIGHBOURS + 1, 2 * NEIGHBOURS):
        before = times[start : start + NEIGHBOURS]
        after = times[start + NEIGHBOURS : start + 2 * NEIGHBOURS]
        yield 100 * (sum(before) / sum(after) - 1)


def _gains_of_nothing() -> Drawing:
    step, edge = 2.5, 30.0
    gains = list(blocked_gains(recorded()))
    bins = [step * (math.floor(max(-edge, min(edge - step, gain)) / step) + 0.5) for gain in gains]
    encoding = {
        "x": {"field": "gain", "type": "quantitative", "title": "gain that is not there, percent",
              "scale": {"domain": [-edge, edge]}, "axis": {"tickCount": 7}},
        "y": {"aggregate": "count", "type": "quantitative", "title": "comparisons"},
        "color": {"condition": {"test": "datum.gain > 5", "value": THEIRS}, "value": OURS},
    }  # fmt: skip
    passing = sum(gain > 5 for gain in gains)
    return Drawing(
        {"data": {"values": [{"gain": each} for each in bins]}, "height": 180,
         "mark": {"type": "bar", "width": 12}, "encoding": encoding},
        "Histogram of the gains that identical code seems to have when three runs are held against the next three",
        f"Three runs, then the next three of the <em>same</em> program, all along that recording: {passing} of "
        f"{len(gains)} comparisons (in the other colour) say “more than 5 % faster”.",
    )  # fmt: skip


#: Chart -> who draws it.
CHARTS: Mapping[str, Callable[[], Drawing]] = {
    "run-times": _run_times,
    "gains-of-nothing": _gains_of_nothing,
    "false-acceptance": _false_acceptance,
    "power": _power,
}
