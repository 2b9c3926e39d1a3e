"""What a rejected candidate's editor is told: stage, numbers, evidence; rendered from prompts/feedback.md."""

from __future__ import annotations

from perfagent.agent.state import Verdict

#: Lines of evidence a repair gets to see: the first failing assertion or the first difference, not a log.
EVIDENCE_LINES = 40


def feedback_text(verdict: Verdict) -> str:
    """The message that sends a candidate back to its editor."""
    from perfagent.prompts import render

    return render(
        "feedback",
        stage=verdict.verdict,
        reason=verdict.detail,
        speedup=verdict.speedup,
        interval=verdict.interval,
        pairs=verdict.pairs,
        evidence=list(verdict.evidence)[:EVIDENCE_LINES],
        checks=[{"name": check.name, "ok": check.ok, "detail": check.detail} for check in verdict.checks],
    )
