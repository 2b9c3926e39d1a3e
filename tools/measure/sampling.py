"""Runs in pairs and rounds: every side anew in each, order by coin, one hash seed for all sides of a round.

Never all of one side and then all of the other: blocked order alone lets the same statistic accept identical
code in up to a quarter of the comparisons on a busy machine. What was drawn depends on the seed and the index
only, so a run that was killed goes on with the pair it stopped at.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from perfagent.tools.errors import MeasurementError
from perfagent.tools.measure.records import Pair, Reading, RunFailed, RunResult

MAX_HASH_SEED = 2**32 - 1

Run = Callable[[Sequence[str], int], Mapping[str, RunResult]]
"""`run(order, hash_seed)`: run every side once, in that order, and read every benchmark.

Nothing may be kept from one call to the next: the round is the unit, and what its sides share (the hash seed, an
interpreter they are forked from) must not outlive it.
"""

PairsById = Mapping[str, Pair]
"""One pair for each benchmark id, all from the same round."""


def one_by_one(read: Callable[[str, int], RunResult]) -> Run:
    """The run that calls `read(side, hash_seed)`, which starts a fresh process, for one side after the other."""

    def run(order: Sequence[str], hash_seed: int) -> dict[str, RunResult]:
        return {side: read(side, hash_seed) for side in order}

    return run


@dataclass(frozen=True, slots=True)
class Round:
    """One run of every side.

    Attributes:
        index: 0-based.
        hash_seed: PYTHONHASHSEED shared by all sides.
        order: the sides in the order they ran.
        results: what each side gave.
    """

    index: int
    hash_seed: int
    order: tuple[str, ...]
    results: Mapping[str, RunResult]


class RoundSampler:
    """Measures several commits side by side, once each a round in an order drawn anew.

    In a uniformly random order any two sides are exchangeable, so any two of them make valid pairs.

    Args:
        run: measures the sides of one round.
        sides: names of the commits; the first one is the baseline and must not fail.
        seed: of the orders and hash seeds.

    Raises:
        ValueError: two sides have the same name.
    """

    def __init__(self, run: Run, sides: Sequence[str], seed: int) -> None:
        if len(set(sides)) < len(sides):
            raise ValueError(f"two sides have the same name: {', '.join(sides)}")
        self.sides = tuple(sides)
        self.seed = seed
        self._run = run

    def round(self, index: int, sides: Sequence[str] | None = None) -> Round:
        """Measure round `index`, of all sides or those given (the baseline among them).

        Raises:
            MeasurementError: the baseline failed.
        """
        # A hash seed of 0 would turn randomisation off, which the sides may treat specially.
        rng = random.Random(f"{self.seed}:{index}")
        hash_seed = rng.randint(1, MAX_HASH_SEED)
        order = list(self.sides if sides is None else sides)
        rng.shuffle(order)
        results = self._run(tuple(order), hash_seed)
        require_baseline(results[self.sides[0]])
        return Round(index, hash_seed, tuple(order), results)

    def rounds(self, count: int) -> Iterator[Round]:
        """Rounds 0 to count - 1.

        Raises:
            MeasurementError: the baseline failed.
        """
        return (self.round(index) for index in range(count))


class PairSampler:
    """Measures a baseline and a candidate in pairs.

    Args:
        run: measures the sides "baseline" and "candidate" in one round.
        seed: of the coins and hash seeds.
        on_pair: called after every pair with its index and its pairs by benchmark.
    """

    def __init__(self, run: Run, seed: int, on_pair: Callable[[int, PairsById], None] | None = None) -> None:
        self.seed = seed
        self._rounds = RoundSampler(run, ("baseline", "candidate"), seed)
        self._on_pair = on_pair

    def pair(self, index: int) -> PairsById | RunFailed:
        """Measure pair `index`; RunFailed when the candidate fails or loses a benchmark.

        Raises:
            MeasurementError: the baseline failed.
        """
        pairs = pair_up(self._rounds.round(index), "baseline", "candidate")
        if self._on_pair is not None and not isinstance(pairs, RunFailed):
            self._on_pair(index, pairs)
        return pairs

    def pairs(self, start: int = 0) -> Iterator[PairsById | RunFailed]:
        """Pairs from number `start` on, until the candidate fails or the caller stops.

        Raises:
            MeasurementError: the baseline failed.
        """
        index = start
        while True:
            pairs = self.pair(index)
            yield pairs
            if isinstance(pairs, RunFailed):
                return
            index += 1


def pair_up(measured: Round, baseline: str, candidate: str) -> PairsById | RunFailed:
    """One pair a benchmark out of two sides of a round; RunFailed if the candidate failed or lost any.

    Raises:
        MeasurementError: the baseline failed.
    """
    before = require_baseline(measured.results[baseline])
    after = measured.results[candidate]
    if isinstance(after, RunFailed):
        return after
    if lost := sorted(before.keys() - after.keys()):
        return RunFailed(f"lost {'benchmark' if len(lost) == 1 else 'benchmarks'} {', '.join(lost)}")
    first = measured.order.index(baseline) < measured.order.index(candidate)
    return {
        name: Pair(measured.index, measured.hash_seed, first, reading, after[name]) for name, reading in before.items()
    }


def require_baseline(result: RunResult) -> Mapping[str, Reading]:
    """The baseline's readings.

    Raises:
        MeasurementError: it failed, which says nothing about any candidate.
    """
    if isinstance(result, RunFailed):
        raise MeasurementError(f"the baseline failed while measured: {result.detail}", code="PA502")
    return result
