"""Where the time went before and after, as one tree of frames."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pydantic import ConfigDict, Field

from perfagent.tools.report.measured import Record

if TYPE_CHECKING:
    from perfagent.tools.profile import Frame

DIFFERENCE_SCHEMA = "perfagent/difference/1"

#: Share of a benchmark's time, mean of both sides, below which a frame is left out: a pixel on a screen.
MIN_SHARE = 0.001

#: Frames below one another; readers of JSON give up at 100, and people before.
MAX_DEPTH = 60


class DifferenceFrame(Record):
    """One box of a differential flame graph.

    Attributes:
        label: a benchmark's id, or below it a function: `Reader.read (kit/io.py)`, of a library with the file's name
            alone (`loads (decoder.py)`), of a builtin without one (`list.append`).
        baseline_s, candidate_s: seconds of one execution of the body with all it calls, on each side; 0 where the
            side never calls it.
        below: what it calls.
    """

    label: str
    baseline_s: float
    candidate_s: float
    below: tuple[DifferenceFrame, ...] = ()


class ProfileDifference(Record):
    """One box a benchmark, profiled on both sides.

    Attributes:
        benchmarks: in the order of their ids.
        note: one sentence on what could not be profiled and why, else empty.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    schema_: str = Field(default=DIFFERENCE_SCHEMA, alias="schema")
    benchmarks: tuple[DifferenceFrame, ...] = ()
    note: str = ""

    def to_json(self) -> str:
        """The document as text, by its published names."""
        return self.model_dump_json(by_alias=True)


def profile_difference(before: Sequence[Frame], after: Sequence[Frame]) -> ProfileDifference:
    """Two profiles as one tree: frames of the same label below the same callers are one.

    Args:
        before, after: boxes of the benchmarks with seconds of one execution, named alike where they are the same code.
    """
    boxes = []
    for name in sorted({frame.label for frame in (*before, *after)}):
        sides = _of(before, name), _of(after, name)
        boxes.append(_joined(name, *sides, smallest=MIN_SHARE * _mean(*sides), depth=MAX_DEPTH))
    return ProfileDifference(benchmarks=tuple(boxes))


def _of(frames: Sequence[Frame], label: str) -> list[Frame]:
    return [frame for frame in frames if frame.label == label]


def _seconds(frames: Sequence[Frame]) -> float:
    return sum(frame.seconds for frame in frames)


def _mean(before: Sequence[Frame], after: Sequence[Frame]) -> float:
    return (_seconds(before) + _seconds(after)) / 2


def _joined(
    label: str, before: Sequence[Frame], after: Sequence[Frame], smallest: float, depth: int
) -> DifferenceFrame:
    """One frame of both sides, with `depth` levels of frames of `smallest` seconds or more below it, largest first."""
    children = [[child for frame in side for child in frame.below] for side in (before, after)]
    labels = dict.fromkeys(child.label for side in children for child in side)
    pairs = [(name, _of(children[0], name), _of(children[1], name)) for name in labels if depth]
    pairs.sort(key=lambda pair: (-_mean(*pair[1:]), pair[0]))
    below = tuple(_joined(*pair, smallest, depth - 1) for pair in pairs if _mean(*pair[1:]) >= smallest)
    return DifferenceFrame(label=label, baseline_s=_seconds(before), candidate_s=_seconds(after), below=below)
