"""A function's line profile as text for a model: its dear lines with hits and shares, and what it is called with."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from perfagent.agent.services import Services

if TYPE_CHECKING:
    from perfagent.tools.profile import CallFacts, FunctionLines, LineTime

#: Share of a function's time below which a line says nothing about where the time goes.
SHOWN_SHARE = 0.01

#: Lines above and below a dear one that are shown with it.
NEIGHBOURS = 1

#: Lines of one table; the dearest are kept.
MOST_LINES = 40

#: Characters of a source line.
WIDTH = 110

#: Slowdown by tracing from which the shares of short lines are in doubt.
HEAVY_OVERHEAD = 3.0


def line_table(services: Services, tree: Path, path: str, qualname: str) -> str:
    """Where the time goes inside one function of a tree, while the workloads run once.

    Args:
        tree: on the host.
        path: of the file, in the tree.
        qualname: dotted name in that file.

    Raises:
        WorkloadError: there is no such function, or no workload that can be traced.
    """
    with services.lab.open({"side": tree}) as bench:
        profile = bench.lines("side", tree, [(path, qualname)])
    return table(profile.functions[0], tree, profile.overhead)


def table(function: FunctionLines, tree: Path, overhead: float | None = None, most: int = MOST_LINES) -> str:
    """One function's table with a head line, and below it what the function is called with."""
    where = f"`{function.path}` {function.qualname}, lines {function.start}-{function.end}"
    if not function.lines:
        return f"{where}: no line of it runs as Python code in the workloads."
    source = (tree / function.path).read_text("utf-8", errors="replace").splitlines()
    head = f"{where}: {function.share:.1%} of the time passes through it{overhead_text(overhead)}."
    columns = "line | hits | share of the function, with what the line calls | source"
    return "\n".join([head, columns, *rows(function, source, most), *call_lines(function.calls)])


def overhead_text(overhead: float | None) -> str:
    """What is to be said of the figures, in brackets after what they are of."""
    if overhead is None:
        return " (shares, not seconds)"
    doubt = "; the shares of lines that are short and run often are rough" if overhead >= HEAVY_OVERHEAD else ""
    return f" (shares, not seconds: tracing made it {overhead:.1f} times as slow{doubt})"


def rows(function: FunctionLines, source: list[str], most: int) -> list[str]:
    """The dear lines of a function with their neighbours, in order: number, hits, share and source.

    Args:
        source: lines of its file.
        most: lines shown, those left out in between not counted.
    """
    dear = sorted((line for line in function.lines if line.share >= SHOWN_SHARE), key=lambda line: -line.share)
    shown: set[int] = set()
    for line in dear:
        around = range(line.number - NEIGHBOURS, line.number + NEIGHBOURS + 1)
        wanted = {number for number in around if function.start <= number <= min(function.end, len(source))}
        if len(shown | wanted) > most:
            break
        shown |= wanted
    known = {line.number: line for line in function.lines}
    told = []
    last = function.start - 1
    for number in sorted(shown):
        if number > last + 1:
            told.append("...")
        told.append(_row(number, known.get(number), source))
        last = number
    return told if last == function.end else [*told, "..."]


def dearest(function: FunctionLines, source: list[str], most: int) -> list[str]:
    """The dearest lines of a function alone, in order."""
    lines = sorted(function.lines, key=lambda line: -line.share)[:most]
    return [_row(line.number, line, source) for line in sorted(lines, key=lambda line: line.number)]


def _row(number: int, line: LineTime | None, source: list[str]) -> str:
    figures = "- | -" if line is None else f"{line.hits} | {line.share:.1%}"
    return f"{number} | {figures} | {source[number - 1][:WIDTH].rstrip()}"


def call_lines(facts: CallFacts) -> list[str]:
    """What a function is called with, one line a fact; the calls are those of one execution of every benchmark."""
    if not facts.calls:
        return []
    said = f"It is called {_times(facts.calls)}"
    if facts.repeated is not None and facts.calls > 1:
        among = "" if facts.sampled == facts.calls else f" of the first {facts.sampled}"
        said += f"; {facts.repeated:.0%}{among} repeat arguments seen before"
        said += " on the same object, which may have changed" if facts.by_object else ""
    lines = [f"{said}."]
    for size in facts.sizes:
        few = f"{size.minimum}" if size.minimum == size.maximum else f"{size.minimum} to {size.maximum}"
        median = "" if size.minimum == size.maximum else f", median {size.median}"
        lines.append(f"`{size.name}` holds {few} items{median}.")
    return lines


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"
