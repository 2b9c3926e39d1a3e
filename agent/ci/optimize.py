"""Optimizing as a CI job: one run, and its patches as pull requests."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from perfagent import __version__
from perfagent.agent import driver
from perfagent.agent.ci.job import Job
from perfagent.agent.ci.reporting import output_folder, write_report
from perfagent.agent.ci.words import code, figure_text, table
from perfagent.agent.publishing import Published, Route, open_forge, publish, wishes_for
from perfagent.tools.forge import DryRun
from perfagent.tools.report import Result, interval_text, pairs_text, rate_text, speedup_text

#: What became of a patch, as the summary says it.
_OUTCOMES: Mapping[str, str] = {
    "opened": "opened",
    "updated": "updated",
    "unchanged": "open already",
    "waiting": "waits",
    "refused": "refused by a person earlier",
    "merged": "merged already",
    "left": "left alone",
    "unproved": "not proved on the base branch alone",
}


@dataclass(frozen=True, slots=True)
class OptimizeWishes:
    """What an optimizing job is asked for besides settings.

    Attributes:
        root: the job's checkout.
        base: branch to propose for; the repository's default one when empty.
        route: where the pull requests go.
        pulls: settings of pull requests by name, `pull_` before each.
        dry_run: say what would be sent, and send nothing.
        out: folder for the run and the report.
    """

    root: Path
    base: str = ""
    route: Route = field(default_factory=Route)
    pulls: Mapping[str, Any] = field(default_factory=dict)
    dry_run: bool = False
    out: Path | None = None


def optimize_step(
    wishes: OptimizeWishes, flags: Mapping[str, Any], environ: Mapping[str, str], say: Callable[[str], None]
) -> tuple[Result, tuple[Published, ...]]:
    """Run, propose what was proved, and say so in the job.

    Args:
        say: writes a line to the job's log.

    Raises:
        PerfagentError: the run could not be completed, or the forge refuses; what was proved is in the summary then
            too.
    """
    job = Job(environ, say)
    folder = output_folder(wishes.out, environ)
    published: tuple[Published, ...] = ()
    with job.telling():
        with job.muted():
            result = driver.run(str(wishes.root), flags, folder / "run")
        try:
            with job.muted():
                published = _published(wishes, result, folder / "run", environ, say)
        finally:
            _tell(job, result, published, folder, wishes.dry_run)
    return result, published


def _published(
    wishes: OptimizeWishes, result: Result, run: Path, environ: Mapping[str, str], say: Callable[[str], None]
) -> tuple[Published, ...]:
    if not result.patches:
        return ()
    forge = open_forge(run, wishes.route, environ)
    dry = DryRun(forge) if wishes.dry_run else None
    published = publish(run, dry or forge, wishes_for(run, {"base": wishes.base, **wishes.pulls}, environ))
    for sending in dry.sendings if dry else ():
        say(f"{sending.method} {sending.url}\n{json.dumps(sending.body, indent=2, ensure_ascii=False)}\n")
    return published


def _tell(job: Job, result: Result, published: Sequence[Published], folder: Path, dry_run: bool) -> None:
    markdown = optimize_markdown(result, published, dry_run=dry_run)
    report = write_report(markdown, folder / "report", folder / "run")
    job.summary(markdown)
    interval = result.interval or ("", "")
    figures = {"speedup": result.speedup, "low": interval[0], "high": interval[1]} if result.patches else {}
    job.output("verdict", "faster" if result.patches else "not_faster")
    for name in ("speedup", "low", "high"):
        job.output(name, f"{figures[name]:.4f}" if figures.get(name) else "")
    job.output("report", report)
    job.output("patches", len(result.patches))
    sent = [each.url for each in published if each.outcome in ("opened", "updated") and each.url]
    job.output("pull-requests", "\n".join(sent))
    job.remark("notice", f"{_counted(len(result.patches))}, {len(sent)} pull requests opened or updated")


def optimize_markdown(result: Result, published: Sequence[Published], *, dry_run: bool = False) -> str:
    """The job's summary: what was proved, what became of it, and how it was decided.

    Args:
        published: empty also when nothing could be sent.
    """
    became = {each.patch: each for each in published}
    parts = [f"### {_counted(len(result.patches))}"]
    if dry_run:
        parts.append("A dry run: nothing was sent.")
    if result.patches:
        rows = ["| change | speedup | 95 % interval | measured | pull request |", "|---|---|---|---|---|"]
        for patch in result.patches:
            rows.append(
                f"| {code(patch.idea)} | {speedup_text(patch.speedup)} | {interval_text(patch.interval)} "
                f"| {pairs_text(patch.pairs, patch.metric)} | {_became(became.get(patch.id))} |"
            )
        parts.append("\n".join(rows))
    if result.benchmarks:
        parts += [f"All of them together: {figure_text(result.benchmarks[0])}." if len(result.benchmarks) == 1 else
                  "All of them together:", table(result.benchmarks)]  # fmt: skip
    tried = sum(result.candidates.values())
    model = code(result.model) if result.model else "none, the catalogue of rewrites alone"
    parts.append(f"{tried} candidates were judged; model: {model}. {rate_text(result.noise)}")
    parts.append(f"<sub>perfagent {__version__}</sub>")
    return "\n\n".join(parts) + "\n"


def _became(published: Published | None) -> str:
    if published is None:
        return "not sent"
    words = _OUTCOMES[published.outcome]
    link = f"[{words}]({published.url})" if published.url else words
    return f"{link}: {code(published.reason)}" if published.reason else link


def _counted(count: int) -> str:
    return {0: "No change was proved faster", 1: "1 change proved faster"}.get(count, f"{count} changes proved faster")
