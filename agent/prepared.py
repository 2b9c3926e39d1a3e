"""What `prepare` found out about the target, as one document that later nodes and a resumed run read."""

from __future__ import annotations

from pathlib import Path

from perfagent.tools.measure import MetricName
from perfagent.tools.report import Noise, Record
from perfagent.tools.sandbox import Environment, SandboxKind


class EnvironmentRecord(Record):
    """A built environment, as JSON."""

    kind: SandboxKind
    image: str
    prefix: str | None
    python: str
    version: str
    key: str
    overlay: str | None

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
            log="",
            cached=True,
            overlay=Path(self.overlay) if self.overlay else None,
        )


class BenchmarkPlan(Record):
    """One benchmark and how it is measured: fixed on the baseline, never changed afterwards.

    Attributes:
        id: unique over all workloads.
        workload: spec of the workload it belongs to.
        loops: executions of the body in one process.
        metric: the clock that decides.
        reason: why that clock.
        baseline_s: seconds of one execution at the first baseline, on that clock.
    """

    id: str
    workload: str
    loops: int
    metric: MetricName
    reason: str
    baseline_s: float


class TestsRecord(Record):
    """The unit tests at the baseline.

    Attributes:
        stable: node ids that pass in every run; these must pass for a candidate.
        flaky, failing: node ids that do not count.
        seconds: how long one run takes.
        command: what runs them; empty for pytest with perfagent's plugin.
    """

    __test__ = False

    stable: tuple[str, ...] = ()
    flaky: tuple[str, ...] = ()
    failing: tuple[str, ...] = ()
    seconds: float = 0.0
    command: str = ""


class Prepared(Record):
    """The target, ready to be worked on.

    Attributes:
        base: the first baseline's commit.
        sandbox_reason: why this kind of sandbox.
        workloads: specs, in order.
        source_roots: folders relative to the tree that are put first on PYTHONPATH.
        values: digest of the values the benchmarks yield at the baseline, by benchmark.
        unstable: benchmarks whose values differ between two baseline runs, so that they cannot be compared.
        core: the core measurements are pinned to; None when there is only one or threads are at work.
    """

    base: str
    environment: EnvironmentRecord
    sandbox_reason: str
    workloads: tuple[str, ...]
    source_roots: tuple[str, ...]
    benchmarks: tuple[BenchmarkPlan, ...]
    tests: TestsRecord
    values: str
    unstable: tuple[str, ...]
    noise: Noise
    core: int | None
    messages: tuple[str, ...] = ()

    def plan(self, benchmark: str) -> BenchmarkPlan:
        """The plan of one benchmark."""
        return next(plan for plan in self.benchmarks if plan.id == benchmark)
