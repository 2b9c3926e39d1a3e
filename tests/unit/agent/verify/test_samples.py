"""Pairs are read back from the journals as they were measured."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence

from perfagent.agent.lab.recording import Stage, pairs_journal, pairs_seed, recorded
from perfagent.agent.services import Services
from perfagent.agent.state import Verdict
from perfagent.agent.verify.samples import samples_of
from perfagent.tools.measure import Pair, PairSampler, Reading, RunFailed, RunResult
from perfagent.tools.report import BenchmarkFigure, SampleSeries

Open = Callable[..., Services]


def measure(services: Services, candidate: str, stage: Stage, count: int, fails_at: int = -1) -> list[Pair]:
    """Take pairs as the verifier does; what it saw."""
    chance = random.Random(candidate)
    rounds = iter(range(count))

    def run(order: Sequence[str], hash_seed: int) -> Mapping[str, RunResult]:
        if next(rounds) == fails_at:
            return {side: RunFailed("it broke") if side == "candidate" else readings() for side in order}
        return {side: readings() for side in order}

    def readings() -> Mapping[str, Reading]:
        return {"bench": Reading(2.0, chance.uniform(1, 2), 0.0, 0, 1000)}

    seed = pairs_seed(services, candidate, stage)
    sampler = PairSampler(recorded(services, pairs_journal(candidate, stage), run), seed)
    taken = [sampler.pair(index) for index in range(count)]
    return [pairs["bench"] for pairs in taken if not isinstance(pairs, RunFailed)]


def series(pairs: Sequence[Pair], **more: bool) -> SampleSeries:
    return SampleSeries(
        benchmark="bench",
        metric="cpu",
        baseline=tuple(pair.baseline.cpu_s for pair in pairs),
        candidate=tuple(pair.candidate.cpu_s for pair in pairs),
        baseline_first=tuple(pair.baseline_first for pair in pairs),
        **more,
    )


def test_both_stages_come_back_with_what_the_coin_said(open_services: Open) -> None:
    services = open_services()
    confirmed, published = measure(services, "c1", "confirm", 12), measure(services, "c1", "publish", 20)
    found = samples_of(services, {"001": Verdict(candidate="c1", verdict="faster")})
    assert [(j.subject, j.stage, j.series) for j in found.judged] == [
        ("001", "confirm", (series(confirmed),)),
        ("001", "publish", (series(published),)),
    ]
    assert {True, False} == set(found.judged[1].series[0].baseline_first)


def test_a_guarded_benchmark_is_told_from_a_target(open_services: Open) -> None:
    services = open_services()
    pairs = measure(services, "c1", "publish", 8)
    guarded = BenchmarkFigure(id="bench", speedup=1.0, interval=None, verdict="inconclusive", target=False)
    found = samples_of(services, {"patch": Verdict(candidate="c1", verdict="faster", benchmarks=(guarded,))})
    assert found.judged[0].series == (series(pairs, target=False),)


def test_a_round_that_failed_is_left_out_and_the_coins_keep_their_pairs(open_services: Open) -> None:
    services = open_services()
    pairs = measure(services, "c1", "confirm", 9, fails_at=4)
    found = samples_of(services, {"patch": Verdict(candidate="c1", verdict="not_faster")})
    assert len(pairs) == 8
    assert found.judged[0].series == (series(pairs),)


def test_nothing_measured_is_no_series_and_leaves_no_journal(open_services: Open) -> None:
    services = open_services()
    found = samples_of(services, {"patch": Verdict(candidate="c1", verdict="guarded")})
    assert (found.judged, found.identical) == ((), ())
    assert list((services.folder.path / "journal").iterdir()) == []
