"""From what an evaluation measured to what a board is made of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from perfagent.benchmarks.gso_swe_perf.instances import Instance
from perfagent.benchmarks.gso_swe_perf.leaderboard.records import Price, Scored
from perfagent.benchmarks.gso_swe_perf.metrics import Scores, score
from perfagent.benchmarks.gso_swe_perf.records import Benchmark, Outcome, Protocol, Rollout

#: Verdicts of our verifier for patches that play the benchmark: nothing is left once what decides the verdict is
#: restored, or what they compute is no longer what the base computes.
PLAYED = frozenset({"guarded", "not_equivalent"})

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


def flagged(outcomes: Iterable[Outcome], subject: str) -> frozenset[str]:
    """Ids of the instances whose patch our verifier found to play the benchmark."""
    return frozenset(
        each.instance_id
        for each in outcomes
        if each.subject == subject and each.paired is not None and each.paired.verdict in PLAYED
    )


def price_of(rollouts: Iterable[Rollout]) -> dict[str, Price]:
    """Instance id -> what all its rollouts took, as the best of them could not be had without the others."""
    by_instance: dict[str, list[Price]] = {}
    for each in rollouts:
        price = Price(
            usd=each.usd,
            input_tokens=each.input_tokens,
            output_tokens=each.output_tokens,
            seconds=each.seconds,
            rollouts=1,
        )
        by_instance.setdefault(each.instance_id, []).append(price)
    return {instance: Price.sum(prices) for instance, prices in by_instance.items()}


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
