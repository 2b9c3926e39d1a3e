"""From an idea to a change of the worktree: the editor's conversation, continued after a verdict."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from perfagent.agent.dialogue.facts import EVIDENCE_LINES, Attempt, Facts, Feedback, IdeaDraft, Parent
from perfagent.agent.dialogue.loop import run_loop
from perfagent.agent.dialogue.loop_records import End, LoopEvent, LoopLimits
from perfagent.agent.dialogue.output import capped
from perfagent.agent.dialogue.tools import editor_toolbox
from perfagent.agent.dialogue.workbench import Evidence, Workbench
from perfagent.agent.model.protocol import Message, Model
from perfagent.prompts import render

Status = Literal["submitted", "gave_up", "limit", "failed"]
_STATUS: dict[End, Status] = {
    "submitted": "submitted",
    "gave_up": "gave_up",
    "turns": "limit",
    "time": "limit",
    "limit": "limit",
}


@dataclass(frozen=True, slots=True)
class EditOutcome:
    """How an edit ended; the change itself is in the worktree.

    Attributes:
        status: `submitted`, `gave_up`, `limit` (turns, time or the run's limits), or `failed` (see `end`).
        summary: what the model says it changed, or why there is nothing to submit.
        end: how the loop ended.
        turns: requests made.
        changed: whether the worktree differs from its commit, submitted or not.
        messages: the conversation, to be given back as `history` with feedback.
        sound: whether what changed has no new syntax error or undefined name: then it may be judged although nobody
            submitted it.
        evidence: what the model wrote beside the change to convince itself.
    """

    status: Status
    summary: str
    end: End
    turns: int
    changed: bool
    messages: tuple[Message, ...]
    sound: bool = False
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Assignment:
    """What the editor is to do.

    Attributes:
        idea: the change to make; None for whatever makes the workload faster.
        facts: what is known about the target; None where `history` tells it already.
        feedback: why the last attempt was not kept; None on the first one.
        history: the last attempt's conversation; without it feedback starts a new one that shows the diff.
        label: names the conversation in the transcript, such as `editor:idea-3`.
        failed: what earlier attempts at the idea came to, when this is a fresh start.
        parents: earlier candidates to join into a better one.
        scratch: files that earlier editors left in the scratch folder, each with the last line it printed.
    """

    idea: IdeaDraft | None
    facts: Facts | None
    feedback: Feedback | None = None
    history: Sequence[Message] = ()
    label: str = "editor"
    failed: Sequence[Attempt] = ()
    parents: Sequence[Parent] = ()
    scratch: Sequence[tuple[str, str]] = ()

    def __post_init__(self) -> None:
        if self.facts is None and not self.history:
            raise ValueError("an assignment has neither facts nor a history that tells them")


def edit(
    model: Model,
    assignment: Assignment,
    workbench: Workbench,
    limits: LoopLimits | None = None,
    on_event: Callable[[LoopEvent], None] | None = None,
) -> EditOutcome:
    """Let the model make the change, or mend it after feedback, in the workbench's tree.

    What the workbench's actions keep open is closed at the end, however it comes.

    Raises:
        ModelError: the model cannot be reached.
    """
    try:
        result = run_loop(
            model,
            opening(assignment, workbench.diff()),
            editor_toolbox(workbench),
            limits,
            label=assignment.label,
            on_event=on_event,
        )
        changed = bool(workbench.diff())
        return EditOutcome(
            status=_STATUS.get(result.end, "failed"),
            summary=result.summary or result.reason,
            end=result.end,
            turns=result.turns,
            changed=changed,
            messages=result.messages,
            sound=changed and workbench.problems() is None,
            evidence=workbench.actions.evidence(),
        )
    finally:
        workbench.actions.close()


def opening(assignment: Assignment, diff: str) -> list[Message]:
    """The messages an attempt begins with; the fixed part comes first, so that providers can cache it."""
    messages = list(assignment.history) or [
        Message(role="system", content=render("editor.md")),
        Message(role="user", content=_task(assignment) + _left(assignment)),
    ]
    feedback = assignment.feedback
    if feedback is not None:
        evidence = capped("\n".join(feedback.evidence.splitlines()[:EVIDENCE_LINES]))
        shown = "" if assignment.history else capped(diff)
        text = render("feedback.md", feedback=feedback, evidence=evidence, diff=shown)
        messages.append(Message(role="user", content=text))
    return messages


def _task(assignment: Assignment) -> str:
    """What is to be done: an idea, anything that helps, or the best of earlier candidates joined."""
    facts, idea = assignment.facts, assignment.idea
    if assignment.failed:
        return render("fresh_start.md", facts=facts, idea=idea, attempts=assignment.failed)
    if assignment.parents:
        return render("evolve_task.md", facts=facts, parents=assignment.parents)
    if idea is None:
        return render("free_task.md", facts=facts)
    return render("editor_task.md", facts=facts, idea=idea)


def _left(assignment: Assignment) -> str:
    return "\n" + render("scratch_left.md", files=assignment.scratch) if assignment.scratch else ""
