"""An open sandbox with one tree a side: runs the target's tests and workloads there."""

from __future__ import annotations

import copy
import posixpath
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from perfagent.tools.equivalence import TestSite
from perfagent.tools.errors import MeasurementError, WorkloadError
from perfagent.tools.measure import Reading, Run, RunFailed, RunResult
from perfagent.tools.workload import (
    Calibration,
    Observation,
    Request,
    RoundObserver,
    Site,
    Workload,
    calibrate_loops,
    observe,
    parse,
)

if TYPE_CHECKING:
    from perfagent.tools.profile import Hotspot, LineProfile, RawProfile
    from perfagent.tools.sandbox import Sandbox

#: Seconds after which a sample counts as hung: the slowest workloads of the published benchmarks take about a minute.
LONGEST_SAMPLE_S = 600.0

#: Hash seed of profiled runs: one like any other, the same at every baseline so that two profiles compare.
PROFILE_SEED = 1


class Bench:
    """One sandbox, its sides and what is measured on them.

    Args:
        sandbox: open.
        sites: where each side's code is, as seen inside.
        workloads: in order.
        core: to pin samples to; None for no pinning.
        members: spec of a workload -> ids of its benchmarks, where they are known.
        apart: measure every benchmark in a process of its own, as memory must be: the peak of a process is the largest
            of all its benchmarks.
    """

    def __init__(
        self,
        sandbox: Sandbox,
        sites: Mapping[str, Site],
        workloads: tuple[Workload, ...],
        core: int | None = None,
        members: Mapping[str, frozenset[str]] | None = None,
        *,
        apart: bool = False,
    ) -> None:
        self.sandbox = sandbox
        self.sites = sites
        self.workloads = workloads
        self.core = core
        self.members = members or {}
        self.apart = apart
        self.timeout_s = LONGEST_SAMPLE_S
        self.scale = 1
        self._rounds = RoundObserver(sandbox, sites)

    def scaled(self, factor: int, timeout_s: float) -> Bench:
        """The same bench with its scripts at a multiple of their size, and seconds for each run."""
        scaled = copy.copy(self)
        scaled.scale, scaled.timeout_s = factor, timeout_s
        return scaled

    def observe(self, side: str, request: Request) -> list[Observation]:
        """Run every workload once in a fresh process; with `only`, those that have such benchmarks."""
        request = self._request(request)
        return [observe(self.sandbox, self.sites[side], workload, request) for workload in self._wanted(request.only)]

    def _request(self, request: Request) -> Request:
        return replace(request, cpu=self.core, timeout_s=self.timeout_s, scale=self.scale)

    def _wanted(self, only: frozenset[str] | None) -> list[Workload]:
        return [w for w in self.workloads if only is None or only & self.members.get(w.spec, only)]

    def test_site(self, side: str) -> TestSite:
        """Where a side's unit tests run."""
        site = self.sites[side]
        return TestSite(
            tree=site.tree,
            python=site.python,
            harness=posixpath.dirname(site.values_module),
            scratch=site.scratch,
            source_roots=site.source_roots,
            env={"PYTHONDONTWRITEBYTECODE": "1"},
        )

    def values(self, side: str, seed: int, only: frozenset[str] | None = None) -> tuple[dict[str, Any], str]:
        """What the benchmarks yield, by id, and why some do not (an empty string when all ran)."""
        values: dict[str, Any] = {}
        trouble = ""
        for seen in self.observe(side, Request(mode="values", hash_seed=seed, only=only)):
            values |= seen.values
            trouble = trouble or failure_of(seen)
        return values, trouble

    def calibrated(self, spec: str, only: frozenset[str] | None = None) -> Calibration:
        """How often the bodies of a workload must run in one process, on the side `baseline`.

        Args:
            only: benchmarks to run, all when None.

        Raises:
            WorkloadError: the workload, or every benchmark in it, fails.
        """
        request = Request(cpu=self.core, hash_seed=1, timeout_s=self.timeout_s, only=only)
        return calibrate_loops(self.sandbox, self.sites["baseline"], parse(spec), request)

    def reader(self, loops: Mapping[str, int], only: frozenset[str] | None = None) -> Run:
        """What a sampler calls for every round: each side gives a reading for each benchmark, or why there is none."""

        def run(order: Sequence[str], hash_seed: int) -> dict[str, RunResult]:
            readings: dict[str, dict[str, Reading]] = {side: {} for side in order}
            failed: dict[str, RunFailed] = {}
            for workload, wanted in self._parts(loops, only):
                request = self._request(Request(hash_seed=hash_seed, loops=loops, only=wanted))
                left = [side for side in order if side not in failed]
                for side, seen in self._round(workload, request, left).items():
                    readings[side] |= {name: reading_of(seen, name) for name in seen.spans}
                    if trouble := failure_of(seen):
                        failed[side] = RunFailed(trouble)
            return {**readings, **failed}

        return run

    def _parts(
        self, loops: Mapping[str, int], only: frozenset[str] | None
    ) -> Iterator[tuple[Workload, frozenset[str] | None]]:
        """What runs in one process: a whole workload, or, apart, a single benchmark."""
        names = [name for name in loops if only is None or name in only]
        for wanted in [frozenset({name}) for name in names] if self.apart else [only]:
            for workload in self._wanted(wanted):
                yield workload, wanted

    def _round(self, workload: Workload, request: Request, order: Sequence[str]) -> dict[str, Observation]:
        # The resident set of a forked child begins with all that its server holds: the peak of a process that was
        # started by itself is the one that a user of the code would see.
        if self.apart:
            return {side: observe(self.sandbox, self.sites[side], workload, request) for side in order}
        return self._rounds.observe(workload, request, order)

    def hotspots(self, side: str, tree: Path, picture: Path | None = None) -> list[Hotspot]:
        """Where the workloads' time goes on a side whose tree on the host is `tree`.

        Args:
            picture: file to draw the profile into.

        Raises:
            WorkloadError: a workload does not run.
        """
        from perfagent.tools.profile import flamegraph, rank

        whole = self.profile(side)
        if picture is not None:
            flamegraph(whole, picture)
        return rank(whole, tree, self.sites[side].source_roots)

    def profile(
        self, side: str, loops: Mapping[str, int] | None = None, only: frozenset[str] | None = None
    ) -> RawProfile:
        """The profiles of a side's benchmarks, each over `loops` executions of its body (one when None).

        Args:
            only: benchmarks to run, all when None.

        Raises:
            WorkloadError: a workload does not run, or none can be profiled.
        """
        from perfagent.tools.profile import RawProfile, collect

        request = Request(mode="profile", hash_seed=PROFILE_SEED, timeout_s=self.timeout_s, loops=loops, only=only)
        parts = [collect(self.sandbox, self.sites[side], each, request) for each in self._profilable(only)]
        return RawProfile(
            root=parts[0].root,
            benchmarks={name: rows for part in parts for name, rows in part.benchmarks.items()},
            own=frozenset().union(*(part.own for part in parts)),
        )

    def lines(
        self, side: str, tree: Path, functions: Sequence[tuple[str, str]], only: frozenset[str] | None = None
    ) -> LineProfile:
        """Where inside some functions the time goes, and what they are called with.

        Args:
            tree: the side's, on the host.
            functions: path in the tree and dotted name of each.
            only: benchmarks to run, all when None.

        Raises:
            WorkloadError: there is no such function, or a workload does not run.
        """
        from perfagent.tools.profile import line_profile, locate, trace_lines

        places = []
        for path, qualname in functions:
            place = locate(tree, path, qualname)
            if place is None:
                raise WorkloadError(
                    f"there is no Python function {qualname} in {path}", "name it as the profile does", code="PA405"
                )
            places.append(place)
        site = self.sites[side]
        request = Request(mode="trace", hash_seed=PROFILE_SEED, timeout_s=self.timeout_s, only=only, cpu=self.core)
        workloads = self._profilable(only)
        return line_profile(places, [trace_lines(self.sandbox, site, each, request, places) for each in workloads])

    def _profilable(self, only: frozenset[str] | None) -> list[Workload]:
        """The workloads that are Python.

        Raises:
            WorkloadError: there is none.
        """
        found = [workload for workload in self._wanted(only) if workload.kind != "command"]
        if not found:
            raise WorkloadError(
                "a command cannot be profiled", "give the same code as a script: workload", code="PA405"
            )
        return found


def failure_of(seen: Observation) -> str:
    """One line about the first thing that went wrong in a run; empty when nothing did."""
    if seen.error:
        return seen.error
    for name, message in seen.failed.items():
        return f"{name}: {message}"
    for name, reason in seen.skipped.items():
        return f"{name} is skipped: {reason}"
    return ""


def reading_of(seen: Observation, name: str) -> Reading:
    """A benchmark's reading of a run, for one execution of its body.

    Raises:
        MeasurementError: it ran no loop.
    """
    span = seen.spans[name]
    if span.loops < 1:
        raise MeasurementError(f"the benchmark {name} ran no loop", code="PA503")
    return Reading(
        wall_s=span.wall_s / span.loops,
        cpu_s=span.cpu_s / span.loops,
        run_delay_s=span.run_delay_s / span.loops,
        voluntary_switches=seen.usage.voluntary_switches,
        peak_rss_bytes=seen.usage.peak_rss_bytes,
        loops=span.loops,
    )
