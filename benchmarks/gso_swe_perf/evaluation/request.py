"""What an evaluation was asked to do: with it and its instances, all that an evaluation needs stands in its folder."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from perfagent.benchmarks.gso_swe_perf.records import Benchmark, Protocol, Record

#: What the agent is told beside the code: what the benchmark gives anyhow, or SWE-Perf's two settings.
Setting = Literal["given", "oracle", "realistic"]

#: Where the environments come from: the published images where they can be had, only them, or only our own.
Images = Literal["auto", "published", "local"]


class Generating(Record):
    """How predictions are made.

    Attributes:
        setting: what the agent is told.
        rollouts: runs of the agent on each instance.
        best_of: whether one of them is chosen by our own verifier.
        name: `model_name_or_path` of the predictions.
        flags: settings of each run by their names, as `perfagent run` takes them.
    """

    setting: Setting = "given"
    rollouts: int = Field(default=1, ge=1)
    best_of: bool = False
    name: str = "perfagent"
    flags: dict[str, Any] = Field(default_factory=dict)

    def subject(self, rollout: int) -> str:
        """`model_name_or_path` of one rollout's predictions."""
        return self.name if self.rollouts == 1 else f"{self.name}-rollout-{rollout + 1}"

    @property
    def best_subject(self) -> str:
        """`model_name_or_path` of the best rollout's predictions."""
        return f"{self.name}-best-of-{self.rollouts}"


class Request(Record):
    """One evaluation: the same folder is never used for another one.

    Attributes:
        dataset: as it was given: a hub id or a file.
        digest: SHA-256 of the chosen instances, so that a changed data set is noticed.
        instances: ids, in the data set's order.
        repositories: folders or URLs where histories are taken from.
        images: where environments come from.
        generating: how predictions are made; None in an evaluation that only scores.
    """

    benchmark: Benchmark
    dataset: str
    digest: str
    instances: tuple[str, ...]
    repositories: tuple[str, ...] = ()
    images: Images = "auto"
    generating: Generating | None = None


class Built(Record):
    """What came of making an instance's environment.

    Attributes:
        image, origin: of the place; empty when there is none.
        seconds: that it took.
        error: one line: why there is none.
    """

    instance_id: str
    image: str = ""
    origin: str = ""
    seconds: float = 0.0
    error: str = ""


class Scoring(Record):
    """What is to be scored: it may be more each time, as what was measured stays.

    Attributes:
        subjects: `gold`, `empty`, or the name of predictions that the folder holds.
        protocols: by which.
    """

    subjects: tuple[str, ...]
    protocols: tuple[Protocol, ...] = ("official",)
