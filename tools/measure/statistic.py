"""The fastest-half statistic and its label-swap p-value.

The statistic is S = mean of the h smallest log costs of the baseline - the same of the candidate, h =
ceil(n/2): noise only ever adds time, so the fast half says most about the code. Under "no difference" the two
labels inside a pair are exchangeable, because a coin chose the order of the runs; S is therefore compared
with its own values under random swaps of the labels inside pairs (Fisher's randomisation test; Edgington &
Onghena, Randomization Tests, 4th ed., 2007). That is exact for any noise: drift, bursts, heavy tails,
dependence between pairs.

"The speedup is at most exp(m)" is tested by first adding m to the candidate's log costs. With the swaps held
fixed the p-value never decreases in m: S(m) falls by m, whereas a swapped statistic changes by m times (share
of shifted values in its first half - share in its second), which lies between -m and m. So a bound is a
quantile, found by bisection.

Logs are kept as integers of 2^-40, so that sums do not depend on their order and ties are ties. Swaps are
evaluated side by side, a 64-bit field each, in Python's big integers: six times faster than a loop, and
needing no package.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from statistics import fmean

from perfagent.tools.errors import MeasurementError
from perfagent.tools.measure.constants import (
    ENOUGH_EXCEEDANCES,
    SWAPS,
    SWAPS_PER_LEVEL,
)
from perfagent.tools.measure.records import MetricName, Pair

UNIT = 2.0**-40
"""One unit of the integer logs, in log units."""

BATCH_BITS = 10
"""Swaps evaluated side by side, as a power of two: integers of 8 kB stay in the first cache level."""

FIELD_BYTES = 8
TOP_BIT = 8 * FIELD_BYTES - 1
LOW_BIT = bytes(byte & 1 for byte in range(256))


@dataclass(frozen=True, slots=True)
class LogCosts:
    """Log costs of the two sides in pairs, as integers of 2^-40; equal lengths."""

    baseline: tuple[int, ...]
    candidate: tuple[int, ...]

    @classmethod
    def of(cls, pairs: Sequence[Pair], metric: MetricName) -> LogCosts:
        """The costs of `pairs` in one metric.

        Raises:
            MeasurementError: a cost is not above zero.
        """
        return cls(
            tuple(fixed_point(math.log(pair.baseline.value(metric))) for pair in pairs),
            tuple(fixed_point(math.log(pair.candidate.value(metric))) for pair in pairs),
        )

    def shifted(self, log_speedup: float) -> LogCosts:
        """The same with the candidate made slower by `log_speedup`."""
        step = fixed_point(log_speedup)
        return LogCosts(self.baseline, tuple(cost + step for cost in self.candidate))

    def reversed(self) -> LogCosts:
        """The same with the labels exchanged."""
        return LogCosts(self.candidate, self.baseline)

    @property
    def half(self) -> int:
        """How many runs make up the fastest half."""
        return (len(self.baseline) + 1) // 2

    @property
    def spread(self) -> int:
        """Largest minus smallest log cost in units of 2^-40."""
        runs = self.baseline + self.candidate
        return max(runs) - min(runs)

    @property
    def half_sum(self) -> int:
        """h times S in units of 2^-40."""
        return sum(sorted(self.baseline)[: self.half]) - sum(sorted(self.candidate)[: self.half])

    @property
    def fastest_half_means(self) -> tuple[float, float]:
        """Mean log cost of the fastest half of baseline and candidate, in units of 2^-40."""
        return fmean(sorted(self.baseline)[: self.half]), fmean(sorted(self.candidate)[: self.half])


def fixed_point(log_cost: float) -> int:
    """A log cost as an integer of 2^-40."""
    return round(log_cost / UNIT)


def log_speedup(costs: LogCosts) -> float:
    """S: the log of the speedup between the fastest halves."""
    return costs.half_sum * UNIT / costs.half


@dataclass(frozen=True, slots=True)
class Swaps:
    """Label swaps, one in each 64-bit field of a big integer.

    Attributes:
        count: number of fields.
        ones: 1 in every field.
        kept: for each pair, 1 in the fields whose swap keeps that pair's labels, 0 where it exchanges them.
    """

    count: int
    ones: int
    kept: tuple[int, ...]


def every_swap(pairs: int) -> Iterator[Swaps]:
    """All 2^pairs swaps, the identity among them, in batches of at most 2^BATCH_BITS."""
    inner = min(pairs, BATCH_BITS)
    count = 2**inner
    ones = _spread(b"\1" * count)
    fields = tuple(_alternating(2**pair, count) for pair in range(inner))
    for outer in product((ones, 0), repeat=pairs - inner):
        yield Swaps(count, ones, (*fields, *outer))


def _alternating(run: int, count: int) -> int:
    """`run` fields with 1, `run` fields with 0, and so on."""
    return _spread((b"\1" * run + b"\0" * run) * (count // (2 * run)))


def random_swaps(pairs: int, count: int, rng: random.Random) -> Iterator[Swaps]:
    """`count` swaps in batches, every label of every pair by a coin of its own."""
    for start in range(0, count, 2**BATCH_BITS):
        size = min(2**BATCH_BITS, count - start)
        kept = tuple(_spread(rng.randbytes(size).translate(LOW_BIT)) for _ in range(pairs))
        yield Swaps(size, _spread(b"\1" * size), kept)


def _spread(values: bytes) -> int:
    """One byte into each field."""
    fields = bytearray(FIELD_BYTES * len(values))
    fields[::FIELD_BYTES] = values
    return int.from_bytes(fields, "little")


def swapped_sums(costs: LogCosts, swaps: Swaps) -> tuple[int, int]:
    """h times S under every swap, a field each, and the constant that was added to keep the fields positive.

    Walks all runs from the cheapest on; in each field a run counts for the side it is swapped to until that
    side has its h runs. A field holds at most 2 h times the spread of the logs.
    """
    half, ones = costs.half, swaps.ones
    runs = sorted([(cost, pair, True) for pair, cost in enumerate(costs.baseline)]
                  + [(cost, pair, False) for pair, cost in enumerate(costs.candidate)])  # fmt: skip
    lowest, highest = runs[0][0], runs[-1][0]
    bits = half.bit_length()
    # Counters start so that bit number `bits` turns on exactly when the h-th run of a side has been passed.
    first_count = second_count = (2**bits - 1 - half) * ones
    sums = 0
    for seen, (cost, pair, is_baseline) in enumerate(runs):
        # Both sides can be full only after 2 h runs, and mostly are long before the last one.
        if seen >= 2 * half and (first_count >> bits) & (second_count >> bits) & ones == ones:
            break
        first = swaps.kept[pair] if is_baseline else swaps.kept[pair] ^ ones
        second = first ^ ones
        first_count += first
        second_count += second
        sums += (cost - lowest) * (first & ((first_count >> bits) ^ ones))
        sums += (highest - cost) * (second & ((second_count >> bits) ^ ones))
    return sums, half * (highest - lowest)


def exceedances(series: Sequence[LogCosts], swaps: Swaps) -> int:
    """1 in every field whose swapped S, summed over the series, is at least the observed one.

    Several series (benchmarks measured in the same processes) are swapped together, as their runs share
    conditions.

    Raises:
        MeasurementError: costs lie so far apart that the fields would overflow.
    """
    total, observed = 0, 0
    for costs in series:
        sums, offset = swapped_sums(costs, swaps)
        total += sums
        observed += costs.half_sum + offset
    if sum(2 * costs.half * costs.spread for costs in series) >= 1 << TOP_BIT:
        raise MeasurementError("costs lie too many orders of magnitude apart to compare")
    return (total + ((1 << TOP_BIT) - observed) * swaps.ones) >> TOP_BIT & swaps.ones


def p_value(costs: LogCosts, margin: float, smallest_level: float, seed: str) -> float:
    """One-sided p-value of "the log speedup is at most `margin`".

    All swaps are enumerated when they are no more than would be drawn. Otherwise they are drawn until
    ENOUGH_EXCEEDANCES of them reach the observed value; p = exceedances / draws then,
    (1 + exceedances) / (1 + draws) at the full number; both are valid p-values for any number of draws
    (Besag & Clifford, Biometrika 78, 1991).

    Args:
        margin: log units.
        smallest_level: level the p-value will be held against; decides how many swaps are drawn.
        seed: of the draws.
    """
    pairs = len(costs.baseline)
    moved = costs.shifted(margin)
    limit = max(SWAPS, math.ceil(SWAPS_PER_LEVEL / smallest_level))
    if 2**pairs <= limit:
        return sum(exceedances([moved], swaps).bit_count() for swaps in every_swap(pairs)) / (1 << pairs)
    return _drawn_p_value(moved, random_swaps(pairs, limit, random.Random(seed)))


def _drawn_p_value(costs: LogCosts, batches: Iterable[Swaps]) -> float:
    drawn = found = 0
    for swaps in batches:
        hits = exceedances([costs], swaps)
        if found + hits.bit_count() >= ENOUGH_EXCEEDANCES:
            return ENOUGH_EXCEEDANCES / (drawn + _position(hits, ENOUGH_EXCEEDANCES - found))
        found += hits.bit_count()
        drawn += swaps.count
    return (1 + found) / (1 + drawn)


def _position(hits: int, nth: int) -> int:
    """The 1-based number of the field that holds the nth 1."""
    for _ in range(nth - 1):
        hits &= hits - 1
    return (hits & -hits).bit_length() // (8 * FIELD_BYTES) + 1
