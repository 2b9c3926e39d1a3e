"""The Markdown report: what a maintainer reads before merging."""

from __future__ import annotations

from collections.abc import Sequence

from perfagent.tools.measure.constants import ALPHA
from perfagent.tools.report.document import BenchmarkFigure, Noise, PatchReport, Result
from perfagent.tools.report.evidence import evidence_markdown
from perfagent.tools.report.words import (
    cost_text,
    interval_text,
    model_cost_text,
    pairs_text,
    quote,
    seconds_text,
    speedup_text,
    time_text,
)


def result_markdown(result: Result) -> str:
    """The whole report of a run, a verification or a comparison."""
    parts = [f"# {headline(result)}", _facts(result)]
    if result.benchmarks:
        parts += ["## Benchmarks\n\n" + figures_table(result.benchmarks), overall_text(result)]
    parts.append(evidence_markdown(result))
    parts += [patch_markdown(patch, number) for number, patch in enumerate(result.patches, 1)]
    if result.checks:
        parts.append("## Checks\n\n" + "\n".join(_check_line(c.name, c.ok, c.detail) for c in result.checks))
    if result.tried:
        parts.append("## What was tried\n\n" + _tried_table(result))
    parts.append("## How this was decided\n\n" + _method(result))
    return "\n\n".join(part.rstrip() for part in parts if part) + "\n"


def comparison_markdown(result: Result) -> str:
    """What a pull request is told about two commits: the sentence, the table, and the rest folded away."""
    commits = f"`{result.baseline[:12]}` → `{result.head[:12]}`"
    parts = [f"### {headline(result)}", commits]
    if result.benchmarks:
        parts += [figures_table(result.benchmarks), overall_text(result)]
    checks = "\n".join(_check_line(c.name, c.ok, c.detail) for c in result.checks)
    if any(not check.ok for check in result.checks):
        parts.append(checks)
    folded = [_facts(result), checks, _method(result)]
    parts.append("<details><summary>How this was measured</summary>\n\n" + "\n\n".join(folded) + "\n\n</details>")
    return "\n\n".join(part for part in parts if part) + "\n"


def headline(result: Result) -> str:
    """One sentence a person can quote."""
    if result.command == "run" and not result.patches:
        return "No change was proved faster"
    if result.verdict == "faster":
        return quote(result.speedup, result.interval, result.pairs, result.metric)
    slower = [figure for figure in result.benchmarks if figure.verdict == "slower"]
    if result.command == "compare" and slower:
        worst = min(slower, key=lambda figure: figure.speedup or 0.0)
        figure = quote(worst.speedup, worst.interval, worst.pairs, worst.metric)
        if len(result.benchmarks) == 1:
            return f"Slower: {figure}"
        return f"{len(slower)} of {len(result.benchmarks)} benchmarks slower, most of all {worst.id}: {figure}"
    words = result.verdict.replace("_", " ")
    figure = (
        ""
        if result.speedup is None
        else f" (measured {quote(result.speedup, result.interval, result.pairs, result.metric)})"
    )
    return f"{words.capitalize()}{figure}"


def figures_table(figures: Sequence[BenchmarkFigure]) -> str:
    """One row a benchmark, losers included."""
    rows = [
        "| benchmark | speedup | 95 % interval | wall | memory | before | after | verdict |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for f in figures:
        name = f"{f.id} (target)" if f.target else f.id
        ratios = f"{speedup_text(f.wall_speedup)} | {speedup_text(f.memory_speedup)}"
        costs = f"{seconds_text(f.baseline_s)} | {seconds_text(f.candidate_s)}"
        rows.append(
            f"| `{name}` | {speedup_text(f.speedup)} | {interval_text(f.interval)} | {ratios} | {costs} | {f.verdict} |"
        )
    return "\n".join(rows)


def overall_text(result: Result) -> str:
    """All benchmarks together as a sentence; empty for a single one."""
    overall = result.overall
    if overall is None:
        return ""
    return (
        f"All {len(result.benchmarks)} benchmarks: geometric mean {speedup_text(overall.geometric_mean)} "
        f"({interval_text(overall.interval)}), total time {speedup_text(overall.total_speedup)}."
    )


def patch_markdown(patch: PatchReport, number: int = 1) -> str:
    """One accepted patch: figure, reason, benchmarks and diff."""
    lines = [
        f"## Patch {number}: {patch.idea}",
        "",
        quote(patch.speedup, patch.interval, patch.pairs, patch.metric) + ".",
    ]
    if patch.rationale:
        lines += ["", patch.rationale]
    lines += [
        "",
        f"Origin: {patch.origin}; {patch.hunks} hunk{'s' if patch.hunks != 1 else ''}; commit `{patch.commit[:12]}`.",
    ]
    if patch.benchmarks:
        lines += ["", figures_table(patch.benchmarks)]
    if patch.evidence:
        rows = [f"- `{file.name}`" + (f": {file.last_line}" if file.last_line else "") for file in patch.evidence]
        lines += ["", "Written beside the change to test old against new, and no part of it:", "", *rows]
    fence = "`" * max(3, _longest_fence(patch.diff) + 1)
    return "\n".join([*lines, "", f"{fence}diff", patch.diff.rstrip("\n"), fence])


def _longest_fence(text: str) -> int:
    longest = run = 0
    for character in text:
        run = run + 1 if character == "`" else 0
        longest = max(longest, run)
    return longest


def _facts(result: Result) -> str:
    rows = [
        f"- repository: {result.repository} at `{result.baseline[:12]}`"
        + (f" against `{result.head[:12]}`" if result.head else ""),
        f"- sandbox: {result.sandbox}, Python {result.python}",
    ]
    if result.branch:
        rows.append(f"- branch: `{result.branch}` (take it with `perfagent apply {result.run_id}`)")
    if result.tests.passed or result.tests.failed:
        flaky = f", {result.tests.flaky} flaky ones left out" if result.tests.flaky else ""
        rows.append(f"- unit tests: {result.tests.passed} passed, {result.tests.failed} failed{flaky}")
    if result.candidates:
        rows.append(
            "- candidates: "
            + ", ".join(f"{n} {name.replace('_', ' ')}" for name, n in sorted(result.candidates.items()))
        )
    model = result.model or "none (the catalogue of rewrites)"
    rows.append(f"- model: {model}; {cost_text(result.cost.usd, result.cost.input_tokens + result.cost.output_tokens)}")
    if result.prompts:
        told = ", ".join(f"{name.removesuffix('.md')} {digest}" for name, digest in result.prompts.items())
        rows.append(f"- prompts: {told}")
    if len(result.cost.models) > 1 or result.cost.failed_attempts:
        rows += [f"  - {model_cost_text(one)}" for one in result.cost.models]
    if result.time.wall_s:
        rows.append(f"- {time_text(result.time)}")
    rows += [f"- {message}" for message in result.messages]
    if result.stop:
        rows.append(f"- the run ended: {result.stop}")
    return "\n".join(rows)


def _check_line(name: str, ok: bool, detail: str) -> str:
    return f"- {'passed' if ok else '**failed**'}: {name}" + (f" – {detail}" if detail else "")


def _tried_table(result: Result) -> str:
    rows = ["| idea | verdict | measured | why |", "|---|---|---|---|"]
    for tried in result.tried:
        reason = tried.reason.replace("|", "\\|").replace("\n", " ")
        title = tried.title.replace("|", "\\|")
        rows.append(f"| {title} | {tried.verdict} | {speedup_text(tried.speedup)} | {reason} |")
    return "\n".join(rows)


def rate_text(noise: Noise) -> str:
    """The false-acceptance rate as a sentence: by design, and as resampled here where that was done."""
    said = noise.false_acceptance or f"identical code is accepted in at most {ALPHA:.0%} of comparisons by design"
    return f"{said[:1].upper()}{said[1:]}."


def _method(result: Result) -> str:
    lines = [
        "Baseline and candidate ran interleaved in fresh processes, the order inside each pair by coin, timed by a "
        "clock outside the code under test; a sequential label-swap test decides.",
        rate_text(result.noise),
    ]
    if result.noise.spread is not None:
        lines.append(f"Comparing the baseline with itself varied by {result.noise.spread:.1%} a pair.")
    if result.noise.smallest_gain is not None:
        lines.append(f"At that noise gains from about {result.noise.smallest_gain - 1:.0%} are seen with 80 % power.")
    if result.pairs:
        lines.append(
            f"The figures come from {pairs_text(result.pairs, result.metric)}, measured afresh after the decision."
        )
    again = f"compare REPO {result.baseline[:12]} {result.head[:12]}"
    if result.command != "compare":
        again = "verify REPO --patch FILE"
    lines.append(f"All samples: `{result.run_dir}`. Reproduce: `perfagent {again}`.")
    return "\n".join(lines)
