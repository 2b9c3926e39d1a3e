"""Simulated run times with the statistics recorded on a busy two-core machine.

A log cost is the sum of a slow drift (first-order autoregressive), a part of its own for each process, and in
one process of twenty a burst that makes it 1.1 to 1.6 times slower. The size of the second part follows from
the robust sd of a pair's log ratio, the size of the drift from the lag-1 autocorrelation of log run times.
"""

from __future__ import annotations

import math
import random
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Protocol

DRIFT_MEMORY = 0.98
"""Correlation of the drift between neighbouring runs: it was still strong ten runs later."""

BURST_SHARE = 0.05
BURST_RANGE = (1.1, 1.6)

WITHIN_PROCESS_SD = 0.009
"""Robust sd of repeated values inside one process, CPU clock: far below that between processes."""

TYPICAL_S = 0.07


@dataclass(frozen=True, slots=True)
class Stream:
    """One recorded series of runs of identical code.

    Attributes:
        name: workload and clock.
        pair_sd: robust sd of a pair's log ratio.
        autocorrelation: of log run times at lag 1, bursts apart.
    """

    name: str
    pair_sd: float
    autocorrelation: float

    @property
    def own_sd(self) -> float:
        """Sd of the part of a log cost that belongs to one process."""
        return self.pair_sd / math.sqrt(2)

    @property
    def drift_sd(self) -> float:
        """Sd of the slow part."""
        ratio = self.autocorrelation / (DRIFT_MEMORY - self.autocorrelation)
        return self.own_sd * math.sqrt(ratio)

    def machine(self, speedup: float, seed: str) -> Machine:
        """A simulated machine with this noise."""
        return SimulatedMachine(self, speedup, seed)


CPU_STREAMS = (
    Stream("pure Python, cpu", 0.048, 0.25),
    Stream("allocation, cpu", 0.031, 0.58),
    Stream("numpy, cpu", 0.024, 0.51),
    Stream("imports, cpu", 0.030, 0.55),
)
WALL_STREAMS = (
    Stream("pure Python, wall", 0.050, 0.33),
    Stream("allocation, wall", 0.061, 0.78),
    Stream("numpy, wall", 0.064, 0.87),
    Stream("imports, wall", 0.083, 0.83),
    Stream("long pure Python, wall", 0.129, 0.70),
)


class Machine(ABC):
    """Runs processes one after the other, of a baseline and of a candidate that is truly so much faster.

    Args:
        speedup: true baseline cost / candidate cost.
    """

    def __init__(self, speedup: float) -> None:
        self.speedup = speedup
        self.processes = 0

    def baseline(self) -> float:
        """Seconds one process of the baseline takes."""
        return self.baseline_values(1)[0]

    def candidate(self) -> float:
        """Seconds one process of the candidate takes."""
        return self.candidate_values(1)[0]

    def baseline_values(self, count: int) -> list[float]:
        """Seconds of `count` repetitions inside one process of the baseline."""
        self.processes += 1
        return self.process(count)

    def candidate_values(self, count: int) -> list[float]:
        """Seconds of `count` repetitions inside one process of the candidate."""
        return [value / self.speedup for value in self.baseline_values(count)]

    @abstractmethod
    def process(self, count: int) -> list[float]:
        """Seconds of `count` repetitions inside the next process; of the whole process when `count` is 1."""


class Source(Protocol):
    """Where a comparison's run times come from: a simulated stream or a recording."""

    @property
    def name(self) -> str:
        """Workload and clock."""

    def machine(self, speedup: float, seed: str) -> Machine:
        """A machine of its own for each comparison; the same again for the same seed."""


class SimulatedMachine(Machine):
    """Draws run times with a stream's statistics.

    Args:
        stream: its noise.
        speedup: true baseline cost / candidate cost.
        seed: of the noise.
    """

    def __init__(self, stream: Stream, speedup: float, seed: str) -> None:
        super().__init__(speedup)
        self.stream = stream
        self._rng = random.Random(seed)
        self._drift = self._rng.gauss(0, stream.drift_sd)

    def process(self, count: int) -> list[float]:
        """Values around one level, which belongs to the process."""
        level = self._level()
        if count == 1:
            return [level]
        return [level * math.exp(self._rng.gauss(0, WITHIN_PROCESS_SD)) for _ in range(count)]

    def _level(self) -> float:
        innovation = self.stream.drift_sd * math.sqrt(1 - DRIFT_MEMORY**2)
        self._drift = DRIFT_MEMORY * self._drift + self._rng.gauss(0, innovation)
        burst = self._rng.uniform(*BURST_RANGE) if self._rng.random() < BURST_SHARE else 1.0
        return TYPICAL_S * math.exp(self._drift + self._rng.gauss(0, self.stream.own_sd)) * burst
