"""What a leaderboard shows: prediction files beside each other, a line an instance, and their differences."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Literal

from pydantic import ConfigDict, Field

from perfagent.benchmarks.gso_swe_perf.metrics import InstanceScore, Overturned, Scores, Total
from perfagent.benchmarks.gso_swe_perf.records import Benchmark, Outcome, Protocol, Record

SCHEMA = "perfagent/leaderboard/1"


class Price(Record):
    """What it took to make a patch.

    Attributes:
        usd: of the models; None where a price is unknown.
        seconds: wall time.
        rollouts: runs of the agent, all of which are in the price.
    """

    usd: float | None = 0.0
    input_tokens: int = 0
    output_tokens: int = 0
    seconds: float = 0.0
    rollouts: int = 0

    @property
    def tokens(self) -> int:
        """Both ways."""
        return self.input_tokens + self.output_tokens

    @staticmethod
    def sum(prices: Iterable[Price]) -> Price:
        """All together; an unknown price makes the sum unknown."""
        every = list(prices)
        known = [each.usd for each in every if each.usd is not None]
        return Price(
            usd=math.fsum(known) if len(known) == len(every) else None,
            input_tokens=sum(each.input_tokens for each in every),
            output_tokens=sum(each.output_tokens for each in every),
            seconds=math.fsum(each.seconds for each in every),
            rollouts=sum(each.rollouts for each in every),
        )


class Judgement(Record):
    """What one protocol says of one patch, and what the saying took.

    Attributes:
        verdict: `solved`, `not solved`, or how the measurement ended when that decided.
        interval: 95 % bounds of the speedup, where the protocol gives them.
        executions: how often a workload was executed.
        seconds: wall time of the measurement.
    """

    score: InstanceScore
    verdict: str
    interval: tuple[float, float] | None = None
    executions: int = 0
    seconds: float = 0.0


class Line(Record):
    """One instance of one prediction file.

    Attributes:
        price: of the patch; None when it was not made here.
        overturned: the official verdict, by the paired protocol; None when both agree or one of them did not judge.
    """

    instance_id: str
    official: Judgement | None = None
    paired: Judgement | None = None
    overturned: Overturned | None = None
    price: Price | None = None

    @property
    def first(self) -> Judgement:
        """By the protocol that ranks: the official one where it was followed."""
        found = self.official or self.paired
        if found is None:
            raise ValueError(f"nothing was scored of {self.instance_id}")
        return found


class Entry(Record):
    """One prediction file in one evaluation.

    Attributes:
        name: whose patches; unique on the board.
        source: folder of the evaluation.
        totals: of every protocol that was followed, the benchmark's score first.
        lines: one an instance, in the data set's order.
    """

    name: str
    source: str
    totals: dict[Protocol, tuple[Total, ...]]
    lines: tuple[Line, ...]

    @property
    def protocol(self) -> Protocol:
        """The protocol that ranks."""
        return "official" if "official" in self.totals else "paired"

    @property
    def score(self) -> Total:
        """The benchmark's score by the protocol that ranks."""
        return self.totals[self.protocol][0]

    @property
    def price(self) -> Price | None:
        """Of all patches; None when none was made here."""
        prices = [line.price for line in self.lines if line.price is not None]
        return Price.sum(prices) if prices else None

    def judgements(self, protocol: Protocol) -> list[Judgement]:
        """What a protocol says, of the instances that it was followed on."""
        found = (line.official if protocol == "official" else line.paired for line in self.lines)
        return [each for each in found if each is not None]

    def overturned(self, direction: str) -> int:
        """Of how many instances the official verdict is overturned in a direction: `accepted` or `rejected`."""
        return sum(line.overturned is not None and line.overturned.direction == direction for line in self.lines)


class Difference(Record):
    """Two entries' scores on the instances that both have.

    Attributes:
        value: the first's score less the second's, in `unit`; for a ratio the first's by the second's.
        low, high: 95 % bounds by drawing instances, the same for both; None where that says nothing.
    """

    first: str
    second: str
    protocol: Protocol
    instances: int
    value: float
    low: float | None = None
    high: float | None = None
    unit: Literal["%", "x", "share"] = "%"


class Board(Record):
    """All entries, the best score first, and how they differ."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    schema_: str = Field(default=SCHEMA, alias="schema")
    benchmark: Benchmark
    entries: tuple[Entry, ...]
    differences: tuple[Difference, ...] = ()

    @property
    def instances(self) -> tuple[str, ...]:
        """Ids of all entries' instances, in the order of their first appearance."""
        return tuple(dict.fromkeys(line.instance_id for entry in self.entries for line in entry.lines))

    def to_json(self) -> str:
        """The document as text, by its published names."""
        return self.model_dump_json(by_alias=True, indent=2)


class Scored(Record):
    """What an entry is made of: one prediction file's scores and what was measured for them.

    Attributes:
        outcomes: of both protocols.
        prices: instance id -> what its patch took.
    """

    source: str
    scores: tuple[Scores, ...]
    outcomes: tuple[Outcome, ...] = ()
    prices: Mapping[str, Price] = Field(default_factory=dict)
