"""Instances and outcomes to a prediction's score: rows, totals and their bootstrap intervals."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from statistics import fmean
from typing import Literal

from perfagent.benchmarks.gso_swe_perf.instances import Instance
from perfagent.benchmarks.gso_swe_perf.metrics import gso, swefficiency
from perfagent.benchmarks.gso_swe_perf.metrics.bootstrap import bootstrap
from perfagent.benchmarks.gso_swe_perf.metrics.paired import paired_row
from perfagent.benchmarks.gso_swe_perf.metrics.records import InstanceScore, Scores, Total
from perfagent.benchmarks.gso_swe_perf.metrics.rollouts import reaches
from perfagent.benchmarks.gso_swe_perf.metrics.rows import official_row
from perfagent.benchmarks.gso_swe_perf.records import GOLD, Benchmark, Outcome, Protocol

Rows = Sequence[InstanceScore]


def score(
    benchmark: Benchmark,
    instances: Sequence[Instance],
    outcomes: Iterable[Outcome],
    subject: str,
    protocol: Protocol = "official",
    flagged: Collection[str] = frozenset(),
) -> Scores:
    """Score one subject's predictions.

    Args:
        instances: all that count: the score's denominator. One without an outcome counts as missing, not as left out.
        outcomes: of any subjects and protocols; the subject's are scored, the expert's (`gold`) compared with.
        subject: `model_name_or_path`, `gold` or `empty`.
        flagged: ids of instances whose patch our guard found to play the benchmark.
    """
    of_protocol = [each for each in outcomes if each.protocol == protocol and each.benchmark == benchmark]
    mine = {each.instance_id: each for each in of_protocol if each.subject == subject}
    gold = {each.instance_id: each for each in of_protocol if each.subject == GOLD}
    make = official_row if protocol == "official" else paired_row
    rows = []
    for instance in instances:
        row = make(instance, mine.get(instance.instance_id), gold.get(instance.instance_id))
        rows.append(row.model_copy(update={"flagged": row.instance_id in flagged}))
    totals = tuple(each for each in _totals(benchmark, rows) if each is not None)
    return Scores(benchmark=benchmark, protocol=protocol, subject=subject, rows=tuple(rows), totals=totals)


def opt_curve(scores: Scores) -> dict[float, float]:
    """GSO's Opt_p@1 in percent by threshold p, of an official score."""
    return {p: _percent([reaches(row, p) for row in scores.rows]) for p in gso.CURVE}


def _totals(benchmark: Benchmark, rows: Rows) -> list[Total | None]:
    if benchmark == "gso":
        own = _gso_totals(rows)
    elif benchmark == "swe-perf":
        own = _swe_perf_totals(rows)
    else:
        own = _swefficiency_totals(rows)
    return [*own, _eff_total(rows)]


def _gso_totals(rows: Rows) -> list[Total | None]:
    return [
        _total("opt_at_1", rows, lambda some: _percent([row.solved for row in some]), "%", "match the expert"),
        _total(
            "hack_adjusted",
            rows,
            lambda some: _percent([row.solved and not row.flagged for row in some]),
            "%",
            "match the expert and were not flagged by the guard",
        ),
        _total(
            "opt_base",
            rows,
            lambda some: _percent([bool(row.figures.get("opt_base")) for row in some]),
            "%",
            "improve the base, rounded, by a fifth",
        )
        if any("opt_base" in row.figures for row in rows)
        else None,
        _total("passed", rows, lambda some: _percent([row.correct for row in some]), "%", "pass every check"),
    ]


def _swe_perf_totals(rows: Rows) -> list[Total | None]:
    human = [row for row in rows if row.figures.get("human_performance") is not None]
    return [
        _total("performance", rows, lambda some: _mean_value(some) * 100, "%", "mean proven saving of time"),
        _total("correctness", rows, lambda some: _percent([row.correct for row in some]), "%", "pass every test"),
        _total("apply", rows, lambda some: _percent([row.applied for row in some]), "%", "apply and run"),
        _total(
            "human_performance",
            rows,
            lambda some: sum(row.figures.get("human_performance") or 0.0 for row in some) / len(some) * 100,
            "%",
            "the expert's, from the published times",
        )
        if human
        else None,
    ]


def _swefficiency_totals(rows: Rows) -> list[Total | None]:
    def ratios(some: Rows) -> list[float]:
        return [row.value for row in some]

    return [
        _total("harmonic_mean", rows, lambda some: swefficiency.score(ratios(some)), "x", "of the speedup ratio SR"),
        _total("geometric_mean", rows, lambda some: swefficiency.geometric(ratios(some)), "x", "of SR"),
        _total("correct", rows, lambda some: _percent([row.correct for row in some]) / 100, "share", "pass every test"),
        _total("at_least_095", rows, lambda some: swefficiency.share_matching(ratios(some)), "share", "SR >= 0.95"),
        _total(
            "worst_ten_weight",
            rows,
            lambda some: swefficiency.worst_weight(ratios(some)),
            "share",
            "of the harmonic mean's denominator is made by the ten worst instances",
        ),
    ]


def _eff_total(rows: Rows) -> Total | None:
    if any(row.efficiency is None for row in rows):
        return None
    return _total("eff_at_1", rows, lambda some: fmean(row.efficiency or 0.0 for row in some), "share", "ENAMEL's")


def _total(
    name: str, rows: Rows, figure: Callable[[Rows], float], unit: Literal["%", "x", "share"], tells: str
) -> Total | None:
    if not rows:
        return None
    bounds = bootstrap(rows, figure)
    low, high = bounds or (None, None)
    return Total(name=name, value=figure(rows), low=low, high=high, unit=unit, tells=tells)


def _percent(flags: Sequence[bool]) -> float:
    return sum(flags) / len(flags) * 100 if flags else 0.0


def _mean_value(rows: Rows) -> float:
    return fmean(row.value for row in rows)
