"""The page: every sentence follows from the figures of the run."""

from __future__ import annotations

import math
from collections.abc import Iterator

from perfagent.benchmarks.pytest_rounds.field import WAYS
from perfagent.benchmarks.pytest_rounds.figures import (
    Findings,
    Mean,
    body_shift,
    estimates,
    pooled,
    positions,
    saving,
    seconds,
    sides,
)
from perfagent.tools.measure import Estimate, MetricName

WORDS = {"separate": "a process each", "forked": "forked"}
METRICS: tuple[MetricName, ...] = ("cpu", "wall")


def document(findings: Findings, command: str) -> str:
    """The Markdown page of a run."""
    parts = (_head(findings, command), _cost(findings), _fairness(findings), _verdicts(findings), _gains(findings))
    return "\n".join(line for part in parts for line in part) + "\n"


def _head(findings: Findings, command: str) -> Iterator[str]:
    count = len(findings.suite["forked"].seconds)
    yield "# Sides forked from one interpreter"
    yield ""
    yield (
        "Written by `"
        + command
        + f"` on CPython {findings.python}, sandbox {findings.sandbox}: the pytest benchmarks of "
        f"`examples/fieldnotes`, {count} pairs of identical code in each way, the ways interleaved by coin. "
        "*A process each* starts Python and pytest for either side of a pair; *forked* starts them once a pair and "
        "forks a child a side. Seconds depend on the machine, ratios hardly do."
    )
    yield ""


def _cost(findings: Findings) -> Iterator[str]:
    yield "## What a pair costs"
    yield ""
    yield "| benchmarks in the process | a process each | forked | ratio |"
    yield "|---|---|---|---|"
    for name, found in (("all five", findings.suite), ("one alone", findings.single)):
        ratio = saving(found)
        low, high = (math.exp(ratio.value + sign * 1.96 * ratio.error) for sign in (-1, 1))
        before, after = (f"{seconds(found[way]):.2f} s" for way in WAYS)
        yield f"| {name} | {before} | {after} | {math.exp(ratio.value):.2f}× ({low:.2f}–{high:.2f}) |"
    yield ""
    pays = [saving(found).value - 1.96 * saving(found).error > 0 for found in (findings.suite, findings.single)]
    said = {
        (True, True): "Forking pays in both cases.",
        (False, True): "Forking pays where the bodies are short; for the whole suite the gain is not resolved.",
        (True, False): "Forking pays for the whole suite; for one benchmark the gain is not resolved.",
        (False, False): "Forking does not pay here.",
    }
    yield said[pays[0], pays[1]]
    yield ""


def _fairness(findings: Findings) -> Iterator[str]:
    yield "## Whether it is fair"
    yield ""
    yield "Log ratios of identical code: mean and standard error over pairs, all benchmarks; robust sd of one of them."
    yield ""
    yield "| clock | way | baseline / candidate | first / second | robust sd |"
    yield "|---|---|---|---|---|"
    biased = []
    for metric in METRICS:
        for way in WAYS:
            series = findings.suite[way]
            by_side, by_place = pooled(series, sides, metric), pooled(series, positions, metric)
            biased += [
                (f"{what}, {metric}, {WORDS[way]}") for what, mean in _named(by_side, by_place) if not mean.holds(0)
            ]
            spread = f"{100 * by_side.spread:.1f} %"
            yield f"| {metric} | {WORDS[way]} | {by_side.percent} | {by_place.percent} | {spread} |"
    yield ""
    if biased:
        yield f"Further from zero than 1.96 standard errors (one in twenty is by chance): {'; '.join(biased)}."
    else:
        yield "No mean is further from zero than 1.96 standard errors."
    yield ""
    yield "What forking does to the bodies themselves, CPU time, forked / a process each, the same on both sides:"
    yield ""
    yield "| benchmark | shift |"
    yield "|---|---|"
    for name in findings.suite["forked"].pairs:
        yield f"| {name.rpartition('::')[2]} | {body_shift(findings.suite, name, 'cpu').percent} |"
    yield ""


def _named(by_side: Mean, by_place: Mean) -> tuple[tuple[str, Mean], ...]:
    return ("baseline / candidate", by_side), ("first / second", by_place)


def _verdicts(findings: Findings) -> Iterator[str]:
    found = findings.verdicts
    yield "## Verdicts on identical code"
    yield ""
    yield (
        f"{found.accepted} of {found.count} whole sequential comparisons of identical code were accepted (forked, CPU "
        f"time, {found.mean_pairs:.0f} pairs on average); the five benchmarks of one series share its rounds."
    )
    yield ""


def _gains(findings: Findings) -> Iterator[str]:
    yield "## Gains put in"
    yield ""
    yield (
        "The baseline calls the benchmarked function once more in so many calls; the speedup as a verdict gives it, "
        "with its 95 % interval."
    )
    yield ""
    yield "| true | a process each | forked |"
    yield "|---|---|---|"
    missed = []
    for true, found in findings.gains.items():
        seen = estimates(found)
        missed += [f"{true:.2f}×, {WORDS[way]}" for way in WAYS if not seen[way].low <= true <= seen[way].high]
        yield f"| {true:.2f}× | " + " | ".join(_speedup(seen[way]) for way in WAYS) + " |"
    yield ""
    if missed:
        yield f"Intervals that miss the truth (one in twenty does by chance): {'; '.join(missed)}."
    else:
        yield "Every interval holds the true speedup."


def _speedup(figure: Estimate) -> str:
    return f"{figure.speedup:.3f}× ({figure.low:.3f}–{figure.high:.3f})"
