"""What the model is asked to do in a run: plan, and edit; every exchange is kept, so that nothing is paid twice."""

from __future__ import annotations

from collections.abc import Sequence

from perfagent.agent.ideas.actions import actions_for
from perfagent.agent.ideas.facts import facts_for
from perfagent.agent.model import (
    Assignment,
    Feedback,
    FileWorkbench,
    IdeaDraft,
    LoopEvent,
    Target,
    edit,
    plan,
)
from perfagent.agent.model_access import recorded, tell_spent
from perfagent.agent.services import Services
from perfagent.agent.state import Candidate, Idea, Tried
from perfagent.tools.patch import Policy, diff_trees
from perfagent.tools.profile import Hotspot
from perfagent.tools.repository import hold_tree

#: Ideas asked for at once: what the profile's head supports; further ones come with the next profile.
MOST_IDEAS = 5

#: Hotspots that stand in as ideas when a model never manages the plan's form.
STAND_IN_IDEAS = 3


def ideas(services: Services, head: str, spots: Sequence[Hotspot], tried: Sequence[Tried], round_: int) -> list[Idea]:
    """What the model would try at this baseline.

    Raises:
        ModelFormatError: it does not manage the form of a plan.
        ModelError, LimitExceeded: it cannot be reached, or may not be.
    """
    name = f"plan-{head[:12]}-{round_}"
    facts = facts_for(services, head, spots, tried)
    drafts = plan(recorded(services, "planner", name), facts, max_ideas=MOST_IDEAS, label=name)
    tell_spent(services)
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
        tell_spent(services)

    outcome = edit(recorded(services, "editor", name), assignment, workbench, on_event=tell)
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
