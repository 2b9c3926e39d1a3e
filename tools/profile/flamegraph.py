"""A picture of where the time goes, as far as a profile of call edges allows one.

cProfile keeps, for each function, the time under each direct caller, and no whole stacks. The stacks drawn
here are rebuilt downwards from the functions nobody called, on gprof's assumption that a function divides
its time among what it calls in the same way whoever called it. Widths of a function and of the calls right
below it are therefore exact when it has one caller, and averages over its callers otherwise; a recursive
call is drawn as part of the outermost one.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from html import escape
from pathlib import Path

from perfagent.tools.profile.collect import RawProfile, Row
from perfagent.tools.profile.labels import Label, label_with_line

MIN_SHARE = 0.001
"""Share of the whole below which a frame is not drawn: a pixel on a screen."""
MAX_DEPTH = 100
WIDTH, HEIGHT = 1200, 18
"""Pixels: of the picture, of one frame."""


@dataclass
class Frame:
    """One box: a label, seconds with everything below, and what is below."""

    label: str
    seconds: float
    below: list[Frame] = field(default_factory=list)


class _Tree:
    """Rebuilds the stacks of one benchmark."""

    def __init__(self, rows: Sequence[Row], label: Label) -> None:
        self.rows, self.label = rows, label
        self.smallest = MIN_SHARE * sum(row.self_s for row in rows)
        self.calls: dict[int, list[tuple[int, float]]] = {}
        for index, row in enumerate(rows):
            for edge in row.callers:
                if edge.caller != index:
                    self.calls.setdefault(edge.caller, []).append((index, edge.cumulative_s))

    def frame(self, index: int, seconds: float, above: frozenset[int]) -> Frame:
        """A function with `seconds` of its time, given the functions above it."""
        row = self.rows[index]
        frame = Frame(self.label(row), seconds)
        portion = min(seconds / row.cumulative_s, 1.0) if row.cumulative_s else 0.0
        if len(above) >= MAX_DEPTH:
            return frame
        left = seconds
        for callee, cumulative_s in sorted(self.calls.get(index, ()), key=lambda call: (-call[1], call[0])):
            part = min(cumulative_s * portion, left)
            if callee not in above and callee != index and part >= self.smallest:
                frame.below.append(self.frame(callee, part, above | {index}))
                left -= part
        return frame

    def roots(self) -> list[Frame]:
        """The functions that were called from outside the profile."""
        frames = []
        for index, row in enumerate(self.rows):
            seconds = row.cumulative_s - sum(e.cumulative_s for e in row.callers if e.caller != index)
            uncalled = all(edge.caller == index for edge in row.callers)
            if uncalled and seconds >= self.smallest:
                frames.append(self.frame(index, seconds, frozenset()))
        return frames


def frames(raw: RawProfile, label: Label | None = None) -> list[Frame]:
    """One box a benchmark with the rebuilt stacks below it, in the order of the ids.

    Args:
        raw: profiles from `collect`.
        label: names the frames; by name, file and line when None.
    """
    label = label or partial(label_with_line, root=raw.root)
    boxes = []
    for name in sorted(raw.benchmarks):
        below = _Tree(raw.benchmarks[name], label).roots()
        boxes.append(Frame(name, sum(frame.seconds for frame in below), below))
    return boxes


def flamegraph(raw: RawProfile, path: Path) -> None:
    """Write the picture: a file for https://www.speedscope.app when the name ends in `.json`, else an SVG."""
    boxes = frames(raw)
    path.write_text(_speedscope(boxes) if path.suffix == ".json" else _svg(boxes), encoding="utf-8")


def _speedscope(boxes: Sequence[Frame]) -> str:
    """The `sampled` form of speedscope's file format: a stack with a weight for each frame's own time."""
    index: dict[str, int] = {}
    samples: list[list[int]] = []
    weights: list[float] = []

    def walk(frame: Frame, above: list[int]) -> None:
        stack = [*above, index.setdefault(frame.label, len(index))]
        own = frame.seconds - sum(child.seconds for child in frame.below)
        if own > 0:
            samples.append(stack)
            weights.append(own)
        for child in frame.below:
            walk(child, stack)

    for box in boxes:
        walk(box, [])
    profile = {
        "type": "sampled",
        "name": "perfagent",
        "unit": "seconds",
        "startValue": 0,
        "endValue": sum(weights),
        "samples": samples,
        "weights": weights,
    }
    schema = "https://www.speedscope.app/file-format-schema.json"
    document = {"$schema": schema, "shared": {"frames": [{"name": n} for n in index]}, "profiles": [profile]}
    return json.dumps(document)


def _colour(label: str) -> str:
    """Warm for the repository's code, grey for builtins; the shade follows the label, so runs look alike."""
    shade = sum(label.encode()) % 40
    return f"hsl({20 + shade},80%,65%)" if "/" in label else f"hsl(0,0%,{75 + shade // 3}%)"


def _boxes(frame: Frame, left: float, depth: int, scale: float) -> list[str]:
    width = frame.seconds * scale
    if width < 0.5:
        return []
    title = escape(f"{frame.label}: {frame.seconds:.4g} s")
    text = escape(frame.label[: int(width / 6.5)])
    top = depth * HEIGHT
    drawn = [
        f'<g><title>{title}</title><rect x="{left:.1f}" y="{top}" width="{width:.1f}" height="{HEIGHT - 1}" '
        f'fill="{_colour(frame.label)}"/><text x="{left + 2:.1f}" y="{top + 13}">{text}</text></g>'
    ]
    for child in frame.below:
        drawn += _boxes(child, left, depth + 1, scale)
        left += child.seconds * scale
    return drawn


def _depth(frame: Frame) -> int:
    return 1 + max((_depth(child) for child in frame.below), default=0)


def _svg(boxes: Sequence[Frame]) -> str:
    """Benchmarks side by side, callers above what they call; hovering shows a frame's full name and time."""
    whole = sum(box.seconds for box in boxes) or 1.0
    height = HEIGHT * max((_depth(box) for box in boxes), default=1)
    drawn: list[str] = []
    left = 0.0
    for box in boxes:
        drawn += _boxes(box, left, 0, WIDTH / whole)
        left += box.seconds * WIDTH / whole
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="monospace"'
    return "\n".join([f'{head} font-size="11">', *drawn, "</svg>", ""])
