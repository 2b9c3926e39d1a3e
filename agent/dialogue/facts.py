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
    """A hotspot with the whole source of its function, empty when its row of the table is enough.

    Attributes:
        note: what else was measured of it, in one line: time a call, repeated arguments, sizes.
        lines: its dearest lines, as a table; empty when they are not known.
    """

    hotspot: Hotspot
    source: str = ""
    language: str = "python"
    note: str = ""
    lines: str = ""


class Excerpt(_Record):
    """Code that helps to understand the hot functions: a caller, a class around them, a file's outline."""

    title: str
    code: str
    language: str = "python"


class PatternHint(_Record):
    """A pattern of the catalogue that fits the hot code.

    Attributes:
        text: how it looks, what replaces it, when not, what to check.
        reasons: where it was seen, one line each.
    """

    id: str
    category: str
    text: str
    reasons: tuple[str, ...]


class Example(_Record):
    """An edit of an earlier run that was proved faster, on code that is like the hot function.

    Attributes:
        like: the hot function it resembles, `path:qualname`.
        where: what it changed, in words.
        measured: its speedup with the interval.
        diff: the beginning of it.
    """

    like: str
    title: str
    where: str
    measured: str
    rationale: str = ""
    diff: str


class Attempt(_Record):
    """One failed attempt at an idea, for a fresh start.

    Attributes:
        ratio: measured speedup such as `1.01x`; empty when nothing was measured.
        reason: one line.
    """

    title: str
    verdict: str
    ratio: str = ""
    reason: str = ""


class Parent(_Record):
    """A candidate with its figures, for a better one to be made of it.

    Attributes:
        measured: speedup with its interval, in words.
        detail: what was said of it; may be empty.
    """

    title: str
    verdict: str
    measured: str
    diff: str
    detail: str = ""


class TriedIdea(_Record):
    """One line of the ledger of ideas: facts only.

    Attributes:
        target: `path:qualname`; empty for anywhere.
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
        patterns: of the catalogue of patterns, those that fit.
        examples: accepted edits of earlier runs.
        focus: functions that are to become faster, `path:name`; empty where the workload says it all.
        left_out: one line on what did not fit into the budget; empty when everything did.
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
    patterns: tuple[PatternHint, ...] = ()
    examples: tuple[Example, ...] = ()
    focus: tuple[str, ...] = ()
    left_out: str = ""

    def bounded(self, idea: IdeaDraft) -> IdeaDraft:
        """The idea with its gain cut to the share of its target: no change saves more time than it touches."""
        place = (idea.target.path, idea.target.qualname)
        shares = [hot.hotspot.cumulative_share for hot in self.hot if (hot.hotspot.path, hot.hotspot.qualname) == place]
        return idea.model_copy(update={"expected_gain_share": min([idea.expected_gain_share, *shares])})


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
    how_to_check: str = Field(default="", description="one line: the figure that would show the idea to be wrong")

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
