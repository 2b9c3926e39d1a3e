"""From a task of the search to what an editor is told."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from perfagent.agent.dialogue import Assignment, Attempt, Feedback, IdeaDraft, Mechanism, Parent, Risk, Target
from perfagent.agent.model import Message
from perfagent.agent.services import Services
from perfagent.agent.state import Idea, Task, Tried
from perfagent.agent.telling.facts import facts_for
from perfagent.tools.profile import Hotspot
from perfagent.tools.report import EvidenceFile


def assignment_for(
    services: Services,
    task: Task,
    head: str,
    spots: Sequence[Hotspot],
    tried: Sequence[Tried],
    scratch: Sequence[EvidenceFile] = (),
) -> Assignment:
    """The idea, what earlier attempts at it came to, and the facts, unless the conversation that goes on told them.

    Args:
        head: the baseline.
        spots: its hotspots, hottest first.
        tried: the run's ledger of ideas.
        scratch: what earlier editors left beside their changes.
    """
    folder = services.folder
    history = tuple(Message(**message) for message in folder.get_json(task.history)) if task.history else ()
    before = [entry for entry in tried if entry.idea == task.idea.id and entry.start < task.start]
    others = [entry for entry in tried if entry.idea != task.idea.id]
    profile = services.settings.profile_facts
    return Assignment(
        idea=_draft(task.idea) if task.idea.path else None,
        facts=None if history else facts_for(services, head, spots, others, profile=profile),
        feedback=Feedback(**folder.get_json(task.feedback)["feedback"]) if task.feedback else None,
        history=history,
        label=task.name,
        failed=tuple(_attempt(entry) for entry in before),
        parents=tuple(_parent(services, parent) for parent in task.parents),
        scratch=tuple((file.name, file.last_line) for file in scratch),
    )


def left_in_scratch(tried: Sequence[Tried]) -> list[EvidenceFile]:
    """The files that earlier editors left beside their changes, the latest of each name."""
    return list({file.name: file for entry in tried for file in entry.evidence}.values())


def _attempt(entry: Tried) -> Attempt:
    ratio = f"{entry.speedup:.3f}x" if entry.speedup else ""
    return Attempt(title=entry.title, verdict=entry.verdict, ratio=ratio, reason=entry.reason)


def _parent(services: Services, parent: Tried) -> Parent:
    figure = f"{parent.speedup:.3f}x" if parent.speedup else "not measured"
    return Parent(
        title=parent.title,
        verdict=parent.verdict,
        measured=figure,
        diff=services.folder.get(parent.diff),
        detail=parent.reason,
    )


def _draft(idea: Idea) -> IdeaDraft:
    return IdeaDraft(
        title=idea.title,
        target=Target(path=idea.path, qualname=idea.qualname),
        mechanism=cast("Mechanism", idea.mechanism or "other"),
        rationale=idea.rationale or idea.title,
        how_to_check=idea.how_to_check,
        expected_gain_share=idea.expected_gain,
        risk=cast("Risk", idea.risk),
    )
