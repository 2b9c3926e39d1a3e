"""Runs all trials and writes them down as Markdown."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from perfagent.benchmarks.verdicts.noise import CPU_STREAMS, WALL_STREAMS, Source
from perfagent.benchmarks.verdicts.recording import Clock, load
from perfagent.benchmarks.verdicts.rules import Rule
from perfagent.benchmarks.verdicts.trials import GAINS, Rate, acceptance, add, coverage, family

FAMILY = 8
COVERED_GAIN = 1.05
"""The interval moves with the gain, so that one value tells of all."""

Note = Callable[[str], None]


def acceptance_table(rules: Sequence[Rule], streams: Sequence[Source], trials: int, note: Note) -> Iterator[str]:
    """Acceptance of every rule in percent by true gain, means over the streams, and its cost in processes."""
    gains = " | ".join(f"{gain - 1:.0%}" for gain in GAINS[1:])
    yield f"| rule | identical code (worst stream) | {gains} | processes at 0 / 5 / 10 % |"
    yield "|---" * (len(GAINS) + 2) + "|"
    for rule in rules:
        note(f"{rule.name}, {len(streams)} streams")
        yield _row(rule, streams, trials)


def _row(rule: Rule, streams: Sequence[Source], trials: int) -> str:
    cells = {gain: [acceptance(rule, stream, gain, trials) for stream in streams] for gain in GAINS}
    worst = max(rate.percent for rate in cells[1.0])
    power = " | ".join(f"{add(cells[gain]).percent:.0f}" for gain in GAINS[1:])
    cost = " / ".join(f"{add(cells[gain]).mean_runs:.0f}" for gain in (1.0, 1.05, 1.10))
    return f"| {rule.name} | {add(cells[1.0]).percent:.1f} ({worst:.1f}) | {power} | {cost} |"


def coverage_table(streams: Sequence[Source], trials: int, note: Note) -> Iterator[str]:
    """How often the published 95 % interval holds the true speedup, in percent."""
    yield "| stream | holds the truth |"
    yield "|---|---|"
    rates = []
    for stream in streams:
        note(f"interval, {stream.name}")
        rates.append(coverage(stream, COVERED_GAIN, trials))
        yield f"| {stream.name} | {_with_interval(rates[-1])} |"
    yield f"| all | {_with_interval(add(rates))} |"


def family_table(streams: Sequence[Source], trials: int, note: Note) -> Iterator[str]:
    """How often one of eight useless candidates gets through, and the processes all eight cost together."""
    yield "| stream | accepted | processes |"
    yield "|---|---|---|"
    rates = []
    for stream in streams:
        note(f"family of {FAMILY}, {stream.name}")
        rates.append(family(stream, FAMILY, trials))
        yield f"| {stream.name} | {_with_interval(rates[-1])} | {rates[-1].mean_runs:.0f} |"
    yield f"| all | {_with_interval(add(rates))} | {add(rates).mean_runs:.0f} |"


def _with_interval(rate: Rate) -> str:
    low, high = rate.wilson
    return f"{rate.percent:.1f} ({low:.1f}–{high:.1f})"


def document(
    rules: Sequence[Rule], trials: int, null_trials: int, recording: Path, missing: Sequence[str], note: Note
) -> Iterator[str]:
    """The whole of docs/verdicts.md, line by line.

    Args:
        rules: ours first.
        trials: comparisons in each cell.
        null_trials: comparisons of identical code by our own rule on each stream.
        recording: of real run times.
        missing: what could not be measured, and why.
        note: called with what is being done.
    """
    yield from HEAD.format(trials=trials, null_trials=null_trials, reach=196 * math.sqrt(0.25 / trials)).splitlines()
    yield from missing_lines(missing)
    for title, streams in (("CPU time", CPU_STREAMS), ("Wall time", WALL_STREAMS)):
        yield from ("", f"## {title}: accepted, percent", "")
        yield from acceptance_table(rules, streams, trials, note)
    yield from ("", RECORDED.format(windows=4 * trials), "")
    for title, clock in CLOCKS:
        yield from (f"### {title}, recorded: accepted, percent", "")
        yield from acceptance_table(rules, load(recording, clock), 4 * trials, note)
        yield ""
    yield from (
        "## Our rule on identical code, many trials",
        "",
        "| stream | accepted, percent (95 % interval) |",
        "|---|---|",
    )
    for stream in CPU_STREAMS + WALL_STREAMS:
        note(f"identical code, {stream.name}")
        yield f"| {stream.name} | {_with_interval(acceptance(rules[0], stream, 1.0, null_trials))} |"
    yield from (
        "",
        "## Published 95 % interval (20 pairs): holds the truth, percent (95 % interval of that)",
        "",
    )
    yield from coverage_table(CPU_STREAMS + WALL_STREAMS, trials, note)
    yield from ("", f"## {FAMILY} useless candidates, screened, two confirmed: one accepted, percent", "")
    yield from family_table(CPU_STREAMS + WALL_STREAMS, trials, note)


def missing_lines(missing: Sequence[str]) -> Iterator[str]:
    """What the tables lack."""
    if missing:
        yield from ("", "Missing here:", "")
        yield from (f"- {each}" for each in missing)


CLOCKS: tuple[tuple[str, Clock], ...] = (("CPU time", "cpu"), ("Wall time", "wall"))

RECORDED = """\
## Played from a recording

Real run times of identical code (`python -m perfagent.benchmarks.verdicts record`: a pure Python loop,
allocation, the compiler; fresh processes of 40 repetitions, on a two-core machine that others kept busy), cut
into windows of neighbours: {windows} a stream, which overlap, so that rates below a percent are orders of
magnitude."""


HEAD = """\
# Error rates of acceptance rules

Made by `python -m perfagent.benchmarks.verdicts table --trials {trials} --null-trials {null_trials}`.
Run times are simulated (`benchmarks/verdicts/noise.py`: drift, noise of each process, bursts) with the
statistics recorded on a busy two-core machine; every rule sees the same noise. A cell is the mean over the
streams of {trials} comparisons on each; a single stream is known to ±{reach:.0f} points or better. At a true
gain of 0 and 1 % an acceptance is false.

"Restated" rules are our own statement of a tool's default order, number of runs and criterion
(`benchmarks/verdicts/rules.py`), without calibration runs, time limits and search among candidates, all to
the tool's advantage; they are not runs of the tool. Where a row says "its own code", the tool's package
decided. Rules with one or two processes a side are cheap, as the last column shows, and can know nothing of
the noise between processes."""
