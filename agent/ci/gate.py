"""The gate: is a change slower than the commit it began at? Only a proof that it is stops it.

One comparison calls a benchmark slower at 5 %, as the guard of an accepted patch must be quick to doubt. A gate that
stopped one in twenty harmless changes would soon be switched off, so what looks slower is measured again with the
sides swapped: the base, as the candidate, must pass the same test as any speedup, at 1 %, on fresh pairs.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Literal

from perfagent.agent import driver
from perfagent.agent.ci.benchmarks import with_same_benchmarks, workloads
from perfagent.agent.ci.checkout import Sides
from perfagent.agent.ci.words import code, figure_text, gate_markdown
from perfagent.agent.settings import load_settings
from perfagent.tools.errors import MeasurementError
from perfagent.tools.report import BenchmarkFigure, Result

#: What cannot make code slower or faster. A pattern without a slash is a file's name anywhere.
IGNORED = ("*.md", "*.rst", "docs/*", "doc/*", "LICENSE*", "COPYING*", "AUTHORS*", ".github/*", ".gitignore")

#: `slower` fails; the rest passes. `skipped`: only ignored files changed; `no_workload`: nothing to measure;
#: `not_judged`: the machine is too noisy, or the base fails; `not_measured`: the head fails a check, so that there
#: is nothing to compare.
GateVerdict = Literal[
    "slower", "faster", "not_faster", "inconclusive", "not_measured", "skipped", "no_workload", "not_judged"
]

#: Pairs of verdicts that let a change pass, and the words for them.
_PASSED: Mapping[str, str] = {
    "faster": "Faster",
    "not_faster": "No slowdown was proved",
    "inconclusive": "No slowdown was proved, and the measurement leaves room for a small one",
}

#: Why there are no figures, in the words of who made the change.
_UNMEASURED: Mapping[str, str] = {
    "tests_failed": "unit tests that pass at the base fail with the change, or a benchmark does not run",
    "not_equivalent": "a benchmark yields something else with the change, so its times do not compare",
    "build_failed": "the change does not build",
    "not_faster": "the change fails while it is measured",
}


@dataclass(frozen=True, slots=True)
class Gated:
    """How a gate ended.

    Attributes:
        sentence: one line, plain text.
        markdown: for a comment and a summary.
        figure: the benchmark that the figures of the outcome are of; None where nothing was measured.
        runs: the run folders, the judged comparison first.
    """

    verdict: GateVerdict
    sentence: str
    markdown: str
    figure: BenchmarkFigure | None = None
    result: Result | None = None
    runs: tuple[Path, ...] = ()


def gate(
    sides: Sides,
    flags: Mapping[str, Any],
    out: Callable[[str], Path],
    ignored: Sequence[str] = IGNORED,
) -> Gated:
    """Judge a change.

    Args:
        flags: settings from the command line.
        out: a new run folder by its name.
        ignored: globs of files that need no measurement.

    Raises:
        PerfagentError: the base does not build, or the settings are wrong: nothing that the change did.
    """
    if not _relevant(sides, ignored):
        what = "only files that cannot change the speed" if sides.files else "nothing"
        return _unmeasured("skipped", f"Not measured: the change touches {what}")
    specs = workloads(sides, flags)
    if not specs:
        return _unmeasured("no_workload", "Not measured: no benchmark was found at the base")
    asked = sides
    sides, edited = with_same_benchmarks(sides, specs)
    if not _relevant(sides, ignored):
        return _unmeasured("skipped", "Not measured: the change touches benchmarks alone")
    notes = [f"The change edits benchmarks; both sides ran those of the base: {_names(edited)}."] if edited else []
    first = out("comparison")
    try:
        result = driver.compare(str(sides.root), sides.base, sides.head, flags, first)
    except MeasurementError as error:
        return _unmeasured("not_judged", f"Not judged: {error.message}")
    result = _in_public(result, asked)
    if not suspects(result):
        return concluded(result, None, (first,), notes)
    again = out("again")
    try:
        swapped = _swapped(sides, flags, again)
    except MeasurementError as error:
        notes.append(
            f"{_names(suspects(result))} looked slower, and could not be measured again: {code(error.message)}."
        )
        return concluded(result, None, (first, again), notes)
    return concluded(result, swapped, (first, again), notes)


def _in_public(result: Result, asked: Sides) -> Result:
    """The result in words that hold outside of this job: the repository's name, the change's own head, this gate."""
    repeat = f"ci gate . --base {asked.base} --head {asked.head}"
    commands = tuple(line.replace(f"compare . {result.baseline} {result.head}", repeat, 1) for line in result.reproduce)
    return result.model_copy(update={"repository": asked.name, "head": asked.head, "reproduce": commands})


def suspects(result: Result) -> list[str]:
    """The benchmarks that one comparison calls slower."""
    return [figure.id for figure in result.benchmarks if figure.verdict == "slower"]


def _swapped(sides: Sides, flags: Mapping[str, Any], out: Path) -> Result:
    """The comparison with base and head in each other's place, and the coins thrown anew."""
    seed = load_settings(flags, os.environ, sides.root).seed + 1
    other = {**flags, "seed": seed, "no_instructions": True}
    return driver.compare(str(sides.root), sides.head, sides.base, other, out)


def concluded(result: Result, swapped: Result | None, runs: tuple[Path, ...], notes: Sequence[str] = ()) -> Gated:
    """The outcome of one comparison, or of two.

    Args:
        result: of base and head.
        swapped: of head and base, when something looked slower and could be measured again.
        runs: their run folders.
        notes: safe paragraphs to be said besides.
    """
    suspected = suspects(result)
    shown = {figure.id for figure in swapped.benchmarks if figure.verdict == "faster"} if swapped else set()
    proved = shown & set(suspected)
    judged = _with_doubt(result, proved)
    if proved:
        return _stopped(judged, proved, suspected, runs, notes)
    if swapped:
        doubt = f"{_names(suspected)} looked slower at first; a second, independent comparison did not prove it."
        notes = [*notes, doubt]
    return _passed(judged, runs, notes)


def _stopped(
    result: Result, proved: set[str], suspected: Sequence[str], runs: tuple[Path, ...], notes: Sequence[str]
) -> Gated:
    """A change that is proved slower."""
    slower = [figure for figure in result.benchmarks if figure.id in proved]
    worst = min(slower, key=lambda figure: figure.speedup or 0.0)
    several = f", and {len(slower) - 1} more" if len(slower) > 1 else ""
    told = f"is {figure_text(worst)}{several}"
    proof = "Two independent comparisons prove it."
    if len(slower) < len(suspected):
        proof = (
            f"Two independent comparisons prove it of {_names(sorted(proved))}, not of the others that looked slower."
        )
    markdown = gate_markdown(f"Slower: {code(worst.id)} {told}", [proof, *notes], result)
    return Gated("slower", f"Slower: {_plain(worst.id)} {told}", markdown, worst, result, runs)


def _passed(result: Result, runs: tuple[Path, ...], notes: Sequence[str]) -> Gated:
    """A change that nothing was proved against."""
    if not result.benchmarks:
        sentence = f"Not measured: {_UNMEASURED.get(result.verdict, result.verdict.replace('_', ' '))}"
        detail = f"{code(result.detail)}. This is no verdict on the change's speed." if result.detail else ""
        return Gated("not_measured", sentence, gate_markdown(sentence, [detail, *notes], result), None, result, runs)
    verdict: GateVerdict = "inconclusive"
    if result.verdict in ("faster", "not_faster"):
        verdict = "faster" if result.verdict == "faster" else "not_faster"
    best = _headline(result, verdict)
    words = _PASSED[verdict]
    plain, marked = (f"{words}: {name} is {figure_text(best)}" for name in (_plain(best.id), code(best.id)))
    return Gated(verdict, plain, gate_markdown(marked, notes, result), best, result, runs)


def _headline(result: Result, verdict: GateVerdict) -> BenchmarkFigure:
    """The benchmark to quote: the best of those proved faster, else the one that comes closest to a slowdown."""
    faster = [figure for figure in result.benchmarks if figure.verdict == "faster"]
    if verdict == "faster" and faster:
        return max(faster, key=lambda figure: figure.speedup or 0.0)
    return min(result.benchmarks, key=lambda figure: figure.speedup or 0.0)


def _with_doubt(result: Result, proved: set[str]) -> Result:
    """The result with what only looked slower called inconclusive."""
    figures = tuple(
        figure.model_copy(update={"verdict": "inconclusive"})
        if figure.verdict == "slower" and figure.id not in proved
        else figure
        for figure in result.benchmarks
    )
    if proved or result.verdict != "slower_elsewhere":
        return result.model_copy(update={"benchmarks": figures})
    verdict = "faster" if any(figure.verdict == "faster" for figure in figures) else "inconclusive"
    return result.model_copy(update={"benchmarks": figures, "verdict": verdict})


def _unmeasured(verdict: GateVerdict, sentence: str) -> Gated:
    """A change without figures; the sentence's part behind the colon may be anybody's words."""
    label, _, reason = sentence.partition(": ")
    return Gated(verdict, sentence, gate_markdown(f"{label}: {code(reason)}", [], None))


def _relevant(sides: Sides, ignored: Sequence[str]) -> bool:
    return any(not _matches(name, ignored) for name in sides.files)


def _names(names: Sequence[str]) -> str:
    shown = ", ".join(code(name) for name in names[:5])
    return f"{shown} and {len(names) - 5} more" if len(names) > 5 else shown


def _plain(text: str) -> str:
    return code(text).strip("`")


def _matches(name: str, patterns: Sequence[str]) -> bool:
    last = name.rpartition("/")[2]
    return any(fnmatchcase(name if "/" in pattern else last, pattern) for pattern in patterns)
