"""What stands beside a verdict, in words: growth with the size of the input, and instruction counts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from perfagent.tools.report.document import Result
from perfagent.tools.report.measured import BenchmarkFigure, GrowthFigure
from perfagent.tools.report.tables import growth_table, instructions_table, markdown_table
from perfagent.tools.report.words import METRICS, count_text, exponent_text, size_text, speedup_text

ASIDE = "Shown beside the verdict; it decides nothing."


def evidence_markdown(result: Result) -> str:
    """The sections on growth and instructions; empty when there is nothing to show."""
    parts = []
    if result.growth:
        parts.append(f"## Growth with the size of the input\n\n{ASIDE}")
        parts += [_growth_markdown(growth) for growth in result.growth]
    counted = [figure for figure in result.benchmarks if figure.instructions is not None]
    if counted:
        parts.append(f"## Instructions\n\n{ASIDE}\n\n{markdown_table(instructions_table(counted))}")
        parts += [f"`{f.id}`: {f.instructions.note}." for f in counted if f.instructions and f.instructions.note]
    return "\n\n".join(parts)


def growth_line(growth: GrowthFigure) -> str:
    """One line on a growth: exponents before and after, and the speedup at every size."""
    parts = [growth_text(growth)] if growth.baseline else []
    parts += [f"{size_text(each.size, growth.multiples)} {speedup_text(each.speedup)}" for each in growth.sizes]
    return f"{growth.benchmark}: {'  '.join(parts)}" if parts else f"{growth.benchmark}: {growth.note}"


def growth_text(growth: GrowthFigure) -> str:
    """Both exponents: `n^1.98 (1.95-2.01) -> n^1.02 (0.99-1.05)`."""
    sides = (growth.baseline, growth.candidate)
    return " → ".join(exponent_text(side.value, side.interval) for side in sides if side is not None)


def instruction_lines(figures: Sequence[BenchmarkFigure]) -> Iterator[tuple[str, bool]]:
    """One line for each benchmark whose instructions were counted, and whether it is an alarm."""
    for figure in figures:
        counts = figure.instructions
        if counts is not None:
            change = f"{count_text(counts.baseline)} → {count_text(counts.candidate)}, {counts.change:+.1%}"
            yield f"{figure.id}: {change}" + (f"; {counts.note}" if counts.note else ""), counts.alarm


def _growth_markdown(growth: GrowthFigure) -> str:
    lines = [f"`{growth.benchmark}` ({METRICS.get(growth.metric, growth.metric)})"]
    if growth.baseline is not None:
        lines[0] += f": {growth_text(growth)}."
    if growth.mixed:
        lines += ["", f"**The change {growth.mixed}.**"]
    if growth.sizes:
        lines += ["", markdown_table(growth_table(growth))]
    if growth.multiples and growth.sizes:
        pairs = growth.sizes[0].pairs
        lines += ["", f"Speedups are means of {pairs} pairs; before and after are means of the fastest half."]
    if growth.note:
        lines += ["", f"{growth.note}."]
    return "\n".join(lines)
