"""What travels between the parts of an evaluation: instances, predictions, jobs and what came of them.

Every record is small JSON. Timings are kept raw, in seconds: verdicts and scores are computed from them by the pure
functions of `metrics`, so that an old evaluation can be scored anew.
"""

from __future__ import annotations

from typing import Literal, get_args

from pydantic import BaseModel, ConfigDict, Field

Benchmark = Literal["gso", "swe-perf", "swefficiency"]
BENCHMARKS: tuple[Benchmark, ...] = get_args(Benchmark)

#: Subjects that need no prediction file: the expert's change, and none.
GOLD, EMPTY = "gold", "empty"

Protocol = Literal["official", "paired"]

#: How an attempt to measure a prediction ended. Only `graded` has timings of every phase.
Status = Literal[
    "graded",  # every phase ran
    "empty_patch",  # the prediction is empty: nothing was run
    "base_failed",  # the unpatched code does not install or run
    "patch_failed",  # the patch does not apply, or the code does not install with it
    "tests_failed",  # a check of the protocol failed or ran out of time
    "error",  # the protocol itself could not be followed
]


class Record(BaseModel):
    """A frozen value; unknown fields are an error, so that a renamed one is noticed on reading."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Recipe(Record):
    """How an instance's environment is had.

    Attributes:
        image: the published image by its whole name with tag; empty when there is none.
        activate: shell line that puts the published image's interpreter first on PATH, in /testbed.
        python: version for an environment of our own, such as "3.9"; the newest the project supports when None.
        install: shell commands that install the project and what it needs into that environment, run in /testbed; they
            are also how the project is installed again after a patch.
        packages: requirements that an environment of our own gets before `install`, with the versions they pin.
        pythonpath: folder of the repository that belongs on PYTHONPATH; empty when the project is installed.
    """

    image: str = ""
    activate: str = ""
    python: str | None = None
    install: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()
    pythonpath: str = ""


class Prediction(Record):
    """One patch for one instance, in the three fields that all three benchmarks read."""

    instance_id: str
    model_patch: str
    model_name_or_path: str


class Rollout(Record):
    """What one run of the agent on one instance came to.

    Attributes:
        patch: diff of the run's branch against the base; empty when nothing was proved faster.
        verdict, speedup, interval: of the branch by our own verifier on the workload the agent was given; the verdict
            is `error` where the run could not be completed.
        usd, input_tokens, output_tokens: of the models; usd is None where a price is unknown.
        seconds: wall time.
        run: folder of the run (its trajectory), relative to the evaluation's.
        detail: one line: why there is no patch, or what could not be done.
    """

    instance_id: str
    rollout: int
    patch: str = ""
    verdict: str = ""
    speedup: float | None = None
    interval: tuple[float, float] | None = None
    usd: float | None = 0.0
    input_tokens: int = 0
    output_tokens: int = 0
    seconds: float = 0.0
    run: str = ""
    detail: str = ""


class GsoTimings(Record):
    """Seconds of every execution: one tuple a test, in the tests' order."""

    base: tuple[tuple[float, ...], ...]
    patch: tuple[tuple[float, ...], ...]
    commit: tuple[tuple[float, ...], ...]


class TestTime(Record):
    """How one test of one pytest run ended (`passed`, `failed`, ...) and the seconds of its call phase."""

    __test__ = False

    outcome: str
    seconds: float


class SwePerfTimings(Record):
    """The measured runs of the efficiency tests, each test id -> its outcome and time."""

    base: tuple[dict[str, TestTime], ...]
    patch: tuple[dict[str, TestTime], ...]


class SwefficiencyTimings(Record):
    """What the workload printed before and after the edit, and the checks after it.

    Attributes:
        before_mean, before_std, after_mean, after_std: seconds.
        tests: id of a PASS_TO_PASS test -> whether it passed.
        introspection: what the guard against introspection found, one line each; any finding fails the task.
        patch_lines: lines of the patch.
    """

    before_mean: float
    before_std: float
    after_mean: float
    after_std: float
    tests: dict[str, bool] = Field(default_factory=dict)
    introspection: tuple[str, ...] = ()
    patch_lines: int = 0


class PairedCheck(Record):
    """One check of our verifier."""

    name: str
    ok: bool
    detail: str


class PairedFigures(Record):
    """What our verifier says of a prediction.

    Attributes:
        verdict: against the base, over all of the instance's workloads: `faster`, `not_faster`, or the failed check.
        speedups: workload -> base time / patch time.
        interval: 95 % bounds of their geometric mean.
        expert: workload -> expert's time / patch time, from pairs of these two; empty when the patch failed a check or
            there is no expert commit.
        expert_interval: 95 % bounds of their geometric mean.
        pairs: measured in all.
        metric: the clock, cpu or wall.
    """

    verdict: str
    detail: str = ""
    speedups: dict[str, float] = Field(default_factory=dict)
    interval: tuple[float, float] | None = None
    expert: dict[str, float] = Field(default_factory=dict)
    expert_interval: tuple[float, float] | None = None
    checks: tuple[PairedCheck, ...] = ()
    pairs: int = 0
    metric: str = ""


class Outcome(Record):
    """What came of measuring one prediction for one instance: at most one of the four kinds of figures is there.

    Attributes:
        subject: whose patch: `model_name_or_path`, or `gold`, or `empty`.
        detail: one line about a failure.
        executions: how often a workload was executed, on any side: the price of the verdict.
        seconds: wall time of the job without building the environment.
        environment: `published` or `local`.
    """

    benchmark: Benchmark
    instance_id: str
    subject: str
    protocol: Protocol
    status: Status
    detail: str = ""
    gso: GsoTimings | None = None
    swe_perf: SwePerfTimings | None = None
    swefficiency: SwefficiencyTimings | None = None
    paired: PairedFigures | None = None
    executions: int = 0
    seconds: float = 0.0
    environment: str = ""


class Job(Record):
    """One piece of work for an executor: small enough to be repeated, large enough to be sent anywhere.

    Attributes:
        id: names its result file; made of the characters that `job_id` leaves.
        kind: what to do; `build` makes an instance's environment, so that nothing is built while something is timed.
        subject: whose patch is measured; empty for `generate`.
        rollout: which of N, from 0; for `generate`.
    """

    id: str
    kind: Literal["build", "generate", "official", "paired"]
    instance_id: str
    subject: str = ""
    rollout: int = 0


def job_id(*parts: str) -> str:
    """A file name made of a job's facts; different facts give different names."""
    import hashlib

    plain = ".".join("".join(c if c.isalnum() or c in "-_" else "-" for c in part) for part in parts)
    digest = hashlib.sha256("\0".join(parts).encode()).hexdigest()[:8]
    return f"{plain[:150]}.{digest}"
