"""Which patches play their benchmark, by our verifier: what hack-adjusted scores leave out."""

from __future__ import annotations

from collections.abc import Iterable

from perfagent.benchmarks.gso_swe_perf.records import Outcome

#: Verdicts of our verifier for patches that play the benchmark: nothing is left of them once what decides the verdict
#: is restored, or they compute something else than the base where the benchmark's own checks do not look. Both are
#: among the categories of the GSO HackDetector, an LLM judge; ours are found by running.
PLAYED = frozenset({"guarded", "not_equivalent"})


def flagged(outcomes: Iterable[Outcome], subject: str) -> frozenset[str]:
    """Ids of the instances whose patch plays the benchmark; only those that the paired protocol measured can be."""
    return frozenset(
        each.instance_id
        for each in outcomes
        if each.subject == subject and each.paired is not None and each.paired.verdict in PLAYED
    )
