"""Scores become entries, entries a board: ranked, and compared two by two on the same drawn instances."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import combinations
from pathlib import PurePath
from statistics import fmean

from perfagent.benchmarks.gso_swe_perf.leaderboard.records import (
    Board,
    Difference,
    Entry,
    Judgement,
    Line,
    Scored,
)
from perfagent.benchmarks.gso_swe_perf.metrics import InstanceScore, Scores, bootstrap, overturned
from perfagent.benchmarks.gso_swe_perf.records import Benchmark, Outcome, PairedFigures

#: Two entries' values on one instance.
Pair = tuple[float, float]


def rank(benchmark: Benchmark, scored: Sequence[Scored]) -> Board:
    """The board: by score, then by name; entries of one name are told apart by their folders."""
    entries = [_entry(name, each) for name, each in zip(_names(scored), scored, strict=True)]
    entries.sort(key=lambda entry: (entry.protocol, -entry.score.value, entry.name))
    differences = (difference(benchmark, *two) for two in combinations(entries, 2))
    return Board(benchmark=benchmark, entries=tuple(entries), differences=tuple(filter(None, differences)))


def difference(benchmark: Benchmark, first: Entry, second: Entry) -> Difference | None:
    """How two entries' scores differ on the instances that both have; None when no protocol judged both on any.

    The instances are drawn in pairs: what makes one of them easy or hard is in both scores and leaves their difference.
    """
    if first.protocol != second.protocol:
        return None
    others = {line.instance_id: line.first.score.value for line in second.lines}
    pairs = [(line.first.score.value, others[line.instance_id]) for line in first.lines if line.instance_id in others]
    if not pairs:
        return None
    if benchmark == "swefficiency":
        pairs = [(_inverse(one), _inverse(other)) for one, other in pairs]
    compare = _by_ratio if benchmark == "swefficiency" else _by_percent
    bounds = bootstrap(pairs, compare) or (None, None)
    return Difference(
        first=first.name,
        second=second.name,
        protocol=first.protocol,
        instances=len(pairs),
        value=compare(pairs),
        low=bounds[0],
        high=bounds[1],
        unit="x" if benchmark == "swefficiency" else "%",
    )


def _by_percent(pairs: Sequence[Pair]) -> float:
    """GSO and SWE-Perf average the instances' values."""
    return 100 * fmean(first - second for first, second in pairs)


def _by_ratio(inverses: Sequence[Pair]) -> float:
    """SWE-fficiency takes the harmonic mean, whose size says nothing without the other's: n / sum(1 / value) by it."""
    first, second = sum(pair[0] for pair in inverses), sum(pair[1] for pair in inverses)
    if math.isinf(first):
        return 1.0 if math.isinf(second) else 0.0
    return second / first


def _inverse(value: float) -> float:
    """A value of 0 makes the harmonic mean 0."""
    return 1 / value if value > 0 else math.inf


def _names(scored: Sequence[Scored]) -> list[str]:
    """Subjects; where two are called the same, with their folders."""
    subjects = [_of_one_subject(each.scores) for each in scored]
    named = [f"{subject} ({PurePath(each.source).name})" for subject, each in zip(subjects, scored, strict=True)]
    whole = [f"{subject} ({each.source})" for subject, each in zip(subjects, scored, strict=True)]
    return [
        subject if subjects.count(subject) == 1 else short if named.count(short) == 1 else long
        for subject, short, long in zip(subjects, named, whole, strict=True)
    ]


def _of_one_subject(scores: Sequence[Scores]) -> str:
    (subject,) = {each.subject for each in scores}
    return subject


def _entry(name: str, scored: Scored) -> Entry:
    by_protocol = {each.protocol: each for each in scored.scores}
    official, paired = (by_protocol.get(protocol) for protocol in ("official", "paired"))
    both = overturned(official, paired) if official and paired else []
    fields: dict[str, dict[str, object]] = {row.instance_id: {} for each in scored.scores for row in each.rows}
    for each in both:
        fields[each.instance_id]["overturned"] = each
    outcomes = {(each.protocol, each.instance_id): each for each in scored.outcomes}
    for protocol, scores in by_protocol.items():
        for row in scores.rows:
            fields[row.instance_id][protocol] = _judgement(row, outcomes.get((protocol, row.instance_id)))
    lines = tuple(
        Line.model_validate({"instance_id": id_, "price": scored.prices.get(id_), **known})
        for id_, known in fields.items()
    )
    return Entry(name=name, source=scored.source, totals={k: v.totals for k, v in by_protocol.items()}, lines=lines)


def _judgement(score: InstanceScore, outcome: Outcome | None) -> Judgement:
    paired = outcome.paired if outcome else None
    return Judgement(
        score=score,
        verdict=_verdict(score, paired),
        interval=paired.interval if paired else None,
        executions=outcome.executions if outcome else 0,
        seconds=outcome.seconds if outcome else 0.0,
    )


def _verdict(score: InstanceScore, paired: PairedFigures | None) -> str:
    """In words: what the benchmark asks first, then what stood in the way."""
    if score.solved:
        return "solved"
    if score.status != "graded":
        return score.status.replace("_", " ")
    return "not solved" if paired is None else paired.verdict.replace("_", " ")
