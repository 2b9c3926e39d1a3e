"""Judge the candidates of a step: checks, screening, one confirmation on fresh runs, at most one more."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from perfagent.agent.ideas.archive import normal_digest
from perfagent.agent.search import REPAIRS
from perfagent.agent.services import Services
from perfagent.agent.state import Candidate, Edited, RunState, Tried, Verdict
from perfagent.agent.verify.checks import Checked
from perfagent.agent.verify.verification import Verifier, refused
from perfagent.tools.errors import EditError
from perfagent.tools.measure import AlphaLedger

#: Candidates of one step that may be confirmed: measuring the second best after the best has failed still finds most of
#: what is there, and each further one costs alpha.
CONFIRMATIONS = 2


def verifier(state: RunState, services: Services) -> dict[str, Any]:
    """The verdicts of all that the editors handed over, and where the machine goes from here."""
    edited = [Edited(**entry) for entry in state.get("edited", [])]
    judged = _judged(state)
    forms = {c.id: _form(c, services) for entry in edited for c in entry.candidates if c.origin == "model"}
    candidates = _different([c for entry in edited for c in entry.candidates], forms, judged)
    verdicts: list[Verdict] = []
    if candidates:
        left = services.settings.max_candidates - sum(state.get("counts", {}).values())
        services.enter("verifier", ", ".join(dict.fromkeys(e.task.idea.title for e in edited if e.candidates)))
        verdicts = judge(Verifier(services), candidates[: max(1, left)], services)
    return _update(state, edited, _Found(verdicts, forms, judged), services)


@dataclass(frozen=True)
class _Found:
    """Verdicts of this step; the normal form of each model's candidate; what was judged before, by its form."""

    verdicts: list[Verdict]
    forms: dict[str, str]
    judged: dict[str, Tried]

    @property
    def by_id(self) -> dict[str, Verdict]:
        return {verdict.candidate: verdict for verdict in self.verdicts}

    @property
    def winner(self) -> Verdict | None:
        return next((verdict for verdict in self.verdicts if verdict.verdict == "faster"), None)


def _judged(state: RunState) -> dict[str, Tried]:
    """What was judged at this baseline, by the normal form of the change."""
    tried = [Tried(**entry) for entry in state.get("tried", [])]
    return {entry.form: entry for entry in tried if entry.form and entry.head == state["head"]}


def _form(candidate: Candidate, services: Services) -> str:
    try:
        return normal_digest(services.lab.tree(candidate.parent), services.folder.get(candidate.diff))
    except EditError:
        return ""


def _different(candidates: Sequence[Candidate], forms: dict[str, str], judged: dict[str, Tried]) -> list[Candidate]:
    """Each change once, though several editors may have made it, and none that was judged before."""
    by_form: dict[str, Candidate] = {}
    for candidate in candidates:
        form = forms.get(candidate.id) or candidate.id
        if form not in judged:
            by_form.setdefault(form, candidate)
    return list(by_form.values())


def judge(verifier: Verifier, candidates: list[Candidate], services: Services) -> list[Verdict]:
    """A verdict for every candidate that was reached, in that order; at most one of them is `faster`, the last.

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


def _update(state: RunState, edited: Sequence[Edited], found: _Found, services: Services) -> dict[str, Any]:
    for verdict in found.verdicts:
        services.folder.event("verdict", candidate=verdict.candidate, verdict=verdict.verdict, detail=verdict.detail,
                              speedup=verdict.speedup, alpha=verdict.alpha)  # fmt: skip
    winner = found.winner
    entries = [entry for one in edited for entry in _entries(one, found, state["head"], services)]
    tried = [entry for entry in entries if winner is None or entry.verdict != "faster"]
    counts = Counter(state.get("counts", {})) + Counter(verdict.verdict for verdict in found.verdicts)
    return {
        "counts": dict(counts),
        "edited": None,
        "tasks": [],
        "waiting": [candidate.model_dump() for candidate in _waiting(edited, found)],
        "tried": [*state.get("tried", []), *(entry.model_dump() for entry in tried)],
        "accepted": _accepted(winner, edited, services) if winner else None,
    }


def _waiting(edited: Sequence[Edited], found: _Found) -> list[Candidate]:
    """A model's candidates that were not reached, but for those of the idea that was accepted; each change once."""
    verdicts, winner = found.by_id, found.winner
    settled = {found.forms[id_] for id_ in verdicts if id_ in found.forms} | found.judged.keys()
    left: dict[str, Candidate] = {}
    for one in edited:
        if winner is not None and winner.candidate in {candidate.id for candidate in one.candidates}:
            continue
        for candidate in one.candidates:
            form = found.forms.get(candidate.id)
            if form is not None and candidate.id not in verdicts and form not in settled:
                left.setdefault(form or candidate.id, candidate)
    return list(left.values())


def _accepted(winner: Verdict, edited: Sequence[Edited], services: Services) -> dict[str, Any]:
    one, candidate = next((e, c) for e in edited for c in e.candidates if c.id == winner.candidate)
    return {
        "candidate": candidate.model_dump(),
        "verdict": services.folder.put_json(winner.model_dump(mode="json")),
        "task": one.task.model_dump(),
        "history": one.history,
    }


def _entries(one: Edited, found: _Found, head: str, services: Services) -> list[Tried]:
    """The ledger's lines of one task: its candidates' verdicts, or that there was nothing to judge."""
    task, idea = one.task, one.task.idea
    line = Tried.of(idea, head, "no_edit", reason=one.why, start=task.start, attempt=task.attempt, again=one.again,
                    history=one.history)  # fmt: skip
    if not one.candidates:
        return [line]
    entries = []
    repairable = found.winner is None and idea.origin == "model" and not task.carried and not services.out_of_budget()
    for candidate in one.candidates:
        form = found.forms.get(candidate.id, "")
        told = {"title": candidate.title, "diff": candidate.diff, "again": repairable, "evidence": candidate.evidence}
        verdict, before = found.by_id.get(candidate.id), found.judged.get(form)
        if verdict is not None:
            wanted = repairable and task.attempt < REPAIRS
            told |= {"verdict": verdict.verdict, "speedup": verdict.speedup, "reason": verdict.detail, "form": form,
                     "feedback": _feedback(candidate, verdict, services) if wanted else ""}  # fmt: skip
        elif before is not None:
            told |= {"verdict": before.verdict, "speedup": before.speedup,
                     "reason": f"the same change was judged before: {before.reason}"}  # fmt: skip
        else:
            continue
        entries.append(line.model_copy(update=told))
    return entries


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
    from perfagent.agent.telling.feedback import feedback_for, kept_for_repair

    return kept_for_repair(services, feedback_for(services, candidate, verdict), verdict)
