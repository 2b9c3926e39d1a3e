"""What the localizer says."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Hotspot(BaseModel):
    """One function of the repository and its share of the workloads' time.

    Attributes:
        path: file relative to the repository's root.
        qualname: dotted name inside the file.
        start, end: 1-based lines, inclusive.
        self_share: share of the profiled time spent in the function itself, 0..1.
        charged_share: self time and the time of library and builtin code it called, 0..1.
        cumulative_share: share with everything it called, 0..1.
        calls: number of calls in the profiled run.
        callers: `path:qualname` of repository functions that call it, most time first.
        benchmarks: ids of the benchmarks it appears in, most time first.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    path: str
    qualname: str
    start: int
    end: int
    self_share: float
    charged_share: float
    cumulative_share: float
    calls: int
    callers: tuple[str, ...] = ()
    benchmarks: tuple[str, ...] = ()
