"""A bar an instance: how far a patch gets from the base towards the expert, on a logarithmic axis."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from perfagent.benchmarks.gso_swe_perf.leaderboard.records import Line
from perfagent.benchmarks.gso_swe_perf.leaderboard.words import NOTHING, ratio_text

#: Units of the drawing; the page gives it its size.
WIDTH, HEIGHT, MARGIN = 200.0, 20.0, 6.0

#: Ends of the axis where all speedups are nearer to 1, so that two percent do not fill it.
NEAREST = (0.8, 2.0)

#: Ends that no axis goes beyond: a speedup of zero or without bound is drawn there.
FARTHEST = (1e-3, 1e6)


@dataclass(frozen=True, slots=True)
class Bar:
    """What is drawn of one instance, in units of the drawing.

    Attributes:
        base: where the speedup is 1.
        start, length: of the patch's bar, which begins or ends at `base`; None without a speedup.
        expert: where the expert is; None when that is not known.
        label: the same in words.
    """

    base: float
    start: float | None
    length: float
    expert: float | None
    label: str


def bars(lines: Sequence[Line]) -> list[Bar]:
    """One bar a line, on one axis for all."""
    known = [_clipped(each) for line in lines for each in _speedups(line) if each is not None]
    low, high = math.log(min((*known, NEAREST[0]))), math.log(max((*known, NEAREST[1])))

    def place(speedup: float | None) -> float | None:
        if speedup is None:
            return None
        share = (math.log(_clipped(speedup)) - low) / (high - low)
        return round(MARGIN + share * (WIDTH - 2 * MARGIN), 1)

    return [_bar(line, place(1.0) or 0.0, *map(place, _speedups(line))) for line in lines]


def _speedups(line: Line) -> tuple[float | None, float | None]:
    return line.first.score.speedup, line.first.score.expert_speedup


def _clipped(speedup: float) -> float:
    return min(max(speedup, FARTHEST[0]), FARTHEST[1])


def _bar(line: Line, base: float, patch: float | None, expert: float | None) -> Bar:
    speedup, experts = _speedups(line)
    label = f"speedup {ratio_text(speedup)}, expert's {ratio_text(experts)}"
    label = label.replace(NOTHING, "unknown")
    if patch is None:
        return Bar(base, None, 0.0, expert, label)
    return Bar(base, min(base, patch), round(abs(patch - base), 1), expert, label)
