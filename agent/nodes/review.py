"""With `--review` a person looks at an accepted patch before it lands; without, it passes."""

from __future__ import annotations

from typing import Any

from perfagent.agent.reviewing import Answer, Question
from perfagent.agent.services import Services
from perfagent.agent.state import Candidate, RunState, Task, Tried, Verdict


def review(state: RunState, services: Services) -> dict[str, Any]:
    """Pause for accept, reject, or a hint for the editor."""
    accepted = state["accepted"]
    if accepted is None:
        raise RuntimeError("review without an accepted candidate")
    if not services.settings.review:
        return {}
    from langgraph.types import interrupt

    candidate, task = Candidate(**accepted["candidate"]), Task(**accepted["task"])
    verdict = Verdict(**services.folder.get_json(accepted["verdict"]))
    asked = Question.of(candidate, verdict, services.folder.get(verdict.diff))
    services.folder.write("review.diff", asked.diff)
    answer = Answer(**interrupt(asked.model_dump(mode="json")))
    services.folder.event("review", candidate=candidate.id, decision=answer.decision, hint=answer.hint)
    if answer.decision == "accept":
        return {}
    entry = Tried.of(
        task.idea,
        state["head"],
        "sent_back" if answer.hint else "declined",
        title=candidate.title,
        speedup=verdict.speedup,
        reason=answer.hint or "rejected in review",
        start=task.start,
        # A hint is no failed repair: the person decides how often to give one.
        attempt=0 if answer.hint else task.attempt,
        again=bool(answer.hint) and task.idea.origin == "model",
        feedback=_hint(answer, verdict, services) if answer.hint else "",
        history=accepted["history"],
        diff=candidate.diff,
    )
    return {"accepted": None, "tried": [*state.get("tried", []), entry.model_dump()]}


def _hint(answer: Answer, verdict: Verdict, services: Services) -> str:
    """Digest of what the editor goes on from: the person's words and the diff."""
    from perfagent.agent.telling.feedback import feedback_from_review, kept_for_repair

    return kept_for_repair(services, feedback_from_review(answer.hint, verdict), verdict)
