"""Which lines of chosen functions take the time, and what the functions are called with.

After EffiLearner (Huang et al., 2024), which gives a model the line profile of its own code. What traces is
tools/workload/harness/perfagent_lines.py, inside the sandbox. Tracing slows the code down, and what it adds to short
lines can be taken off again only roughly, so that shares are told, never seconds, and the slowdown beside them.
"""

from __future__ import annotations

import posixpath
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from typing import Any

from pydantic import BaseModel, ConfigDict

from perfagent.tools.errors import WorkloadError
from perfagent.tools.profile.functions import Function, SourceFile
from perfagent.tools.sandbox.protocol import Sandbox
from perfagent.tools.workload import Observation, Request, Site, Workload, observe

TRACER = "perfagent_lines.py"
"""The harness's file that traces lines."""
RUNS = 3
"""Traced runs of a short workload, of which the median counts: an interruption of milliseconds falls on one line."""
SHORT_S = 1.0
"""Traced seconds from which on one run will do."""


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class LineTime(_Record):
    """One line that was executed.

    Attributes:
        number: 1-based.
        hits: how often it began.
        share: of the function's time, with what the line's calls take, 0..1.
    """

    number: int
    hits: int
    share: float


class ArgumentSize(_Record):
    """Items of one parameter over the calls in which it had a size."""

    name: str
    minimum: int
    median: int
    maximum: int


class CallFacts(_Record):
    """What one function is called with, in one execution of every benchmark's body.

    Attributes:
        path, qualname: the function.
        calls: how many.
        sampled: how many of them, the first ones, were looked at.
        distinct: how many different argument tuples these had; None where arguments cannot be compared cheaply.
        by_object: whether the object of a method was compared by identity: it may have changed between two calls.
        sizes: of the parameters that have one, in their order of first sight.
    """

    path: str
    qualname: str
    calls: int
    sampled: int
    distinct: int | None = None
    by_object: bool = False
    sizes: tuple[ArgumentSize, ...] = ()

    @property
    def repeated(self) -> float | None:
        """Share of the looked-at calls whose arguments were seen before, 0..1."""
        return None if self.distinct is None or not self.sampled else 1 - self.distinct / self.sampled


class FunctionLines(_Record):
    """One function's line profile.

    Attributes:
        start, end: its first and last line, inclusive.
        share: of the workloads' time that passes inside it, 0..1; the mean over the benchmarks that were traced.
        lines: those that were executed, in order; a line's calls may lead to other lines of it, so that shares of
            different lines overlap under recursion and where a function defines others.
        calls: what it is called with.
    """

    path: str
    qualname: str
    start: int
    end: int
    share: float
    lines: tuple[LineTime, ...]
    calls: CallFacts


class LineProfile(_Record):
    """The line profiles of some functions.

    Attributes:
        functions: in the order asked for; those that never ran have no lines.
        overhead: traced time / untraced time of the bodies; None where one of them is not known.
    """

    functions: tuple[FunctionLines, ...]
    overhead: float | None


@dataclass(frozen=True, slots=True)
class Place:
    """A function of a tree; `path` is relative to it."""

    path: str
    function: Function

    @property
    def option(self) -> list[Any]:
        """As the tracers are told."""
        return [self.path, self.function.start, self.function.end, self.function.name]


@dataclass(frozen=True, slots=True)
class TracedLines:
    """What one workload's tracers say, by benchmark, with the seconds of the untraced bodies."""

    traces: Mapping[str, Any]
    untraced_s: Mapping[str, float]


def locate(tree: Path, path: str, qualname: str) -> Place | None:
    """A function of a tree on this machine by its dotted name; None where there is none."""
    found = [each for each in SourceFile(tree / path).functions if each.qualname == qualname]
    return Place(path, found[-1]) if found else None  # of two definitions the later one stays


def trace_lines(
    sandbox: Sandbox, site: Site, workload: Workload, request: Request, places: Sequence[Place]
) -> TracedLines:
    """Run a workload under the tracer, a short one three times, and once without.

    Args:
        sandbox: an open sandbox that mounts the site.
        site: the side to trace.
        workload: what to run.
        request: `loops`, `only`, `hash_seed`, `cpu` and `timeout_s` are taken from it.
        places: functions of the side's tree.

    Raises:
        WorkloadError: the workload does not run under the tracer.
    """
    module = posixpath.join(site.harness, TRACER)
    trace = {"module": module, "tree": site.tree, "functions": [place.option for place in places]}
    runs: list[Mapping[str, Any]] = []
    while not runs or (len(runs) < RUNS and _elapsed(runs[0]) < SHORT_S):
        seen = observe(sandbox, site, workload, replace(request, mode="trace", trace=trace))
        traces = {name: trace for name, trace in seen.trace.items() if name not in seen.failed}
        if seen.error is not None or not traces:
            raise WorkloadError(f"{workload.spec} cannot be traced: {_reason(seen)}", code="PA405")
        runs.append(traces)
    plain = observe(sandbox, site, workload, replace(request, mode="time"))
    steadied = {name: median_trace([run[name] for run in runs if name in run]) for name in runs[0]}
    return TracedLines(steadied, {name: span.wall_s for name, span in plain.spans.items()})


def _elapsed(traces: Mapping[str, Any]) -> float:
    return float(sum(trace["elapsed"] for trace in traces.values()))


def median_trace(runs: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The first of some runs' traces, with medians over all runs as its seconds."""
    functions = []
    for number, function in enumerate(runs[0]["functions"]):
        same = [run["functions"][number] for run in runs]
        lines = {
            line: [hits, median([each["lines"].get(line, (0, 0.0))[1] for each in same])]
            for line, (hits, _) in function["lines"].items()
        }
        functions.append({**function, "lines": lines, "seconds": median([each["seconds"] for each in same])})
    whole = {name: median([run[name] for run in runs]) for name in ("elapsed", "seconds")}
    return {**runs[0], **whole, "functions": functions}


def _reason(seen: Observation) -> str:
    told = [seen.error, *seen.failed.values(), *seen.skipped.values()]
    return next((reason for reason in told if reason), "no benchmark ran")


def line_profile(places: Sequence[Place], parts: Sequence[TracedLines]) -> LineProfile:
    """The traces of several workloads together.

    Every benchmark counts alike, whatever it takes, so that long ones do not drown short ones.
    """
    traces = [trace for part in parts for trace in part.traces.values()]
    functions = [_function(place, [_Part.of(trace, index) for trace in traces]) for index, place in enumerate(places)]
    known = [(trace["elapsed"], part.untraced_s.get(name)) for part in parts for name, trace in part.traces.items()]
    plain = sum(seconds for _, seconds in known if seconds)
    traced = sum(elapsed for elapsed, seconds in known if seconds)
    return LineProfile(functions=tuple(functions), overhead=traced / plain if plain else None)


@dataclass(frozen=True, slots=True)
class _Part:
    """What one benchmark's trace says of one function; `share` is of the benchmark's time, a line's too."""

    share: float
    lines: Mapping[int, tuple[int, float]]
    calls: Mapping[str, Any]

    @classmethod
    def of(cls, trace: Mapping[str, Any], index: int) -> _Part:
        function = trace["functions"][index]
        whole = trace["seconds"] or 1.0
        lines = {int(number): (hits, seconds / whole) for number, (hits, seconds) in function["lines"].items()}
        # Threads side by side take more than the clock that hangs on the wall.
        return cls(min(function["seconds"] / whole, 1.0), lines, function["calls"])


def _function(place: Place, parts: Sequence[_Part]) -> FunctionLines:
    whole = sum(part.share for part in parts)
    hits: dict[int, int] = defaultdict(int)
    shares: dict[int, float] = defaultdict(float)
    for part in parts:
        for number, (count, share) in part.lines.items():
            hits[number] += count
            shares[number] += share
    lines = [
        LineTime(number=number, hits=hits[number], share=round(min(shares[number] / (whole or 1.0), 1.0), 6))
        for number in sorted(hits)
    ]
    function = place.function
    return FunctionLines(
        path=place.path,
        qualname=function.qualname,
        start=function.start,
        end=function.end,
        share=round(whole / max(len(parts), 1), 6),
        lines=tuple(lines),
        calls=_call_facts(place, [part.calls for part in parts if part.calls["calls"]]),
    )


def _call_facts(place: Place, parts: Sequence[Mapping[str, Any]]) -> CallFacts:
    distinct = [part["distinct"] for part in parts]
    return CallFacts(
        path=place.path,
        qualname=place.function.qualname,
        calls=sum(part["calls"] for part in parts),
        sampled=sum(part["sampled"] for part in parts),
        distinct=sum(distinct) if parts and None not in distinct else None,
        by_object=any(part["by_object"] for part in parts),
        sizes=tuple(_size(name, parts) for name in dict.fromkeys(name for part in parts for name in part["sizes"])),
    )


def _size(name: str, parts: Sequence[Mapping[str, Any]]) -> ArgumentSize:
    """Smallest and largest of all benchmarks; the median is that of the benchmark with the most calls."""
    having = [part for part in parts if name in part["sizes"]]
    busiest = max(having, key=lambda part: part["calls"])
    low, _, high = zip(*(part["sizes"][name] for part in having), strict=True)
    return ArgumentSize(name=name, minimum=min(low), median=busiest["sizes"][name][1], maximum=max(high))


def call_facts(profile: LineProfile) -> tuple[CallFacts, ...]:
    """What the functions of a line profile are called with; those that are never called are left out."""
    return tuple(function.calls for function in profile.functions if function.calls.calls)
