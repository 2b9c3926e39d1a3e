"""What a gate says in a summary and a comment: Markdown that benchmark names and test output cannot break out of."""

from __future__ import annotations

import re
from collections.abc import Sequence

from perfagent import __version__
from perfagent.tools.measure.constants import ALPHA
from perfagent.tools.report import (
    BenchmarkFigure,
    Result,
    interval_text,
    overall_text,
    pairs_text,
    rate_text,
    seconds_text,
    speedup_text,
)

#: Longest name shown; what comes after differs too late to matter to a reader.
LONGEST_NAME = 160

#: Lines of what the checks saw; a comment is no log.
LONGEST_CHECKS = 40

#: GitHub refuses a comment above 65,536 characters.
LONGEST_COMMENT = 60_000

#: Rows of the table of benchmarks, worst first; the report has them all.
MOST_ROWS = 100

_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")


def code(text: str) -> str:
    """Foreign text as a code span of one line, also within a table; nothing in it is markup, a link or a mention."""
    plain = _UNPRINTABLE.sub(" ", text).replace("`", "'").replace("|", "¦").strip() or "?"
    return f"`{plain if len(plain) <= LONGEST_NAME else plain[: LONGEST_NAME - 1] + '…'}`"


def fenced(text: str) -> str:
    """Foreign text as a block of code that it cannot end."""
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}text\n{text}\n{fence}"


def figure_text(figure: BenchmarkFigure) -> str:
    """A benchmark's figure: `1.42x as fast (95 % CI 1.38–1.46, 20 pairs, CPU time)`."""
    told = f"95 % CI {interval_text(figure.interval)}, {pairs_text(figure.pairs, figure.metric)}"
    return f"{speedup_text(figure.speedup)} as fast ({told})"


def table(figures: Sequence[BenchmarkFigure]) -> str:
    """One row a benchmark, the slowest first."""
    rows = ["| benchmark | speedup | 95 % interval | before | after | verdict |", "|---|---|---|---|---|---|"]
    worst = sorted(figures, key=lambda figure: figure.speedup or 0.0)
    for figure in worst[:MOST_ROWS]:
        rows.append(
            f"| {code(figure.id)} | {speedup_text(figure.speedup)} | {interval_text(figure.interval)} "
            f"| {seconds_text(figure.baseline_s)} | {seconds_text(figure.candidate_s)} "
            f"| {figure.verdict.replace('_', ' ')} |"
        )
    if len(worst) > MOST_ROWS:
        rows.append(f"\n{len(worst) - MOST_ROWS} more are in the report.")
    return "\n".join(rows)


def gate_markdown(sentence: str, notes: Sequence[str], result: Result | None) -> str:
    """The whole comment: the sentence, the table, and how it was measured folded away.

    Args:
        sentence: the outcome, already safe.
        notes: further paragraphs, already safe.
        result: of the comparison, where there was one.
    """
    parts = [f"### {sentence}", *notes]
    if result is not None:
        if result.benchmarks:
            parts += [table(result.benchmarks), overall_text(result)]
        parts.append(_folded(result))
    else:
        parts.append(f"<sub>perfagent {__version__}</sub>")
    text = "\n\n".join(part for part in parts if part) + "\n"
    if len(text) <= LONGEST_COMMENT:
        return text
    return "\n\n".join([*parts[: 1 + len(notes)], "The rest is too long to be shown here: see the report."]) + "\n"


def _folded(result: Result) -> str:
    checks = "\n".join(f"{'ok' if c.ok else 'FAILED'}  {c.name}: {c.detail}" for c in result.checks)
    lines = checks.splitlines()
    if len(lines) > LONGEST_CHECKS:
        lines = [*lines[:LONGEST_CHECKS], "..."]
    method = (
        "Base and head ran interleaved in fresh processes, the order inside each pair by coin, timed by a clock "
        f"outside the code under test. {rate_text(result.noise)} A slowdown fails the check only when a second, "
        f"independent comparison with the sides swapped proves it too, at the same {ALPHA:.0%}."
    )
    parts = [
        f"{code(result.baseline[:12])} → {code(result.head[:12])}, Python {result.python}, "
        f"{code(result.sandbox.partition(' (')[0])}",
        method,
        fenced("\n".join(lines)) if lines else "",
        "Again, in a clone:" if result.reproduce else "",
        fenced("\n".join(result.reproduce)) if result.reproduce else "",
        f"<sub>perfagent {__version__}</sub>",
    ]
    inner = "\n\n".join(part for part in parts if part)
    return f"<details><summary>How this was measured</summary>\n\n{inner}\n\n</details>"
