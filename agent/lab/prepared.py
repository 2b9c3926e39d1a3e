"""What `prepare` found out about the target, as one document that later nodes and a resumed run read."""

from __future__ import annotations

import hashlib
from pathlib import Path

from perfagent.tools.equivalence import StableTests
from perfagent.tools.measure import MetricName
from perfagent.tools.report import Noise, Record
from perfagent.tools.sandbox import Environment, SandboxKind


class EnvironmentRecord(Record):
    """A built environment, as JSON; `built` is the digest of the build's log, which no two builds share."""

    kind: SandboxKind
    image: str
    prefix: str | None
    python: str
    version: str
    key: str
    overlay: str | None
    roots: tuple[str, ...]
    native: str = ""
    built: str = ""

    @classmethod
    def of(cls, environment: Environment) -> EnvironmentRecord:
        """The record of an environment."""
        return cls(
            kind=environment.kind,
            image=environment.image,
            prefix=str(environment.prefix) if environment.prefix else None,
            python=environment.python,
            version=environment.version,
            key=environment.key,
            overlay=str(environment.overlay) if environment.overlay else None,
            roots=environment.roots,
            native=environment.native,
            built=hashlib.sha256(environment.log.encode("utf-8", "surrogateescape")).hexdigest(),
        )

    def restore(self) -> Environment:
        """The environment of a record."""
        return Environment(
            kind=self.kind,
            image=self.image,
            prefix=Path(self.prefix) if self.prefix else None,
            python=self.python,
            version=self.version,
            key=self.key,
            log=self.built,
            cached=True,
            overlay=Path(self.overlay) if self.overlay else None,
            roots=self.roots,
            native=self.native,
        )


class BenchmarkPlan(Record):
    """One benchmark and how it is measured: fixed on the baseline, never changed afterwards.

    Attributes:
        id: unique over all workloads.
        workload: spec of the workload it belongs to.
        loops: executions of the body in one process.
        metric: the clock that decides.
        reason: why that clock.
        baseline_s: seconds of one execution at the first baseline, on that clock (bytes for memory).
        noise: robust standard deviation of a pair's log ratio when identical code is compared.
    """

    id: str
    workload: str
    loops: int
    metric: MetricName
    reason: str
    baseline_s: float
    noise: float = 0.0


class SizePlan(Record):
    """How a benchmark that takes a size is run at multiples of it: learned at the baseline.

    Attributes:
        id: of the benchmark.
        loops: executions of the body in one process by multiple, ascending, for those that are measured.
        factor: the multiple at which values are compared; 1 when none can be.
        values: digest of the values at that multiple.
        steadiness: digest of what of them can be compared.
        note: which sizes are left out and why.
    """

    id: str
    loops: dict[int, int]
    factor: int = 1
    values: str = ""
    steadiness: str = ""
    note: str = ""


class Prepared(Record):
    """The target, ready to be worked on.

    Attributes:
        base: the first baseline's commit.
        sandbox_reason: why this kind of sandbox.
        workloads: specs, in order.
        source_roots: folders relative to the tree that are put first on PYTHONPATH.
        pytest_options: options of the repository's own without which pytest would find other tests.
        tests: the unit tests at the baseline; None when they were not run.
        values: digest of the values the benchmarks yield at the baseline, by benchmark.
        steadiness: digest of what of these values is the same in every baseline run, and so can be compared.
        sizes: of the benchmarks that take one, at which multiples they are measured.
        core: the core measurements are pinned to; None when there is only one or threads are at work.
    """

    base: str
    environment: EnvironmentRecord
    sandbox_reason: str
    workloads: tuple[str, ...]
    source_roots: tuple[str, ...]
    pytest_options: tuple[str, ...]
    benchmarks: tuple[BenchmarkPlan, ...]
    tests: StableTests | None
    values: str
    steadiness: str
    noise: Noise
    core: int | None
    sizes: tuple[SizePlan, ...] = ()
    messages: tuple[str, ...] = ()

    @property
    def stable(self) -> tuple[str, ...]:
        """Unit tests that pass in every baseline run."""
        return tuple(self.tests.passing) if self.tests else ()

    @property
    def members(self) -> dict[str, frozenset[str]]:
        """Spec of a workload -> ids of its benchmarks."""
        return {
            spec: frozenset(plan.id for plan in self.benchmarks if plan.workload == spec) for spec in self.workloads
        }

    def workload_paths(self) -> tuple[str, ...]:
        """The workloads' own files and folders in the tree, which no patch may change."""
        found = []
        for spec in self.workloads:
            kind, _, target = spec.partition(":")
            name = target.split("::")[0]
            if kind != "command" and not Path(name).is_absolute():
                found.append(name)
        return tuple(found)

    def benchmark_paths(self) -> tuple[str, ...]:
        """The workloads' own files and folders that are no unit tests."""
        tests = {spec.partition(":")[2].split("::")[0] for spec in self.workloads if spec.startswith("pytest:")}
        return tuple(path for path in self.workload_paths() if path not in tests)

    @property
    def ids(self) -> tuple[str, ...]:
        """All benchmarks."""
        return tuple(plan.id for plan in self.benchmarks)

    def plan(self, benchmark: str) -> BenchmarkPlan:
        """The plan of one benchmark."""
        return next(plan for plan in self.benchmarks if plan.id == benchmark)
