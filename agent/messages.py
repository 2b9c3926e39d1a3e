"""What a commit says: the change in words, the evidence in trailers."""

from __future__ import annotations

import textwrap

from perfagent import __version__
from perfagent.agent.state import Idea, Verdict
from perfagent.tools.report import interval_text, pairs_text

Interval = tuple[float, float] | None


def commit_message(
    idea: Idea, title: str, speedup: float | None, interval: Interval, verdict: Verdict, run_id: str
) -> str:
    """The message of an accepted patch's commit.

    Args:
        idea: what was meant, and why it should be faster.
        title: what was done, one line.
        speedup, interval: the figure to publish.
        verdict: the evidence: benchmarks, tests, p-value.
        run_id: where the samples are.
    """
    subject = textwrap.shorten(title, 72, placeholder="…")
    body = [subject, ""]
    if idea.rationale:
        body += [textwrap.fill(idea.rationale, 72), ""]
    body.append(f"Perfagent-Speedup: {speedup:.3f}x" if speedup else "Perfagent-Speedup: not measured")
    if interval:
        body.append(
            f"Perfagent-Interval: {interval_text(interval)} (95 %, {pairs_text(verdict.pairs, verdict.metric)})"
        )
    body += [
        f"Perfagent-Benchmark: {f.id} {f.speedup:.3f}x {interval_text(f.interval)}{' target' if f.target else ''}"
        for f in verdict.benchmarks
        if f.speedup is not None
    ]
    body.append(f"Perfagent-Tests: {verdict.tests.passed} passed, {verdict.tests.failed} failed")
    body.append(f"Perfagent-Run: {run_id} (perfagent {__version__})")
    return "\n".join(body) + "\n"
