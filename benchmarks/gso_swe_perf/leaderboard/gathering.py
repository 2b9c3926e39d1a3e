"""From what an evaluation measured to what a board is made of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from perfagent.benchmarks.gso_swe_perf.evaluation.request import Generating
from perfagent.benchmarks.gso_swe_perf.instances import Instance
from perfagent.benchmarks.gso_swe_perf.leaderboard.records import Price, Scored
from perfagent.benchmarks.gso_swe_perf.metrics import Scores, flagged, score
from perfagent.benchmarks.gso_swe_perf.records import Benchmark, Outcome, Protocol, Rollout

PROTOCOLS: tuple[Protocol, ...] = ("official", "paired")


def gather(
    benchmark: Benchmark,
    instances: Sequence[Instance],
    outcomes: Iterable[Outcome],
    prices: Mapping[str, Mapping[str, Price]],
    source: str,
) -> list[Scored]:
    """Every subject that was measured, scored by the protocols that were followed, in the order of their outcomes.

    Args:
        instances: all that count.
        prices: subject -> instance id -> what its patch took; without the subjects that were not made here.
        source: folder of the evaluation, as it is to be shown.
    """
    by_subject: dict[str, list[Outcome]] = {}
    found = list(outcomes)
    for outcome in found:
        by_subject.setdefault(outcome.subject, []).append(outcome)
    return [
        Scored(
            source=source,
            scores=_scores(benchmark, instances, found, subject),
            outcomes=tuple(own),
            prices=prices.get(subject, {}),
        )
        for subject, own in by_subject.items()
    ]


def prices(rollouts: Sequence[Rollout], asked: Generating) -> dict[str, dict[str, Price]]:
    """Subject -> instance id -> what its patch took; the best of several rollouts took what all of them did."""
    best = asked.best_subject if asked.best_of else ""
    found: dict[str, dict[str, list[Price]]] = {}
    for each in rollouts:
        price = Price(
            usd=each.usd,
            input_tokens=each.input_tokens,
            output_tokens=each.output_tokens,
            seconds=each.seconds,
            rollouts=1,
        )
        for subject in filter(None, (asked.subject(each.rollout), best)):
            found.setdefault(subject, {}).setdefault(each.instance_id, []).append(price)
    return {subject: {name: Price.sum(some) for name, some in of.items()} for subject, of in found.items()}


def _scores(
    benchmark: Benchmark, instances: Sequence[Instance], outcomes: Sequence[Outcome], subject: str
) -> tuple[Scores, ...]:
    followed = {each.protocol for each in outcomes if each.subject == subject}
    played = flagged(outcomes, subject)
    return tuple(
        score(benchmark, instances, outcomes, subject, protocol, played)
        for protocol in PROTOCOLS
        if protocol in followed
    )
