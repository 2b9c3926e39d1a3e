"""What was measured of benchmarks, as the result and everything drawn from it tell it."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Record(BaseModel):
    """A frozen value; unknown fields are an error, so that a renamed one is noticed on reading."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class InstructionFigure(Record):
    """Instructions of one execution of a body, exact under one hash seed.

    Attributes:
        baseline, candidate: counts of each execution after the first in a process.
        change: candidate / baseline - 1.
        first_change: the same for the first execution.
        alarm: whether the clock's speedup does not show in the instructions.
        note: one sentence.
    """

    baseline: int
    candidate: int
    change: float
    first_change: float
    alarm: bool = False
    note: str = ""


class BenchmarkFigure(Record):
    """One benchmark's measured change.

    Attributes:
        id: its name, the same at the baseline and the candidate.
        speedup: baseline time / candidate time, None where it could not be measured.
        interval: 95 % bounds of the speedup.
        verdict: of this benchmark alone.
        target: whether it was named before anything was edited.
        baseline_s, candidate_s: median seconds of one execution of the body.
        wall_speedup, memory_speedup: the same ratio on the wall clock and of peak memory, for the reader.
        upper_quartile_speedup: of the third quartiles, on the judged metric: tells of a worse slow half.
        instructions: what valgrind counted, where the clock left something to ask; evidence only.
    """

    id: str
    speedup: float | None
    interval: tuple[float, float] | None
    verdict: str
    target: bool = True
    pairs: int = 0
    metric: str = ""
    baseline_s: float | None = None
    candidate_s: float | None = None
    wall_speedup: float | None = None
    memory_speedup: float | None = None
    upper_quartile_speedup: float | None = None
    instructions: InstructionFigure | None = None


class SizeFigure(Record):
    """One size of a workload.

    Attributes:
        size: a multiple of the judged size, or the number in a benchmark's id.
        baseline_s, candidate_s: seconds of one execution of the body (bytes for memory), mean of the fastest half.
    """

    size: int
    speedup: float
    interval: tuple[float, float] | None
    baseline_s: float
    candidate_s: float
    pairs: int


class ExponentFigure(Record):
    """The exponent k in cost = c * size^k with its 95 % interval, None where two sizes leave none.

    Attributes:
        value: k.
    """

    value: float
    interval: tuple[float, float] | None


class GrowthFigure(Record):
    """How a benchmark's cost grows with its size, on both sides; evidence only.

    Attributes:
        benchmark: its id; for a family of benchmarks their id with `*` for the size.
        multiples: whether sizes are multiples of the judged one, else numbers in the ids.
        sizes: ascending; empty when nothing could be measured.
        mixed: one sentence when the candidate is faster at some sizes and slower at others, else empty.
        note: what was left out and why.
    """

    benchmark: str
    multiples: bool
    metric: str
    sizes: tuple[SizeFigure, ...] = ()
    baseline: ExponentFigure | None = None
    candidate: ExponentFigure | None = None
    mixed: str = ""
    note: str = ""


class Overall(Record):
    """All benchmarks together; headlines, never a gate.

    Attributes:
        geometric_mean: of the benchmarks' speedups.
        interval: its 95 % bounds.
        total_speedup: summed baseline time over summed candidate time: what running them all once gains.
    """

    geometric_mean: float
    interval: tuple[float, float]
    total_speedup: float
