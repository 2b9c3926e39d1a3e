"""What the model is asked to do in a run: plan, and edit; every exchange is kept, so that nothing is paid twice."""

from __future__ import annotations

import os
from collections.abc import Sequence

from perfagent.agent.ideas.actions import actions_for
from perfagent.agent.ideas.facts import facts_for
from perfagent.agent.model import (
    Assignment,
    CostLedger,
    Feedback,
    FileWorkbench,
    GatewaySettings,
    IdeaDraft,
    Limits,
    LiteLLMModel,
    LoopEvent,
    Metered,
    Model,
    RecordedModel,
    Target,
    Totals,
    Transcript,
    edit,
    plan,
    read_transcript,
    secrets_in,
    spent,
)
from perfagent.agent.services import Services
from perfagent.agent.state import Candidate, Idea, Tried
from perfagent.tools.errors import ModelError
from perfagent.tools.patch import Policy, diff_trees
from perfagent.tools.profile import Hotspot
from perfagent.tools.repository import hold_tree

#: Ideas asked for at once: what the profile's head supports; further ones come with the next profile.
MOST_IDEAS = 5

#: Hotspots that stand in as ideas when a model never manages the plan's form.
STAND_IN_IDEAS = 3


def open_model(services: Services) -> tuple[Model, CostLedger]:
    """The run's model behind its ledger; what earlier sessions of the run spent is counted."""
    settings = services.settings
    assert settings.model is not None
    files = sorted((services.folder.path / "transcripts").glob("*.jsonl"))
    before = spent([exchange for file in files for exchange in read_transcript(file)]) if files else Totals()
    ledger = CostLedger(Limits(max_usd=settings.max_cost), before)
    inner = LiteLLMModel(
        GatewaySettings(model=settings.model, api_base=settings.api_base, timeout_s=settings.model_timeout),
        on_failed_attempt=ledger.failed_attempt,
    )
    metered = Metered(inner, ledger, inner.price, allow_unknown_price=settings.allow_unknown_cost)
    return metered, ledger


def ideas(services: Services, head: str, spots: Sequence[Hotspot], tried: Sequence[Tried], round_: int) -> list[Idea]:
    """What the model would try at this baseline.

    Raises:
        ModelFormatError: it does not manage the form of a plan.
        ModelError, LimitExceeded: it cannot be reached, or may not be.
    """
    name = f"plan-{head[:12]}-{round_}"
    facts = facts_for(services, head, spots, tried)
    drafts = plan(_recorded(services, name), facts, max_ideas=MOST_IDEAS, label=name)
    _spent(services)
    return [_idea(draft, f"{name}-{number}", spots) for number, draft in enumerate(drafts, 1)]


def ideas_from_hotspots(spots: Sequence[Hotspot], round_: int) -> list[Idea]:
    """The first hotspots as ideas: a model that cannot plan still gets to edit."""
    drafts = [
        IdeaDraft(
            title=f"Make {spot.qualname} faster",
            target=Target(path=spot.path, qualname=spot.qualname),
            mechanism="other",
            rationale=f"{spot.cumulative_share:.0%} of the time passes through it.",
            expected_gain_share=spot.charged_share / 2,
            risk="medium",
        )
        for spot in spots[:STAND_IN_IDEAS]
    ]
    return [] if round_ else [_idea(draft, f"hotspot-{n}", spots) for n, draft in enumerate(drafts, 1)]


def candidates(services: Services, idea: Idea, head: str, attempt: int, feedback: str) -> tuple[list[Candidate], str]:
    """The model's edit for an idea as a candidate, or none and why.

    Args:
        attempt: 0 for the first, then the number of the repair.
        feedback: digest of the last verdict's feedback; empty on the first attempt.

    Raises:
        ModelError: the model cannot be reached at all.
    """
    lab, folder = services.lab, services.folder
    parent = lab.tree(head)
    name = f"{idea.id}-{attempt}"
    tree = lab.writable_copy(parent, "edit")
    base = folder.get_json(feedback)["diff"] if feedback else ""
    hold_tree(tree)
    if base:
        from perfagent.tools.patch import apply_patch

        apply_patch(tree, folder.get(base))
    policy = Policy.of(parent, lab.prepared.workload_paths(), paths=services.settings.paths)
    workbench = FileWorkbench(tree, policy.protection, actions_for(services, parent, tree, name))
    spots = [Hotspot(**spot) for spot in folder.step(f"hotspots-{head[:16]}", list)]
    said = Feedback(**folder.get_json(feedback)["feedback"]) if feedback else None
    assignment = Assignment(_draft(idea), facts_for(services, head, spots, ()), said, label=name)

    def tell(event: LoopEvent) -> None:
        folder.event("model", edit=name, step=event.kind, name=event.name, ok=event.ok, detail=event.detail)
        _spent(services)

    outcome = edit(_recorded(services, name), assignment, workbench, on_event=tell)
    diff = diff_trees(parent, tree)
    lab.discard(tree)
    if outcome.status != "submitted" or not diff:
        return [], outcome.summary or f"the model ended without a change ({outcome.end})"
    candidate = Candidate(
        id=folder.put(head + diff)[:12],
        idea=idea.id,
        title=idea.title,
        description=outcome.summary,
        parent=head,
        diff=folder.put(diff),
        origin="model",
        attempt=attempt,
        targets=idea.targets,
    )
    return [candidate], ""


def check_model(model: str, api_base: str | None) -> None:
    """Notice without a request that a model cannot be used.

    Raises:
        ModelError: no key for its provider, or no such provider.
    """
    LiteLLMModel(GatewaySettings(model=model, api_base=api_base)).check()


def _recorded(services: Services, name: str) -> Model:
    """The run's model with a transcript of its own for one piece of work; a resumed run reads it first."""
    if services.model is None:
        raise ModelError("the run has no model")
    safe = "".join(c if c.isalnum() or c in "-." else "_" for c in name)
    transcript = Transcript(services.folder.path / "transcripts" / f"{safe}.jsonl", secrets_in(os.environ))
    return RecordedModel(services.model, transcript)


def _spent(services: Services) -> None:
    if services.ledger is not None:
        totals = services.ledger.totals()
        services.progress.spent(totals.usd, totals.tokens)


def _idea(draft: IdeaDraft, id_: str, spots: Sequence[Hotspot]) -> Idea:
    spot = next((s for s in spots if (s.path, s.qualname) == (draft.target.path, draft.target.qualname)), None)
    from perfagent.agent.ideas.planning import MOST_TARGETS

    return Idea(
        id=id_,
        title=draft.title,
        path=draft.target.path,
        qualname=draft.target.qualname,
        origin="model",
        mechanism=draft.mechanism,
        rationale=draft.rationale,
        expected_gain=draft.expected_gain_share,
        share=spot.cumulative_share if spot else 1.0,
        targets=spot.benchmarks[:MOST_TARGETS] if spot else (),
    )


def _draft(idea: Idea) -> IdeaDraft:
    return IdeaDraft(
        title=idea.title,
        target=Target(path=idea.path or ".", qualname=idea.qualname),
        mechanism=idea.mechanism,  # type: ignore[arg-type]  # validated: it came from a draft
        rationale=idea.rationale,
        expected_gain_share=idea.expected_gain,
        risk="medium",
    )
