"""A differential flame graph: where the time went before and after, in one picture.

A frame is as wide as the mean of its two times. Widths that are means add up as the times do, so the frames below one
never need more room than it has, which the larger of two times would; and what one side alone calls is seen, at half
its width, which the time of one side would hide. Compare B. Gregg, "Differential Flame Graphs" (2014), where the width
is one side's and the other's own code vanishes.
"""

from __future__ import annotations

from html import escape

from perfagent.tools.report.charts.drawing import FONT_PX, WIDTH, image
from perfagent.tools.report.charts.palette import BASELINE, GAIN, INK, LOSS, MUTED
from perfagent.tools.report.charts.scales import fitted
from perfagent.tools.report.difference import DifferenceFrame, ProfileDifference
from perfagent.tools.report.words import seconds_text

FRAME = 20
"""Pixels of a frame's height."""
HEADING = 26
LEGEND = 24
NARROWEST = 1.0
"""Pixels below which a frame is not drawn."""
CHARACTER = 6.2
"""Pixels of an average character of a frame's text."""
BOLD_PX = 7.6
"""The same of a heading."""
MOST_BENCHMARKS = 6
"""Pictures in one chart; those of the largest change are shown."""

#: Changes of a frame's time, as a share of the larger of both, below which it is drawn as unchanged: two profiles of
#: identical code differ by as much.
UNCHANGED = 0.05

#: A change's opacity goes from the first for the smallest to the sum for a frame that vanished or is new; text on it
#: keeps a contrast of 4.5:1.
OPACITY, MORE_OPACITY = 0.15, 0.35


def difference_chart(difference: ProfileDifference, *, width: int = WIDTH) -> str:
    """Callers above what they call, each benchmark in a picture of its own, the largest change first.

    Blue frames take less time than before, orange ones more, grey ones as long; where there is room, and in the title
    that a pointer shows, this stands in words too.

    Args:
        width: pixels.
    """
    ordered = sorted(difference.benchmarks, key=lambda each: -abs(each.candidate_s - each.baseline_s))
    shown = ordered[:MOST_BENCHMARKS]
    parts = [_legend()]
    top = float(LEGEND)
    for benchmark in shown:
        heading, height = _heading(benchmark, top, width)
        parts.append(heading)
        top += height
        scale = width / (_mean(benchmark) or 1.0)
        left = 0.0
        for frame in benchmark.below:
            parts += _frames(frame, left, top, scale)
            left += _mean(frame) * scale
        top += FRAME * max((_depth(frame, scale) for frame in benchmark.below), default=0) + 10
    if hidden := len(ordered) - len(shown):
        parts.append(_text(f"and {hidden} more with smaller changes", 0, top + 12, MUTED))
        top += 20
    told = "; ".join(f"{each.label} {change_text(each)}" for each in shown)
    return image("".join(parts), width, max(top, LEGEND), f"Time by function before and after: {told or 'nothing'}")


def change_text(frame: DifferenceFrame) -> str:
    """What became of a frame's time, in a few words: `−83 %`, `+12 %`, `gone`, `new`, `as before`."""
    if not frame.candidate_s:
        return "gone"
    if not frame.baseline_s:
        return "new"
    if abs(_change(frame)) < UNCHANGED:
        return "as before"
    return f"{frame.candidate_s / frame.baseline_s - 1:+.0%}".replace("-", "−").replace("%", " %")


def _mean(frame: DifferenceFrame) -> float:
    return (frame.baseline_s + frame.candidate_s) / 2


def _change(frame: DifferenceFrame) -> float:
    """From -1 for a frame that is gone to 1 for a new one."""
    larger = max(frame.baseline_s, frame.candidate_s)
    return (frame.candidate_s - frame.baseline_s) / larger if larger else 0.0


def _depth(frame: DifferenceFrame, scale: float) -> int:
    if _mean(frame) * scale < NARROWEST:
        return 0
    return 1 + max((_depth(child, scale) for child in frame.below), default=0)


def _fill(frame: DifferenceFrame) -> tuple[str, float]:
    change = _change(frame)
    if abs(change) < UNCHANGED:
        return BASELINE, OPACITY
    return GAIN if change < 0 else LOSS, OPACITY + MORE_OPACITY * abs(change)


def _frames(frame: DifferenceFrame, left: float, top: float, scale: float) -> list[str]:
    width = _mean(frame) * scale
    if width < NARROWEST:
        return []
    colour, opacity = _fill(frame)
    times = f"{seconds_text(frame.baseline_s)} → {seconds_text(frame.candidate_s)}"
    title = escape(f"{frame.label}: {times} ({change_text(frame)})", quote=False)
    box = (
        f'<rect x="{left:.1f}" y="{top:g}" width="{max(width - 1, 0.5):.1f}" height="{FRAME - 1}" rx="1" '
        f'fill="{colour}" fill-opacity="{opacity:.2f}"/>'
    )
    drawn = [f"<g><title>{title}</title>{box}{_name(frame, left, top, width)}</g>"]
    for child in frame.below:
        drawn += _frames(child, left, top + FRAME, scale)
        left += _mean(child) * scale
    return drawn


def _name(frame: DifferenceFrame, left: float, top: float, width: float) -> str:
    """The frame's text: its label and change as far as they fit; nothing where that would say nothing."""
    change = "" if abs(_change(frame)) < UNCHANGED else f" {change_text(frame)}"
    room = int((width - 8) / CHARACTER)
    if room < 4:
        return ""
    label = frame.label
    if len(label) + len(change) > room:
        label = label.split(" (", maxsplit=1)[0]
    if len(label) + len(change) > room:
        label = label.rpartition(".")[2]
    if len(label) + len(change) > room:
        change = ""
    if len(label) + len(change) > room:
        label = f"{label[: room - 1]}…"
    return _text(label + change, left + 4, top + 14, INK, 11)


def _heading(benchmark: DifferenceFrame, top: float, width: int) -> tuple[str, int]:
    """A benchmark's name and times, below each other where they do not fit beside, and their height."""
    times = f"{seconds_text(benchmark.baseline_s)} → {seconds_text(benchmark.candidate_s)} ({change_text(benchmark)})"
    told = f"profiled: {times}"
    named = _text(fitted(benchmark.label, width, BOLD_PX), 0, top + 18, INK, font_weight="bold")
    if len(benchmark.label) * BOLD_PX + len(told) * CHARACTER + 16 <= width:
        return named + _text(told, width, top + 18, MUTED, 11, text_anchor="end"), HEADING
    return named + _text(told, 0, top + 34, MUTED, 11), HEADING + 16


def _legend() -> str:
    entries = (("less time", GAIN, "−"), ("more time", LOSS, "+"), ("as before", BASELINE, ""))
    parts = []
    for number, (words, colour, sign) in enumerate(entries):
        left = number * 104
        parts.append(f'<rect x="{left}" y="4" width="14" height="14" rx="1" fill="{colour}" fill-opacity="0.5"/>')
        parts.append(_text(f"{sign} {words}".strip(), left + 20, 15, INK, 11))
    return "".join(parts)


def _text(text: str, x: float, y: float, colour: str, size: int = FONT_PX, **more: str) -> str:
    others = "".join(f' {name.replace("_", "-")}="{value}"' for name, value in more.items())
    written = escape(text, quote=False)
    return f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" fill="{colour}"{others}>{written}</text>'
