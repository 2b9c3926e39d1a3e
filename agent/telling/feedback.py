"""What a rejected candidate's editor is told: stage, numbers, evidence, and one question.

Whatever has to be run for the evidence runs when the feedback is made, so that nothing is paid for a candidate that
nobody repairs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from perfagent.agent.dialogue import Feedback
from perfagent.agent.services import Services
from perfagent.agent.state import Candidate, Verdict
from perfagent.agent.telling.whereabouts import time_lines
from perfagent.tools.report import BenchmarkFigure

#: Lines of evidence: the first failure and a line profile fit, a raw log would drown them.
MOST_LINES = 40

#: Benchmarks named one by one.
MOST_BENCHMARKS = 5

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


def feedback_for(services: Services, candidate: Candidate, verdict: Verdict) -> Feedback:
    """The message that sends a candidate back to its editor; made once and kept in the run folder.

    For a verdict of time it profiles the lines of the changed functions on both sides, for one of results it looks for
    the first call that ends differently. Where that cannot be done the verdict's own words remain.
    """
    made = services.folder.step(
        f"feedback-{candidate.id}", lambda: _feedback(services, candidate, verdict).model_dump(mode="json")
    )
    return Feedback(**made)


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


def kept_for_repair(services: Services, said: Feedback, verdict: Verdict) -> str:
    """Digest of what a repair begins with: `feedback`, what its editor is told, and `diff`, the digest of its start."""
    return services.folder.put_json({"feedback": said.model_dump(mode="json"), "diff": verdict.diff})


def _feedback(services: Services, candidate: Candidate, verdict: Verdict) -> Feedback:
    looks = _LOOKS.get(verdict.verdict)
    found = looks(services, candidate, verdict) if looks else []
    told = [verdict.detail, *found, *verdict.evidence]
    lines = [line for text in dict.fromkeys(told) for line in text.splitlines()]
    return Feedback(
        stage=verdict.checks[-1].name if verdict.checks and not verdict.checks[-1].ok else "measurement",
        reason_code=verdict.verdict,
        numbers=numbers(verdict, services.settings.min_speedup),
        evidence="\n".join(lines[:MOST_LINES]),
        question=QUESTIONS.get(verdict.verdict, "What would make the change better?"),
    )


def numbers(verdict: Verdict, bar: float) -> dict[str, str]:
    """What was measured: the speedup, the benchmarks one by one with the worst first, and what the bar still asks.

    Args:
        bar: the speedup from which on a change counts.
    """
    told: dict[str, str] = {}
    if verdict.speedup is not None:
        told["speedup (baseline time / candidate time)"] = f"{verdict.speedup:.3f}x after {verdict.pairs} pairs"
    if verdict.interval is not None:
        told["95 % interval"] = fine_text(verdict.interval)
    if verdict.speedup is not None and verdict.verdict in ("not_faster", "inconclusive"):
        told["the bar"] = bar_text(verdict.speedup, verdict.interval, bar)
    measured = sorted((f for f in verdict.benchmarks if f.speedup is not None), key=lambda f: f.speedup or 0.0)
    if len(measured) > 1:
        worst = measured[0]
        told[f"the worst of {len(measured)} benchmarks, `{worst.id}`"] = figure_text(worst)
        told |= {f"`{figure.id}`": figure_text(figure) for figure in measured[1:MOST_BENCHMARKS]}
    return told


def bar_text(speedup: float, interval: tuple[float, float] | None, bar: float) -> str:
    """How far a measured speedup is from the bar, as the share of the present time that must still go."""
    if speedup < bar:
        return f"{bar:.2f}x: another {1 - speedup / bar:.1%} of the present time must go"
    low = f" (it may be {interval[0]:.3f}x)" if interval is not None else ""
    return f"{bar:.2f}x: reached by the estimate, but the pairs do not prove it{low}; only a larger gain will"


def fine_text(interval: tuple[float, float]) -> str:
    """An interval with three decimals: the bar is a few hundredths above 1, and the question is on which side."""
    return f"{interval[0]:.3f}–{interval[1]:.3f}"


def figure_text(figure: BenchmarkFigure) -> str:
    """One benchmark's speedup with its interval and its own verdict."""
    interval = f", 95 % interval {fine_text(figure.interval)}" if figure.interval is not None else ""
    return f"{figure.speedup:.3f}x{interval}: {figure.verdict.replace('_', ' ')}"


def _where_time_goes(services: Services, candidate: Candidate, verdict: Verdict) -> list[str]:
    """The line profile under the benchmarks that matter: those that lost, else the worst of those it was made for."""
    losers = [figure.id for figure in verdict.benchmarks if figure.verdict == "slower"]
    measured = sorted((f for f in verdict.benchmarks if f.speedup is not None), key=lambda f: f.speedup or 0.0)
    worst = losers[:MOST_BENCHMARKS] or [figure.id for figure in measured[:1]] or list(candidate.targets[:1])
    lost = [f"`{figure.id}` lost: {figure_text(figure)}" for figure in verdict.benchmarks if figure.id in losers]
    return [*lost[:MOST_BENCHMARKS], *time_lines(services, candidate, verdict, frozenset(worst))]


def _where_it_differs(services: Services, candidate: Candidate, verdict: Verdict) -> list[str]:
    from perfagent.agent.verify.differing import differing_call

    found = differing_call(services, candidate, verdict)
    return found.lines() if found is not None else []


_LOOKS: Mapping[str, Callable[[Services, Candidate, Verdict], list[str]]] = {
    "not_faster": _where_time_goes,
    "inconclusive": _where_time_goes,
    "slower_elsewhere": _where_time_goes,
    "not_equivalent": _where_it_differs,
    "tests_failed": _where_it_differs,
}
