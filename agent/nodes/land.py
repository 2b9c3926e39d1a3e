"""An accepted candidate becomes a commit and the new baseline."""

from __future__ import annotations

from typing import Any

from perfagent.agent.lab.present import seconds_at
from perfagent.agent.messages import commit_message
from perfagent.agent.services import Services
from perfagent.agent.state import Candidate, Patch, RunState, Task, Tried, Verdict
from perfagent.tools.patch import read_patch


def land(state: RunState, services: Services) -> dict[str, Any]:
    """Commit the accepted candidate on top of the current baseline."""
    accepted = state["accepted"]
    if accepted is None:
        raise RuntimeError("land without an accepted candidate")
    candidate = Candidate(**accepted["candidate"])
    verdict = Verdict(**services.folder.get_json(accepted["verdict"]))
    idea = Task(**accepted["task"]).idea
    services.enter("land", candidate.title)
    patches = state.get("patches", [])
    rationale = candidate.description or idea.rationale
    message = commit_message(candidate.title, rationale, verdict, services.folder.id)
    # A fixed date makes the commit's id a function of its content: a resumed run makes the same commit again.
    date = services.folder.step("date", services.now)
    diff = services.folder.get(verdict.diff)
    commit = services.target.commit_patch(state["head"], diff, message, services.author(date))
    patch = Patch(
        id=f"{len(patches) + 1:03d}",
        idea=idea.title,
        title=candidate.title,
        rationale=rationale,
        origin=candidate.origin,
        mechanism=idea.mechanism,
        commit=commit,
        parent=state["head"],
        diff=verdict.diff,
        verdict=accepted["verdict"],
        hunks=read_patch(diff).hunks,
        targets=candidate.targets,
        evidence=candidate.evidence,
    )
    services.folder.step(f"seconds-{commit[:16]}", lambda: _seconds(state["head"], verdict, services))
    services.folder.event("landed", patch=patch.id, commit=commit, title=patch.title)
    services.progress.note(f"accepted: {patch.title}")
    tried = Tried.of(idea, state["head"], "faster", title=candidate.title, speedup=verdict.speedup,
                     reason=verdict.detail, diff=candidate.diff, evidence=candidate.evidence)  # fmt: skip
    return {
        "head": commit,
        "patches": [*patches, patch.model_dump()],
        "accepted": None,
        "tried": [*state.get("tried", []), tried.model_dump()],
    }


def _seconds(head: str, verdict: Verdict, services: Services) -> dict[str, float]:
    """Seconds a benchmark takes at the new baseline: those at the old one over what the patch gained."""
    before = seconds_at(services, head)
    gained = {figure.id: figure.speedup for figure in verdict.benchmarks if figure.speedup}
    return {name: seconds / gained.get(name, 1.0) for name, seconds in before.items()}
