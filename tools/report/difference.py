"""Where the time went before and after, as one tree of frames."""

from __future__ import annotations

from pydantic import Field

from perfagent.tools.report.document import Record

DIFFERENCE_SCHEMA = "perfagent/difference/1"


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
    """One box a benchmark, profiled on both sides."""

    schema_: str = Field(default=DIFFERENCE_SCHEMA, alias="schema")
    benchmarks: tuple[DifferenceFrame, ...] = ()
