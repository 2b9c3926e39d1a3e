"""What the model is asked to do in a run: plan, and edit; every exchange is kept, so that nothing is paid twice."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from perfagent.agent.acting.actions import Known, actions_for
from perfagent.agent.acting.looking import looking_bench
from perfagent.agent.dialogue import FileWorkbench, IdeaDraft, LoopEvent, LoopLimits, Target, edit, plan, review
from perfagent.agent.ideas.planning import MOST_TARGETS, Asked
from perfagent.agent.lab.present import hotspots_at
from perfagent.agent.model_access import recorded, tell_spent
from perfagent.agent.services import Services
from perfagent.agent.state import Candidate, Edited, Idea, Task, Tried
from perfagent.agent.telling.assigning import assignment_for, left_in_scratch
from perfagent.agent.telling.facts import facts_for
from perfagent.tools.patch import Policy, apply_patch, diff_trees
from perfagent.tools.profile import Hotspot
from perfagent.tools.report import EvidenceFile
from perfagent.tools.repository import hold_tree

#: Ideas asked for at once: what the profile's head supports; further ones come with the next profile.
MOST_IDEAS = 5

#: Hotspots that stand in as ideas when a model never manages the plan's form.
STAND_IN_IDEAS = 3

#: Seconds that one conversation may take, model and tools together: a strong model that profiles, edits and tests needs
#: minutes, and after half an hour without a change worth submitting a fresh start is worth more.
EDITING_S, PLANNING_S = 1800.0, 600.0

#: Characters of a title made of a summary.
LONGEST_TITLE = 80

#: Turns of one conversation: a fuse, as money and time are what should end it.
TURNS = 200

#: Output tokens of one reply: models that think aloud first spend them before the first call. A model that can give
#: fewer is asked for what it can, where LiteLLM knows it.
REPLY_TOKENS = 16_384


def ideas(services: Services, asked: Asked, spots: Sequence[Hotspot]) -> list[Idea]:
    """What the model would try at this baseline, criticised where the strategy wants it.

    Raises:
        ModelFormatError: it does not manage the form of a plan.
        ModelError, LimitExceeded: it cannot be reached, or may not be.
    """
    name = f"plan-{asked.head[:12]}-{asked.round}"
    facts = facts_for(services, asked.head, spots, asked.tried, profile=services.settings.profile_facts)
    limits = limits_for(services, PLANNING_S)
    planner = recorded(services, "planner", name)
    with looking_bench(services, asked.head, name, spots) as workbench:
        drafts = plan(planner, facts, workbench, max_ideas=MOST_IDEAS, label=name, limits=limits)
    if asked.refine and drafts:
        found = review(recorded(services, "critic", f"critic-{name}"), facts, drafts, label=f"critic-{name}")
        for draft, reason in found.dropped:
            services.folder.event("criticised", title=draft.title, reason=reason)
        drafts = list(found.kept)
    tell_spent(services)
    return [_idea(draft, f"{name}-{number}", spots) for number, draft in enumerate(drafts, 1)]


def ideas_from_hotspots(asked: Asked, spots: Sequence[Hotspot]) -> list[Idea]:
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
    name = f"hotspot-{asked.head[:12]}"
    return [] if asked.round else [_idea(draft, f"{name}-{n}", spots) for n, draft in enumerate(drafts, 1)]


def candidates(services: Services, task: Task, head: str, tried: Sequence[Tried]) -> Edited:
    """The model's edit for a task as a candidate, or none and why.

    Args:
        head: the baseline.
        tried: the run's ledger of ideas.

    Raises:
        ModelError: the model cannot be reached at all.
    """
    lab, folder = services.lab, services.folder
    parent, tree = lab.tree(head), None
    try:
        tree = _starting_tree(services, task, parent)
        policy = Policy.of(parent, lab.prepared.workload_paths(), paths=services.settings.paths)
        spots = hotspots_at(services, head) or []
        left = left_in_scratch(tried)
        known = Known(spots, {f.name: f.digest for f in left}, head)
        actions = actions_for(services, parent, tree, task.name, known)
        workbench = FileWorkbench(tree, policy.protection, actions)

        def tell(event: LoopEvent) -> None:
            folder.event("model", edit=task.name, step=event.kind, name=event.name, ok=event.ok, detail=event.detail)
            tell_spent(services)

        assignment = assignment_for(services, task, head, spots, tried, left)
        model = recorded(services, "editor", task.name)
        outcome = edit(model, assignment, workbench, limits_for(services, EDITING_S), on_event=tell)
        diff = diff_trees(parent, tree)
    finally:
        if tree is not None:
            lab.discard(tree)
    history = folder.put_json([message.model_dump(mode="json", exclude_defaults=True) for message in outcome.messages])
    if outcome.status == "gave_up" or not diff or not (outcome.status == "submitted" or outcome.sound):
        why = outcome.summary or f"the model ended without a change ({outcome.end})"
        return Edited(task=task, why=why, again=outcome.status == "failed", history=history)
    candidate = Candidate(
        id=folder.put(head + diff)[:12],
        idea=task.idea.id,
        title=task.idea.title if task.idea.path else _title(outcome.summary),
        description=outcome.summary,
        parent=head,
        diff=folder.put(diff),
        origin="model",
        attempt=task.attempt,
        targets=task.idea.targets,
        evidence=tuple(EvidenceFile(**asdict(file)) for file in outcome.evidence),
    )
    return Edited(task=task, candidates=(candidate,), history=history)


def _title(summary: str) -> str:
    """A line for what came of a task without an idea: the summary's first clause."""
    first = re.split(r"[.;:](?:\s|$)", summary.strip(), maxsplit=1)[0]
    return first if len(first) <= LONGEST_TITLE else f"{first[:LONGEST_TITLE].rsplit(' ', 1)[0]} ..."


def limits_for(services: Services, longest_s: float) -> LoopLimits:
    """What one conversation may use: the time that is left of the search, and never more than `longest_s` seconds."""
    left = longest_s if services.deadline is None else services.deadline - services.clock()
    return LoopLimits(turns=TURNS, wall_s=max(1.0, min(longest_s, left)), reply_tokens=REPLY_TOKENS)


def _starting_tree(services: Services, task: Task, parent: Path) -> Path:
    """A tree of its own for one editor, at the baseline or with the change that is to be repaired."""
    tree = services.lab.writable_copy(parent, f"edit-{task.name}")
    hold_tree(tree)
    if task.feedback:
        apply_patch(tree, services.folder.get(services.folder.get_json(task.feedback)["diff"]))
    return tree


def _idea(draft: IdeaDraft, id_: str, spots: Sequence[Hotspot]) -> Idea:
    spot = next((s for s in spots if (s.path, s.qualname) == (draft.target.path, draft.target.qualname)), None)
    return Idea(
        id=id_,
        title=draft.title,
        path=draft.target.path,
        qualname=draft.target.qualname,
        origin="model",
        mechanism=draft.mechanism,
        rationale=draft.rationale,
        how_to_check=draft.how_to_check,
        expected_gain=draft.expected_gain_share,
        share=spot.cumulative_share if spot else 1.0,
        targets=spot.benchmarks[:MOST_TARGETS] if spot else (),
        risk=draft.risk,
    )
