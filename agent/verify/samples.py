"""The timed pairs behind a run's verdicts, read back from the journals that they were measured into."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NoReturn, get_args

from perfagent.agent.lab.recording import PROBE, Stage, pairs_journal, pairs_seed, recorded
from perfagent.agent.services import Services
from perfagent.agent.state import Verdict
from perfagent.tools.measure import MetricName, Pair, PairSampler, RunFailed
from perfagent.tools.report import JudgedSamples, Samples, SampleSeries


def samples_of(services: Services, judged: Mapping[str, Verdict]) -> Samples:
    """The pairs of several verdicts; a candidate's round that failed has none.

    Args:
        judged: verdicts by subject, as `JudgedSamples` names them.
    """
    found = [
        JudgedSamples(subject=subject, stage=stage, series=series)
        for subject, verdict in judged.items()
        for stage in get_args(Stage)
        if (series := _series(services, verdict, stage))
    ]
    identical = _columns(services, _pairs(services, PROBE, services.settings.seed), frozenset())
    return Samples(run_id=services.folder.id, judged=tuple(found), identical=identical)


def _series(services: Services, verdict: Verdict, stage: Stage) -> tuple[SampleSeries, ...]:
    name, seed = pairs_journal(verdict.candidate, stage), pairs_seed(services, verdict.candidate, stage)
    guarded = frozenset(figure.id for figure in verdict.benchmarks if not figure.target)
    return _columns(services, _pairs(services, name, seed), guarded)


def _columns(
    services: Services, rounds: Sequence[Mapping[str, Pair]], guarded: frozenset[str]
) -> tuple[SampleSeries, ...]:
    """One series a benchmark, in the workloads' order."""
    columns: dict[str, list[Pair]] = {}
    for pairs in rounds:
        for name, pair in pairs.items():
            columns.setdefault(name, []).append(pair)
    return tuple(
        _one_series(plan.id, columns[plan.id], plan.metric, plan.id not in guarded)
        for plan in services.lab.prepared.benchmarks
        if plan.id in columns
    )


def _one_series(benchmark: str, pairs: Sequence[Pair], metric: MetricName, target: bool) -> SampleSeries:
    return SampleSeries(
        benchmark=benchmark,
        metric=metric,
        target=target,
        baseline=tuple(pair.baseline.value(metric) for pair in pairs),
        candidate=tuple(pair.candidate.value(metric) for pair in pairs),
        baseline_first=tuple(pair.baseline_first for pair in pairs),
    )


def _pairs(services: Services, name: str, seed: int) -> list[Mapping[str, Pair]]:
    """What a journal holds, paired as it was when it was measured: the seed tells the coins again."""
    rounds = len(services.folder.journal(name).entries)
    sampler = PairSampler(recorded(services, name, _nothing_more), seed)
    return [pairs for pairs in map(sampler.pair, range(rounds)) if not isinstance(pairs, RunFailed)]


def _nothing_more(order: Sequence[str], hash_seed: int) -> NoReturn:
    raise RuntimeError(f"a round was asked for beyond those measured: {order}, {hash_seed}")
