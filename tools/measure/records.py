"""What was measured, and what follows from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict

from perfagent.tools.errors import MeasurementError

MetricName = Literal["cpu", "wall", "adjusted", "memory"]
"""`adjusted` is wall time minus the time spent runnable but waiting for a core."""

METRIC_WORDS = {
    "cpu": "CPU time",
    "wall": "wall time",
    "adjusted": "wall time without scheduler wait",
    "memory": "peak memory",
    "mixed": "several metrics",
}

Side = Literal["baseline", "candidate"]

DecisionVerdict = Literal["faster", "not_faster", "inconclusive", "undecided"]


@dataclass(frozen=True, slots=True)
class Reading:
    """One benchmark in one fresh process.

    Attributes:
        wall_s, cpu_s, run_delay_s: seconds for one execution of the body: wall clock, user and system time of
            all threads, and waiting for a core while runnable.
        voluntary_switches: context switches by waiting, over the whole process.
        peak_rss_bytes: largest resident set of the process, bytes.
        loops: executions of the body the times were averaged over; the same on both sides of a comparison.
    """

    wall_s: float
    cpu_s: float
    run_delay_s: float
    voluntary_switches: int
    peak_rss_bytes: int
    loops: int = 1

    @property
    def adjusted_s(self) -> float:
        """Wall seconds minus run-queue delay; never below the CPU time one thread can have used."""
        return max(self.wall_s - self.run_delay_s, min(self.wall_s, self.cpu_s))

    def value(self, metric: MetricName) -> float:
        """The cost in the metric's unit: seconds, or bytes for `memory`.

        Raises:
            MeasurementError: the cost is not above zero, so it has no ratio to anything.
        """
        match metric:
            case "cpu":
                value = self.cpu_s
            case "wall":
                value = self.wall_s
            case "adjusted":
                value = self.adjusted_s
            case "memory":
                value = float(self.peak_rss_bytes)
        if value <= 0:
            raise MeasurementError(
                f"a run took no measurable {metric} cost", "repeat the body more often", code="PA503"
            )
        return value


@dataclass(frozen=True, slots=True)
class Pair:
    """One run of each side, close in time, in an order drawn by a coin.

    Attributes:
        index: 0-based position in its series.
        seed: PYTHONHASHSEED shared by the two runs.
        baseline_first: what the coin said.
    """

    index: int
    seed: int
    baseline_first: bool
    baseline: Reading
    candidate: Reading


@dataclass(frozen=True, slots=True)
class RunFailed:
    """A run that crashed, timed out, gave a wrong result or lost a benchmark; `detail` says which."""

    detail: str


RunResult = Mapping[str, Reading] | RunFailed
"""What one process says: a reading for each benchmark id, or why there is none."""


class Estimate(BaseModel):
    """A speedup with its interval.

    Attributes:
        speedup: baseline cost / candidate cost, above 1 when the candidate is better.
        low, high: ends of the interval, same unit.
        confidence: two-sided confidence of the interval, 0..1.
        pairs: number of pairs it rests on.
        metric: what was compared; `mixed` for a mean over benchmarks with different metrics.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    speedup: float
    low: float
    high: float
    confidence: float
    pairs: int
    metric: MetricName | Literal["mixed"]

    def __str__(self) -> str:
        interval = f"{self.confidence:.0%} CI {self.low:.2f}–{self.high:.2f}"
        return f"{self.speedup:.2f}× ({interval}, {self.pairs} pairs, {METRIC_WORDS[self.metric]})"


class Decision(BaseModel):
    """What a sequential test says so far.

    Attributes:
        verdict: `undecided` until the test has stopped.
        reason: one sentence for a reader.
        pairs: number of pairs seen.
        look: number of looks taken.
        p_value: smallest total alpha at which the test would have accepted so far; valid whenever it is read.
        log_speedup: the statistic S at the last look, log units; 0 before the first.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    verdict: DecisionVerdict
    reason: str
    pairs: int
    look: int
    p_value: float
    log_speedup: float

    @property
    def final(self) -> bool:
        """Whether the test has stopped."""
        return self.verdict != "undecided"
