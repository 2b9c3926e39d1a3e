"""A prediction's score: one row an instance and the benchmark's totals, all computed from raw outcomes."""

from __future__ import annotations

import math
from typing import Annotated, Literal

from pydantic import Field, PlainSerializer

from perfagent.benchmarks.gso_swe_perf.records import Benchmark, Protocol, Record, Status


def _as_json(value: float) -> float | str:
    return value if math.isfinite(value) else {math.inf: "Infinity", -math.inf: "-Infinity"}.get(value, "NaN")


#: A speedup is infinite when a script prints 0.000000 s; JSON has no such number, so it is a word there, and read back.
Figure = Annotated[float, PlainSerializer(_as_json, when_used="json")]


class InstanceScore(Record):
    """What one prediction came to on one instance.

    Attributes:
        status: of the measurement; `missing` when the instance has no outcome.
        applied: the patch applied and the code still ran.
        correct: and every check of the protocol passed.
        solved: the benchmark's own yes or no where it has one (GSO: matches the expert), else ours of the same kind
            (SWE-Perf: a proven saving; SWE-fficiency: correct, and at least 0.95 of the expert's speedup).
        value: what the benchmark's score averages: GSO 0 or 1, SWE-Perf the proven saving in 0..1 (0 when incorrect),
            SWE-fficiency the speedup ratio SR.
        speedup: base time / patch time; None when there are no timings.
        expert_speedup: base time / expert's time; None when unknown.
        ratio: expert's time / patch time: GSO the harmonic mean over tests, SWE-fficiency SR; None when unknown.
        efficiency: ENAMEL's, for eff@k: 1 at the expert's time, 0 from twice it on or when incorrect; None: unknown.
        flagged: our guard found that the patch plays the benchmark.
        detail: one line: why it is not solved.
        figures: the benchmark's other published figures by their published names; None where one is undefined.
    """

    instance_id: str
    status: Status | Literal["missing"]
    applied: bool = False
    correct: bool = False
    solved: bool = False
    value: Figure = 0.0
    speedup: Figure | None = None
    expert_speedup: Figure | None = None
    ratio: Figure | None = None
    efficiency: Figure | None = None
    flagged: bool = False
    detail: str = ""
    figures: dict[str, Figure | None] = Field(default_factory=dict)


class Total(Record):
    """One figure over all instances.

    Attributes:
        name: as in `Scores.totals`.
        value: in `unit`.
        low, high: bounds of the bootstrap interval over instances, at 95 %; None where it says nothing.
        unit: `%`, `x` (a ratio) or `share` (0..1).
        tells: one line for a reader.
    """

    name: str
    value: Figure
    low: Figure | None = None
    high: Figure | None = None
    unit: Literal["%", "x", "share"] = "%"
    tells: str = ""


class Scores(Record):
    """A prediction file's score on a benchmark.

    Attributes:
        subject: whose patches: `model_name_or_path`, `gold` or `empty`.
        rows: one an instance, in the data set's order.
        totals: the score first; by their names below.
    """

    benchmark: Benchmark
    protocol: Protocol
    subject: str
    rows: tuple[InstanceScore, ...]
    totals: tuple[Total, ...]

    @property
    def score(self) -> Total:
        """The benchmark's own score: GSO Opt@1 (%), SWE-Perf performance (%), SWE-fficiency the harmonic mean (x)."""
        return self.totals[0]

    def total(self, name: str) -> Total:
        """A total by its name.

        Raises:
            KeyError: there is none of that name.
        """
        for each in self.totals:
            if each.name == name:
                return each
        raise KeyError(name)
