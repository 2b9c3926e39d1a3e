"""Confirm the whole branch against the first baseline on fresh runs, and write everything down."""

from __future__ import annotations

from typing import Any

from perfagent.agent.memory import remember
from perfagent.agent.outcome import branch_name, run_result, write_outcome
from perfagent.agent.report_sources import keep_reproduction, keep_sources
from perfagent.agent.reproducing import reproduction
from perfagent.agent.services import Services
from perfagent.agent.state import Patch, RunState, Verdict
from perfagent.agent.verify.verification import Verifier


def finish(state: RunState, services: Services) -> dict[str, Any]:
    """Measure base against the branch's head, set the branch, write result, report and patches."""
    patches = [Patch(**patch) for patch in state["patches"]]
    verdicts = [Verdict(**services.folder.get_json(patch.verdict)) for patch in patches]
    whole: Verdict | None = None
    verifier = Verifier(services)
    complete = len(verdicts) == 1 and len(verdicts[0].benchmarks) == len(services.lab.prepared.benchmarks)
    services.enter("finish", "measuring the whole branch" if patches and not complete else "")
    if complete:
        whole = verdicts[0]  # fresh pairs of every benchmark against the first baseline: there is nothing to add
    elif patches:
        accepted = {f.id for verdict in verdicts for f in verdict.benchmarks if f.verdict == "faster"}
        found = services.folder.step(
            "verdict-branch",
            lambda: verifier.whole(state["base"], state["head"], accepted).model_dump(mode="json"),
        )
        whole = Verdict(**found)
    if whole is not None:
        whole = _with_evidence(verifier, whole, state)
    if patches:
        services.target.branch(branch_name(services.folder.id), state["head"])
    commands = _kept(services, state, patches, verdicts, whole)
    remember(services, patches, verdicts, {patch.idea: patch.mechanism for patch in patches})
    result = run_result(state, services, patches, verdicts, whole).model_copy(update={"reproduce": commands})
    write_outcome(services, result, patches)
    services.folder.event("finished", verdict=result.verdict, patches=len(patches))
    return {"result": services.folder.put(result.to_json())}


def _kept(
    services: Services, state: RunState, patches: list[Patch], verdicts: list[Verdict], whole: Verdict | None
) -> tuple[str, ...]:
    """Keep what the report is drawn from; returns the commands that repeat the verdict on the branch."""
    judged = {patch.id: verdict for patch, verdict in zip(patches, verdicts, strict=True)}
    if whole is not None and whole.candidate not in {verdict.candidate for verdict in verdicts}:
        judged["branch"] = whole
    keep_sources(services, judged, state["base"], services.lab.tree(state["head"]) if patches else None)
    if not patches:
        return ()
    found = reproduction(services, state["base"], diff=services.target.diff(state["base"], state["head"]))
    keep_reproduction(services, found)
    return found.commands


def _with_evidence(verifier: Verifier, whole: Verdict, state: RunState) -> Verdict:
    def gather() -> dict[str, Any]:
        head = verifier.lab.tree(state["head"])
        return verifier.with_evidence(whole, state["base"], head).model_dump(mode="json")

    return Verdict(**verifier.services.folder.step("evidence-branch", gather))
