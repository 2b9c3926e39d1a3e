"""What a person is asked about an accepted patch, and what they may answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from pydantic import BaseModel, ConfigDict, model_validator

from perfagent.agent.state import Candidate, Verdict
from perfagent.tools.report import BenchmarkFigure, Check, TestCounts

Decision = Literal["accept", "reject", "hint"]


class Question(BaseModel):
    """An accepted patch with its evidence, before it lands.

    Attributes:
        title, description: what was changed, in the editor's words.
        origin: whose idea it was.
        diff: as a unified diff.
        speedup, interval: baseline time / candidate time with its 95 % interval.
    """

    model_config = ConfigDict(frozen=True)

    title: str
    description: str
    origin: str
    diff: str
    speedup: float | None
    interval: tuple[float, float] | None
    pairs: int
    benchmarks: tuple[BenchmarkFigure, ...]
    tests: TestCounts
    checks: tuple[Check, ...]

    @classmethod
    def of(cls, candidate: Candidate, verdict: Verdict, diff: str) -> Question:
        """The question about a candidate with its verdict."""
        return cls(
            title=candidate.title,
            description=candidate.description,
            origin=candidate.origin,
            diff=diff,
            speedup=verdict.speedup,
            interval=verdict.interval,
            pairs=verdict.pairs,
            benchmarks=verdict.benchmarks,
            tests=verdict.tests,
            checks=verdict.checks,
        )


class Answer(BaseModel):
    """A person's decision; a hint goes to the editor, which works on from the patch."""

    model_config = ConfigDict(frozen=True)

    decision: Decision
    hint: str = ""

    @model_validator(mode="after")
    def _hint_has_words(self) -> Answer:
        if (self.decision == "hint") != bool(self.hint.strip()):
            raise ValueError("a hint needs words, and nothing else takes them")
        return self


#: Asks a person and gives the answer; None when nobody is there to be asked.
Reviewer = Callable[[Question], Answer | None]
