"""The result of a command as one JSON document, the source of every other report.

The schema is versioned: a field is added freely, but none is renamed or removed without a new `SCHEMA`.
"""

from __future__ import annotations

from typing import Literal

from pydantic import ConfigDict, Field

from perfagent.tools.report.measured import BenchmarkFigure, GrowthFigure, Overall, Record

SCHEMA = "perfagent/result/1"

#: How the guard's check begins when it left out changes to protected files.
RESTORED = "restored: "


class Check(Record):
    """One check of the verifier, in the order it ran.

    Attributes:
        name: what was checked.
        ok: whether it passed.
        detail: what was seen, in one line.
    """

    name: str
    ok: bool
    detail: str


class TestCounts(Record):
    """Unit tests of the candidate, against those that pass stably at the baseline.

    Attributes:
        passed: pass as before.
        failed: fail, vanished or became skipped.
        flaky: ended differently from run to run, and judge nothing.
    """

    __test__ = False

    passed: int = 0
    failed: int = 0
    flaky: int = 0


class ModelCost(Record):
    """What one model cost, and for which roles it was asked; `usd` is None when its price is unknown.

    Attributes:
        roles: what it was asked for, such as `planner` and `editor`.
        calls: requests that were answered.
        failed_attempts: requests that were not.
        cached_tokens: those of the input that its provider had cached.
    """

    model: str
    roles: tuple[str, ...] = ()
    calls: int = 0
    failed_attempts: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0
    usd: float | None = None


class Cost(Record):
    """What the models cost; `usd` is None when any price is unknown.

    Attributes:
        calls: requests that were answered.
        failed_attempts: requests that failed, each of which a provider may have billed; the tokens of answers that
            broke off are in the counts by estimate.
        models: each one's share.
    """

    usd: float | None = 0.0
    input_tokens: int = 0
    output_tokens: int = 0
    calls: int = 0
    failed_attempts: int = 0
    models: tuple[ModelCost, ...] = ()


class TimeShares(Record):
    """Where the wall time went, in seconds; what ran side by side counts once.

    Attributes:
        wall_s: all sessions of the run, without the time between them.
        model_s: while a model was asked, waits between attempts included.
        running_s: while anything ran in a sandbox (tests, workloads, profiles, builds), or the environment was built.
        scaffold_s: neither of the two.
        scaffold_share: of the wall time.
    """

    wall_s: float = 0.0
    model_s: float = 0.0
    running_s: float = 0.0
    scaffold_s: float = 0.0
    scaffold_share: float = 0.0


class EvidenceFile(Record):
    """A file the editor wrote beside a patch, such as a differential test of old against new.

    Attributes:
        name: path in its scratch folder.
        size: bytes.
        digest: under which the run folder's `objects` hold its text.
        last_line: the last line that the last command naming it printed.
    """

    name: str
    size: int
    digest: str
    last_line: str = ""


class PatchReport(Record):
    """One accepted patch: speedup and interval are of the fresh re-measurement where one was made.

    Attributes:
        id: unique within the run.
        idea: its title.
        origin: who made it: `catalogue`, `model` or `user`.
        diff: unified, against the commit before it.
        hunks: places it changes.
        commit: on the run's branch.
        rationale: why it is faster.
        mechanism: the kind of optimization, such as `data_structure` or a catalogue's rule.
        tests, checks: the patch's own; None and empty in results that were written before they were kept.
    """

    id: str
    idea: str
    origin: str
    diff: str
    speedup: float | None
    interval: tuple[float, float] | None
    hunks: int
    commit: str = ""
    pairs: int = 0
    metric: str = ""
    rationale: str = ""
    mechanism: str = ""
    benchmarks: tuple[BenchmarkFigure, ...] = ()
    tests: TestCounts | None = None
    checks: tuple[Check, ...] = ()
    evidence: tuple[EvidenceFile, ...] = ()


class TriedReport(Record):
    """One idea that was tried, and what became of it.

    Attributes:
        title: the idea in one line.
        verdict: of its candidate.
        reason: why, in one line.
    """

    title: str
    verdict: str
    speedup: float | None = None
    reason: str = ""


class Noise(Record):
    """What comparing the baseline with itself showed here.

    Attributes:
        spread: robust standard deviation of a pair's log ratio, about a share of the time.
        smallest_gain: smallest speedup tried that is accepted with 80 % power; None when none is.
        false_acceptance: how often identical code passes, by design and here, in words.
    """

    spread: float | None = None
    smallest_gain: float | None = None
    false_acceptance: str = ""


class Result(Record):
    """What `--json` prints for run, verify and compare.

    Attributes:
        status: `completed`; a run that was interrupted has no result until it is resumed.
        verdict: of the whole: the branch of a run, the patch of verify, the head of compare.
        command: which command made it.
        stop: why a run's search ended, in one line.
        detail: why the verdict is what it is, in one line.
        branch: of a run, where its patches are; null when none was accepted.
        speedup, interval, metric, pairs: of the accepted benchmark that gained most, else of the best target.
        overall: all benchmarks together, where there are several.
        candidates: how many candidates met which verdict.
        growth: how benchmarks that take a size, or are sizes of one thing, grow with it.
        prompts: the templates a model was given, name to eight digits of their digest; empty without a model.
        messages: one-line remarks: the sandbox chosen, what was not checked and why.
        reproduce: shell commands that repeat the verdict.
    """

    schema_: str = Field(default=SCHEMA, alias="schema")
    command: Literal["run", "verify", "compare"]
    run_id: str
    run_dir: str
    repository: str
    status: Literal["completed"]
    stop: str = ""
    verdict: str
    detail: str = ""
    speedup: float | None = None
    interval: tuple[float, float] | None = None
    metric: str = ""
    pairs: int = 0
    benchmarks: tuple[BenchmarkFigure, ...] = ()
    overall: Overall | None = None
    growth: tuple[GrowthFigure, ...] = ()
    tests: TestCounts = Field(default_factory=TestCounts)
    checks: tuple[Check, ...] = ()
    baseline: str = ""
    head: str = ""
    cost: Cost = Field(default_factory=Cost)
    time: TimeShares = Field(default_factory=TimeShares)
    patches: tuple[PatchReport, ...] = ()
    branch: str | None = None
    candidates: dict[str, int] = Field(default_factory=dict)
    tried: tuple[TriedReport, ...] = ()
    sandbox: str = ""
    python: str = ""
    model: str | None = None
    prompts: dict[str, str] = Field(default_factory=dict)
    noise: Noise = Field(default_factory=Noise)
    messages: tuple[str, ...] = ()
    reproduce: tuple[str, ...] = ()
    seconds: float = 0.0
    version: str = ""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    def to_json(self) -> str:
        """The document as text, by its published names."""
        return self.model_dump_json(by_alias=True, indent=2)
