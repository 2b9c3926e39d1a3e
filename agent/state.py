"""RunState and the records that travel through the graph.

The state is small JSON that LangGraph checkpoints after every step; whatever is large (diffs, logs, samples, profiles)
lives once in the run folder and the state holds its digest. Records are rebuilt from the JSON at the entry of a node.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypedDict

from pydantic import Field

from perfagent.tools.report import BenchmarkFigure, Check, EvidenceFile, GrowthFigure, Overall, Record, TestCounts

SCHEMA_VERSION = 2

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
        path, qualname: the function it targets; qualname is empty for a whole file, path for the whole repository.
        mechanism: the kind of optimization, such as `data-structure`.
        rationale: why it should be faster.
        how_to_check: the figure that would show it to be wrong, in one line.
        expected_gain: share of the workloads' time that could go, 0..1 (share of the target times a plausible factor).
        share: the target's cumulative share of the profiled time, 0..1: an upper bound by Amdahl's law.
        targets: ids of the benchmarks it must speed up, named before anything is edited.
        risk: that results differ or nothing is gained: low, medium or high.
    """

    id: str
    title: str
    path: str
    qualname: str = ""
    origin: Origin
    mechanism: str = ""
    rationale: str = ""
    how_to_check: str = ""
    expected_gain: float = 0.0
    share: float = 0.0
    targets: tuple[str, ...] = ()
    risk: str = "medium"

    @property
    def place(self) -> str:
        """Where it changes the code, in words; empty for anywhere."""
        return f"{self.path}:{self.qualname}".rstrip(":")

    @property
    def function(self) -> str:
        """The target function's name; empty where the profile charges a module's top level."""
        return "" if self.qualname == "<module>" else self.qualname


class Candidate(Record):
    """One concrete edit for an idea; `diff` is the digest of a unified diff against the baseline `parent`.

    `evidence` are files the editor wrote beside it, such as differential tests; never part of the patch.
    """

    id: str
    idea: str
    title: str
    description: str = ""
    parent: str
    diff: str
    origin: Origin
    attempt: int = 0
    targets: tuple[str, ...] = ()
    evidence: tuple[EvidenceFile, ...] = ()


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
    mechanism: str = ""
    commit: str
    parent: str
    diff: str
    verdict: str
    hunks: int
    targets: tuple[str, ...] = ()
    evidence: tuple[EvidenceFile, ...] = ()


class Tried(Record):
    """One line of the run's ledger of ideas: what was tried and what became of it.

    Attributes:
        idea: its id.
        title: of the idea or the candidate, for people.
        place: where it changes the code, `path:qualname`; empty for anywhere.
        verdict: in the verdicts' words; `no_edit` when there was nothing to judge.
        speedup: as far as it was measured.
        reason: one line.
        origin: whose idea it was.
        head: the baseline it was tried on.
        start, attempt: fresh starts before it, and repairs since.
        again: whether another attempt at the idea has hope.
        feedback: digest of what a repair begins with; empty when there is nothing to repair.
        history: digest of the conversation; empty when there was none.
        diff: digest of the change; empty when there was none.
        form: digest of what the change amounts to, however it is written; empty when it was not judged itself.
        evidence: what its editor left beside the change.
    """

    idea: str
    title: str
    verdict: str
    place: str = ""
    speedup: float | None = None
    reason: str = ""
    origin: Origin = "catalogue"
    head: str = ""
    start: int = 0
    attempt: int = 0
    again: bool = False
    feedback: str = ""
    history: str = ""
    diff: str = ""
    form: str = ""
    evidence: tuple[EvidenceFile, ...] = ()

    @classmethod
    def of(cls, idea: Idea, head: str, verdict: str, **more: Any) -> Tried:
        """The line of an idea at a baseline; `more` are further fields, among them another title than the idea's.

        Raises:
            ValidationError: of pydantic, a field that there is not.
        """
        common = {"idea": idea.id, "title": idea.title, "place": idea.place, "origin": idea.origin}
        return cls(**{**common, "head": head, "verdict": verdict, **more})


class Task(Record):
    """One piece of editing: an idea's first attempt, a repair, a fresh start, an offspring, or a change carried over.

    Attributes:
        idea: what to do.
        start: fresh starts of the idea before this one.
        attempt: repairs within this start.
        feedback: digest of the verdict's evidence and the diff a repair goes on from.
        history: digest of the conversation a repair goes on with.
        parents: earlier candidates that an offspring joins.
        carried: the candidate to carry over to the present baseline; nothing is edited then.
    """

    idea: Idea
    start: int = 0
    attempt: int = 0
    feedback: str = ""
    history: str = ""
    parents: tuple[Tried, ...] = ()
    carried: Candidate | None = None

    @property
    def name(self) -> str:
        """What names its conversation: unique within the run."""
        return f"{self.idea.id}-{self.start}-{self.attempt}"


class Edited(Record):
    """What came of a task.

    Attributes:
        candidates: what the verifier is to judge.
        why: one line, when there are none.
        again: whether a fresh start has hope.
        history: digest of the conversation.
    """

    task: Task
    candidates: tuple[Candidate, ...] = ()
    why: str = ""
    again: bool = False
    history: str = ""


def gathered(before: list[dict[str, Any]], more: list[dict[str, Any]] | None) -> list[dict[str, Any]]:
    """Reducer of what the editors at work side by side hand over; None empties it."""
    return [] if more is None else [*before, *more]


class RunState(TypedDict, total=False):
    """The graph's state: JSON only.

    `prepared` and `hotspots` are digests of documents in the run folder; all lists hold the records above as JSON.
    `ideas` wait, `begun` were begun at this baseline, `planned` counts how often ideas were asked for at it. `tasks`
    are under work, `task` is the one an editor sees, `edited` what the editors handed over, `waiting` candidates that
    were not judged because another one was accepted; `stop` says why the run ended.
    """

    schema_version: int
    run_id: str
    base: str
    head: str
    prepared: str
    hotspots: str
    ideas: list[dict[str, Any]]
    begun: list[dict[str, Any]]
    planned: int
    tried: list[dict[str, Any]]
    tasks: list[dict[str, Any]]
    task: dict[str, Any]
    edited: Annotated[list[dict[str, Any]], gathered]
    waiting: list[dict[str, Any]]
    accepted: dict[str, Any] | None
    patches: list[dict[str, Any]]
    counts: dict[str, int]
    stop: str
    result: str
