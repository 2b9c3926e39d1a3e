"""How often a body must run in one process to be measurable; decided once, on the baseline."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from perfagent.tools.errors import WorkloadError
from perfagent.tools.sandbox.protocol import Sandbox, Span
from perfagent.tools.workload.observe import NO_BENCHMARK_REMEDY, Observation, Request, observe
from perfagent.tools.workload.site import Site
from perfagent.tools.workload.spec import Workload

MIN_BODY_S = 0.05
"""Seconds a sample's body should take: the two marks and a scheduler tick (4 ms at worst) then stay below a
tenth of it.
"""
MAX_LOOPS = 2**20
"""A body this short is a few nanoseconds of loop and call; more loops would only measure those better."""
MAX_GROWTH = 64
"""Most by which one step grows the loops, because the first body also pays for caches and marks and misleads
a little.
"""
MAX_EXTRA_S = 10.0
"""Seconds by which looping may lengthen a sample: bodies with a costly set-up for each execution stay short instead."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """The loops to use for every sample of both sides.

    Attributes:
        loops: executions a sample for each benchmark that can be measured.
        excluded: why each other benchmark cannot be.
        spans: the time of each benchmark at those loops, as calibration saw it.
        notes: what makes the measurement doubtful, one line each.
    """

    loops: Mapping[str, int]
    excluded: Mapping[str, str] = field(default_factory=dict)
    spans: Mapping[str, Span] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def _growth(span: Span) -> int:
    """By which power of two to multiply the loops of a body that was too short; 1 when it was long enough."""
    # Waiting for the processor lengthens wall time without telling anything about the body.
    seconds = max(span.wall_s - span.run_delay_s, 1e-9)
    factor = 1
    while factor < MAX_GROWTH and seconds * factor < MIN_BODY_S:
        factor *= 2
    return factor


def _first(sandbox: Sandbox, site: Site, workload: Workload, request: Request) -> Observation:
    seen = observe(sandbox, site, workload, request)
    if seen.error is not None:
        raise WorkloadError(f"{workload.spec} fails at the baseline: {seen.error}", code="PA402")
    if not seen.benchmarks:
        raise WorkloadError(f"no benchmark found in {workload.spec}", NO_BENCHMARK_REMEDY, code="PA403")
    if not seen.spans:
        reason = next(iter([*seen.failed.values(), *seen.skipped.values()]), "nothing was measured")
        raise WorkloadError(f"{workload.spec} fails at the baseline: {reason}", code="PA402")
    return seen


def calibrate_loops(sandbox: Sandbox, site: Site, workload: Workload, request: Request) -> Calibration:
    """Double each benchmark's loops from 1 until its body takes `MIN_BODY_S`; steps that cannot be enough
    are left out.

    Args:
        sandbox: an open sandbox that mounts the site.
        site: the baseline's side.
        workload: what to calibrate.
        request: `only`, `hash_seed`, `cpu` and `timeout_s` are taken from it.

    Raises:
        WorkloadError: the workload, or every benchmark in it, fails at the baseline.
    """
    request = replace(request, mode="time", loops=None)
    seen = _first(sandbox, site, workload, request)
    alone_s = seen.usage.wall_s
    strange = workload.kind != "command" and not seen.imported
    notes = (
        (f"{workload.spec} imported nothing from the tree: is it an installed copy that it runs?",) if strange else ()
    )
    excluded = {**seen.skipped, **seen.failed}
    spans = dict(seen.spans)
    loops = dict.fromkeys(spans, 1)
    short = {name: _growth(span) for name, span in spans.items()}
    while short := {name: growth for name, growth in short.items() if growth > 1 and loops[name] < MAX_LOOPS}:
        trial = {name: min(loops[name] * growth, MAX_LOOPS) for name, growth in short.items()}
        seen = observe(sandbox, site, workload, replace(request, loops=trial, only=frozenset(trial)))
        if seen.usage.wall_s - alone_s > MAX_EXTRA_S or seen.error is not None:
            break
        excluded.update({name: why for name, why in seen.failed.items() if name in trial})
        spans.update(seen.spans)
        loops.update({name: trial[name] for name in seen.spans})
        short = {name: _growth(seen.spans[name]) for name in seen.spans}
    measurable = {name: count for name, count in loops.items() if name not in excluded}
    return Calibration(measurable, excluded, {name: spans[name] for name in measurable}, notes)
