"""Where the time went before and after, as one tree of frames."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import ConfigDict, Field

from perfagent.tools.profile import Frame
from perfagent.tools.report.document import Record

DIFFERENCE_SCHEMA = "perfagent/difference/1"

#: Share of a benchmark's time, mean of both sides, below which a frame is left out: a pixel on a screen.
MIN_SHARE = 0.001


class DifferenceFrame(Record):
    """One box of a differential flame graph.

    Attributes:
        label: the function, with its file where it is the repository's.
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
    names = sorted({frame.label for frame in (*before, *after)})
    return ProfileDifference(benchmarks=tuple(_joined(name, _of(before, name), _of(after, name)) for name in names))


def _of(frames: Sequence[Frame], label: str) -> list[Frame]:
    return [frame for frame in frames if frame.label == label]


def _joined(
    label: str, before: Sequence[Frame], after: Sequence[Frame], smallest: float | None = None
) -> DifferenceFrame:
    """One frame out of those of both sides; of what is below, the largest first, `smallest` seconds or more."""
    seconds = [sum(frame.seconds for frame in side) for side in (before, after)]
    least = MIN_SHARE * sum(seconds) / 2 if smallest is None else smallest
    children = [[child for frame in side for child in frame.below] for side in (before, after)]
    labels = dict.fromkeys(child.label for side in children for child in side)
    below = [_joined(name, _of(children[0], name), _of(children[1], name), least) for name in labels]
    kept = [frame for frame in below if (frame.baseline_s + frame.candidate_s) / 2 >= least]
    kept.sort(key=lambda frame: (-(frame.baseline_s + frame.candidate_s), frame.label))
    return DifferenceFrame(label=label, baseline_s=seconds[0], candidate_s=seconds[1], below=tuple(kept))
