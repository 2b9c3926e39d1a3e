"""The gate as a CI job: find out what is asked, judge it, and tell the job and the pull request."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from perfagent.agent.ci.checkout import Remote, open_sides
from perfagent.agent.ci.commenting import keep_comment
from perfagent.agent.ci.event import Change, read_change
from perfagent.agent.ci.gate import IGNORED, Gated, gate
from perfagent.agent.ci.job import Job
from perfagent.agent.ci.reporting import output_folder, write_report


@dataclass(frozen=True, slots=True)
class GateWishes:
    """What a gate is asked for besides settings; None for what the job's event or environment says.

    Attributes:
        root: the job's checkout.
        ignored: globs of files that need no measurement; the default ones when empty.
        fail_on_nothing: whether a base without a benchmark fails.
        comment: whether to keep a comment on the pull request.
        out: folder for runs and report.
    """

    root: Path
    base: str | None = None
    head: str | None = None
    ignored: tuple[str, ...] = ()
    fail_on_nothing: bool = False
    comment: bool = True
    api_url: str | None = None
    out: Path | None = None


def gate_step(
    wishes: GateWishes, flags: Mapping[str, Any], environ: Mapping[str, str], say: Callable[[str], None]
) -> tuple[Gated, bool]:
    """Judge a change and say so everywhere; whether the step is to fail comes second.

    Args:
        say: writes a line to the job's log.

    Raises:
        PerfagentError: the change could not be judged for a reason that is not its own.
    """
    job = Job(environ, say)
    note = ""
    with job.telling(), job.muted():
        change = read_change(environ, wishes.base, wishes.head)
        folder = output_folder(wishes.out, environ)
        gated = _judged(wishes, change, flags, environ, folder)
        report = write_report(gated.markdown, folder / "report", next(iter(gated.runs), None), gated.result)
        if wishes.comment:
            note = keep_comment(change, gated, environ, wishes.api_url)
    failed = gated.verdict == "slower" or (gated.verdict == "no_workload" and wishes.fail_on_nothing)
    job.summary(gated.markdown)
    _put_outputs(job, gated, report)
    serious = gated.verdict in ("not_measured", "no_workload", "not_judged")
    job.remark("error" if failed else "warning" if serious else "notice", gated.sentence)
    if note:
        job.remark("notice", note)
    return gated, failed


def _judged(
    wishes: GateWishes, change: Change, flags: Mapping[str, Any], environ: Mapping[str, str], folder: Path
) -> Gated:
    try:
        sides = open_sides(wishes.root, change, Remote.of(wishes.root, environ), folder / "sides")
        return gate(sides, flags, folder.joinpath, wishes.ignored or IGNORED)
    finally:
        shutil.rmtree(folder / "sides", ignore_errors=True)


def _put_outputs(job: Job, gated: Gated, report: Path) -> None:
    figure = gated.figure
    interval = figure.interval if figure else None
    job.output("verdict", gated.verdict)
    job.output("speedup", f"{figure.speedup:.4f}" if figure and figure.speedup else "")
    job.output("low", f"{interval[0]:.4f}" if interval else "")
    job.output("high", f"{interval[1]:.4f}" if interval else "")
    job.output("report", report)
