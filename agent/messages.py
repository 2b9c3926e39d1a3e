"""What a commit says: the change in words, the evidence in trailers."""

from __future__ import annotations

import textwrap

from perfagent import __version__
from perfagent.agent.state import Verdict
from perfagent.tools.report import interval_text, pairs_text


def commit_message(title: str, rationale: str, verdict: Verdict, run_id: str) -> str:
    """The message of an accepted patch's commit.

    Args:
        title: what was done, one line.
        rationale: why it is faster.
        verdict: the evidence: the figures of fresh pairs, benchmarks, tests.
        run_id: where the samples are.
    """
    subject = textwrap.shorten(title, 72, placeholder="…")
    body = [subject, ""]
    if rationale:
        body += [textwrap.fill(rationale, 72), ""]
    body.append(f"Perfagent-Speedup: {verdict.speedup:.3f}x" if verdict.speedup else "Perfagent-Speedup: not measured")
    if verdict.interval:
        measured = pairs_text(verdict.pairs, verdict.metric)
        body.append(f"Perfagent-Interval: {interval_text(verdict.interval)} (95 %, {measured})")
    body += [
        f"Perfagent-Benchmark: {f.id} {f.speedup:.3f}x {interval_text(f.interval)}{' target' if f.target else ''}"
        for f in verdict.benchmarks
        if f.speedup is not None
    ]
    body.append(f"Perfagent-Tests: {verdict.tests.passed} passed, {verdict.tests.failed} failed")
    body.append(f"Perfagent-Run: {run_id} (perfagent {__version__})")
    return "\n".join(body) + "\n"
