"""What the planner and the editor are told of the target, and what the verifier tells the editor."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from perfagent.tools.profile.records import Hotspot

Mechanism = Literal[
    "algorithm",
    "data_structure",
    "redundant_work",
    "batching",
    "vectorise",
    "laziness",
    "allocation",
    "native",
    "concurrency",
    "other",
]
Risk = Literal["low", "medium", "high"]

EVIDENCE_LINES = 40
"""Lines of evidence a model is shown: the first failing assertion fits, a raw log would drown it."""


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class HotFunction(_Record):
    """A hotspot with the whole source of its function, empty when its row of the table is enough."""

    hotspot: Hotspot
    source: str = ""
    language: str = "python"


class Excerpt(_Record):
    """Code that helps to understand the hot functions: a caller, a class around them, a file's outline."""

    title: str
    code: str
    language: str = "python"


class TriedIdea(_Record):
    """One line of the ledger of ideas: facts only.

    Attributes:
        target: `path:qualname`.
        verdict: what came of it, in the verdicts' words.
        detail: the measured speedup with its interval, or the failed check's reason.
    """

    title: str
    target: str
    verdict: str
    detail: str = ""


class Facts(_Record):
    """Everything known about the target that helps to plan and to edit.

    Attributes:
        workload: what is timed, in words, with the benchmark's code when short.
        measured: one or two sentences on how: metric, pairs, confidence.
        min_speedup: baseline time / candidate time from which a change counts.
        hot: hotspots, hottest first, with the sources of those that matter.
        context: further code.
        protected: one line a rule on what may not be edited.
        tests: the test command, empty when there is none.
        python: the target's Python version, empty when it is unknown.
        hints: what the catalogue of rewrites found, one line each.
        tried: earlier ideas of the run, oldest first.
    """

    workload: str
    measured: str
    min_speedup: float
    hot: tuple[HotFunction, ...]
    context: tuple[Excerpt, ...] = ()
    protected: tuple[str, ...] = ()
    tests: str = ""
    python: str = ""
    hints: tuple[str, ...] = ()
    tried: tuple[TriedIdea, ...] = ()


class Target(_Record):
    """Where an idea changes the code."""

    path: str = Field(min_length=1, description="file, relative to the repository's root")
    qualname: str = Field(description="dotted name of the function or class in it")


class IdeaDraft(_Record):
    """An idea as the model states it."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    title: str = Field(min_length=1, description="imperative, at most ten words")
    target: Target
    mechanism: Mechanism
    rationale: str = Field(min_length=1, description="what is slow, why, what replaces it, why results stay equal")
    expected_gain_share: float = Field(ge=0, le=1, description="share of the whole time saved, 0 to 1")
    risk: Risk = Field(description="that results differ or nothing is gained")

    @field_validator("expected_gain_share", mode="before")
    @classmethod
    def _as_share(cls, value: object) -> object:
        """A number above 1 is meant in percent."""
        return value / 100 if isinstance(value, int | float) and 1 < value <= 100 else value

    @field_validator("mechanism", "risk", mode="before")
    @classmethod
    def _as_listed(cls, value: object) -> object:
        """Words of the closed lists in any case, with spaces or hyphens."""
        return value.strip().lower().replace(" ", "_").replace("-", "_") if isinstance(value, str) else value


class Parent(_Record):
    """An earlier candidate that a new one is made of.

    Attributes:
        verdict: what came of it, in the verdicts' words.
        measured: its speedup, in words.
        diff: the change against the present baseline.
    """

    title: str
    verdict: str
    measured: str
    diff: str


class Feedback(_Record):
    """Why a candidate was not kept, as the editor is told.

    Attributes:
        stage: the check that failed, such as `tests` or `measure`.
        reason_code: the verdict or the reason in one word.
        numbers: what was measured, name to value with unit.
        evidence: the lines that matter most; all beyond the first 40 are cut.
        question: the one thing to think about.
    """

    stage: str
    reason_code: str
    numbers: Mapping[str, str] = {}
    evidence: str = ""
    question: str
