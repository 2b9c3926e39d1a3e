"""What a rejected candidate's editor is told: stage, numbers, evidence, and one question."""

from __future__ import annotations

from perfagent.agent.model import Feedback
from perfagent.agent.state import Verdict
from perfagent.tools.report import interval_text

#: The one thing to think about, by verdict.
QUESTIONS = {
    "does_not_apply": "Which lines does the file really have?",
    "guarded": "Which change in the library's own code has the same effect?",
    "build_failed": "What does the compiler want?",
    "tests_failed": "Which behaviour that the test shows did the change lose?",
    "not_equivalent": "For which input does the new code give another result, and why?",
    "not_faster": "Where does the time go now, and what did the change add?",
    "inconclusive": "Can the same idea save more, or is its part of the time too small?",
    "slower_elsewhere": "What does the change cost the benchmarks that lost, and can it be avoided?",
}


def feedback_for(verdict: Verdict) -> Feedback:
    """The message that sends a candidate back to its editor."""
    numbers = {}
    if verdict.speedup is not None:
        numbers["speedup (baseline time / candidate time)"] = f"{verdict.speedup:.3f}x after {verdict.pairs} pairs"
    if verdict.interval is not None:
        numbers["95 % interval"] = interval_text(verdict.interval)
    return Feedback(
        stage=verdict.checks[-1].name if verdict.checks and not verdict.checks[-1].ok else "measurement",
        reason_code=verdict.verdict,
        numbers=numbers,
        evidence="\n".join(dict.fromkeys([verdict.detail, *verdict.evidence])),
        question=QUESTIONS.get(verdict.verdict, "What would make the change better?"),
    )


def feedback_from_review(hint: str, verdict: Verdict) -> Feedback:
    """The message of a person who sent an accepted patch back."""
    speedup = f"{verdict.speedup:.3f}x" if verdict.speedup else "not measured"
    return Feedback(
        stage="review",
        reason_code="sent_back",
        numbers={"speedup (baseline time / candidate time)": speedup},
        evidence=hint,
        question="How do you do what the reviewer asks and keep the gain?",
    )
