"""RunState and the records that travel through the graph.

The state is small JSON that LangGraph checkpoints after every step; whatever is large (diffs, logs, samples, profiles)
lives once in the run folder and the state holds its digest. Records are rebuilt from the JSON at the entry of a node.
"""

from __future__ import annotations

from typing import Any, Literal, TypedDict

from pydantic import Field

from perfagent.tools.report import BenchmarkFigure, Check, GrowthFigure, Overall, Record, TestCounts

SCHEMA_VERSION = 1

VerdictName = Literal[
    "faster",
    "not_faster",
    "inconclusive",
    "does_not_apply",
    "guarded",
    "build_failed",
    "tests_failed",
    "not_equivalent",
    "slower_elsewhere",
]
Origin = Literal["catalogue", "model", "user"]


class Idea(Record):
    """What to change, where, why, and what it may gain.

    Attributes:
        id: unique within the run.
        title: one line.
        path, qualname: the function it targets; qualname is empty for a whole file.
        mechanism: the kind of optimization, such as `data-structure`.
        rationale: why it should be faster.
        expected_gain: share of the workloads' time that could go, 0..1 (share of the target times a plausible factor).
        share: the target's cumulative share of the profiled time, 0..1: an upper bound by Amdahl's law.
        targets: ids of the benchmarks it must speed up, named before anything is edited.
    """

    id: str
    title: str
    path: str
    qualname: str = ""
    origin: Origin
    mechanism: str = ""
    rationale: str = ""
    expected_gain: float = 0.0
    share: float = 0.0
    targets: tuple[str, ...] = ()

    @property
    def function(self) -> str:
        """The target function's name; empty where the profile charges a module's top level."""
        return "" if self.qualname == "<module>" else self.qualname


class Candidate(Record):
    """One concrete edit for an idea; `diff` is the digest of a unified diff against the baseline `parent`."""

    id: str
    idea: str
    title: str
    description: str = ""
    parent: str
    diff: str
    origin: Origin
    attempt: int = 0
    targets: tuple[str, ...] = ()


class Verdict(Record):
    """What the verifier says of one candidate, with its evidence."""

    candidate: str
    verdict: VerdictName
    detail: str = ""
    speedup: float | None = None
    interval: tuple[float, float] | None = None
    metric: str = ""
    pairs: int = 0
    p_value: float | None = None
    alpha: float | None = None
    benchmarks: tuple[BenchmarkFigure, ...] = ()
    overall: Overall | None = None
    growth: tuple[GrowthFigure, ...] = ()
    tests: TestCounts = Field(default_factory=TestCounts)
    checks: tuple[Check, ...] = ()
    evidence: tuple[str, ...] = ()
    diff: str = ""


class Patch(Record):
    """An accepted candidate, committed; `diff` and `verdict` are digests."""

    id: str
    idea: str
    title: str
    rationale: str
    origin: Origin
    commit: str
    parent: str
    diff: str
    verdict: str
    hunks: int
    targets: tuple[str, ...] = ()


class Tried(Record):
    """One line of the run's ledger of ideas: what was tried and what became of it."""

    idea: str
    title: str
    verdict: str
    speedup: float | None = None
    reason: str = ""


class RunState(TypedDict, total=False):
    """The graph's state: JSON only.

    `prepared`, `hotspots` and `feedback` are digests of documents in the run folder; `ideas` and `patches` are lists
    of the records above as JSON; `idea` is the one under work, `attempt` counts its repairs, `candidates` the edits
    that wait for the verifier; `stop` says why the run ended.
    """

    schema_version: int
    run_id: str
    base: str
    head: str
    prepared: str
    hotspots: str
    ideas: list[dict[str, Any]]
    planned: int
    tried: list[dict[str, Any]]
    idea: dict[str, Any] | None
    attempt: int
    feedback: str
    candidates: list[dict[str, Any]]
    accepted: dict[str, Any] | None
    patches: list[dict[str, Any]]
    counts: dict[str, int]
    stop: str
    result: str
