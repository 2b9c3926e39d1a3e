"""Judge the candidates of one idea: checks, screening, one confirmation on fresh runs, at most one more."""

from __future__ import annotations

from collections import Counter
from typing import Any

from perfagent.agent.services import Services
from perfagent.agent.state import Candidate, Idea, RunState, Verdict
from perfagent.agent.verify.checks import Checked
from perfagent.agent.verify.verification import Verifier, refused
from perfagent.tools.measure import AlphaLedger

#: Candidates of one idea that may be confirmed: measuring the second best after the best has failed still finds most of
#: what is there, and each further one costs alpha.
CONFIRMATIONS = 2

#: Repairs of one idea with the verdict's evidence. Repairs stop paying after two or three tries.
REPAIRS = 2


def verifier(state: RunState, services: Services) -> dict[str, Any]:
    """The verdicts of the candidates under work, and where the machine goes from here."""
    if state["idea"] is None:
        raise RuntimeError("verifier without an idea")
    idea = Idea(**state["idea"])
    candidates = [Candidate(**c) for c in state["candidates"]]
    left = services.settings.max_candidates - sum(state.get("counts", {}).values())
    services.enter("verifier", idea.title)
    verdicts = judge(Verifier(services), candidates[: max(1, left)], services)
    return _update(state, idea, candidates, verdicts, services)


def judge(verifier: Verifier, candidates: list[Candidate], services: Services) -> list[Verdict]:
    """A verdict for every candidate, in the order they were reached; at most one of them is `faster`.

    Of several candidates only those that screening finds promising pay for the checks that run something.
    """
    verdicts: list[Verdict] = []
    sound: dict[str, Checked] = {}
    for candidate in candidates:
        glanced = verifier.glance(candidate)
        if glanced.failed is None:
            sound[candidate.id] = glanced
        else:
            verdicts.append(_told(services, refused(candidate, glanced)))
    order = [candidate for candidate in candidates if candidate.id in sound]
    if len(order) > 1:
        services.progress.note(f"screening {len(order)} candidates side by side")
        order = verifier.screen(order, sound)
        kept = {candidate.id for candidate in order}
        verdicts += [_screened_out(c, sound[c.id]) for c in candidates if c.id in sound and c.id not in kept]
    confirmed = 0
    for candidate in order:
        if confirmed == CONFIRMATIONS:
            break
        services.progress.trying(candidate.title)
        checked = verifier.check(candidate)
        if checked.failed is not None:
            verdicts.append(_told(services, refused(candidate, checked)))
            continue
        confirmed += 1
        verdicts.append(_told(services, _confirm(verifier, candidate, checked, services)))
        if verdicts[-1].verdict == "faster":
            break
    return verdicts


def _told(services: Services, verdict: Verdict) -> Verdict:
    services.progress.note(f"{verdict.verdict}: {verdict.detail}")
    return verdict


def _confirm(verifier: Verifier, candidate: Candidate, checked: Checked, services: Services) -> Verdict:
    """Confirm with the run's next share of alpha; the ledger is written before the first pair and settled after."""
    file = services.folder.path / "alpha.json"
    ledger = AlphaLedger.model_validate_json(file.read_text("utf-8")) if file.exists() else AlphaLedger()
    entry = next((e for e in ledger.entries if e.candidate == candidate.id), None)
    if entry is None:
        ledger = ledger.reserve(candidate.id)
        services.folder.write("alpha.json", ledger.model_dump_json(indent=1))
        entry = ledger.entries[-1]
    alpha = entry.alpha
    found = services.folder.step(
        f"verdict-{candidate.id}", lambda: verifier.confirm(candidate, checked, alpha).model_dump(mode="json")
    )
    verdict = Verdict(**found)
    if entry.accepted is None:
        services.folder.write("alpha.json", ledger.settle(verdict.verdict == "faster").model_dump_json(indent=1))
    return verdict


def _update(
    state: RunState, idea: Idea, candidates: list[Candidate], verdicts: list[Verdict], services: Services
) -> dict[str, Any]:
    by_id = {candidate.id: candidate for candidate in candidates}
    counts = Counter(state.get("counts", {})) + Counter(verdict.verdict for verdict in verdicts)
    update: dict[str, Any] = {"counts": dict(counts), "candidates": [], "accepted": None, "feedback": ""}
    for verdict in verdicts:
        services.folder.event("verdict", candidate=verdict.candidate, verdict=verdict.verdict, detail=verdict.detail,
                              speedup=verdict.speedup, alpha=verdict.alpha)  # fmt: skip
    winner = next((verdict for verdict in verdicts if verdict.verdict == "faster"), None)
    tried = [
        {
            "idea": idea.id,
            "title": by_id[v.candidate].title,
            "verdict": v.verdict,
            "speedup": v.speedup,
            "reason": v.detail,
        }
        for v in verdicts
        if v is not winner
    ]
    update["tried"] = [*state.get("tried", []), *tried]
    if winner is not None:
        digest = services.folder.put_json(winner.model_dump(mode="json"))
        update["accepted"] = {
            "candidate": by_id[winner.candidate].model_dump(),
            "verdict": digest,
            "idea": idea.model_dump(),
        }
    elif idea.origin == "model" and verdicts and state.get("attempt", 0) < REPAIRS and not services.out_of_budget():
        update["feedback"] = _feedback(by_id[verdicts[-1].candidate], verdicts[-1], services)
        update["attempt"] = state.get("attempt", 0) + 1
    else:
        update["idea"] = None
    return update


def _screened_out(candidate: Candidate, checked: Checked) -> Verdict:
    return Verdict(
        candidate=candidate.id,
        verdict="not_faster",
        detail="screening saw too little of a gain",
        tests=checked.tests,
        checks=checked.checks,
        diff=checked.diff,
    )


def _feedback(candidate: Candidate, verdict: Verdict, services: Services) -> str:
    """Digest of what the editor is told, and of the diff it goes on from."""
    from perfagent.agent.ideas.feedback import feedback_for

    said = feedback_for(services, candidate, verdict).model_dump(mode="json")
    return services.folder.put_json({"feedback": said, "diff": verdict.diff})
