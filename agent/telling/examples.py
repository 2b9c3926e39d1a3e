"""Accepted edits of earlier runs as examples for the hot functions."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from perfagent.agent.dialogue import Example
from perfagent.agent.memory import AcceptedEdit, recalled
from perfagent.agent.services import Services
from perfagent.tools.profile import Hotspot
from perfagent.tools.report import interval_text, speedup_text

#: Examples shown in all, and of how many hot functions like ones are looked for.
MOST_EXAMPLES, SEARCHED_FUNCTIONS = 3, 3

#: Characters of an example's diff.
SHOWN_DIFF = 1600


def examples_for(services: Services, head: str, spots: Sequence[Hotspot], tree: Path) -> list[Example]:
    """At most three examples for the hottest functions; the same for the whole run, as other runs write meanwhile."""

    def find() -> list[dict[str, object]]:
        found: dict[str, Example] = {}
        for spot in spots[:SEARCHED_FUNCTIONS]:
            lines = (tree / spot.path).read_text("utf-8", errors="replace").splitlines()
            source = "\n".join(lines[spot.start - 1 : spot.end])
            for edit in recalled(services, source, MOST_EXAMPLES):
                found.setdefault(edit.id, _example(edit, f"{spot.path}:{spot.qualname}"))
        return [example.model_dump() for example in list(found.values())[:MOST_EXAMPLES]]

    return [Example(**entry) for entry in services.folder.step(f"examples-{head[:16]}", find)]


def _example(edit: AcceptedEdit, like: str) -> Example:
    where = f"{edit.path} {edit.qualname}".strip()
    interval = f", 95 % interval {interval_text(edit.interval)}" if edit.interval else ""
    diff = edit.diff if len(edit.diff) <= SHOWN_DIFF else edit.diff[:SHOWN_DIFF].rpartition("\n")[0] + "\n[cut]"
    return Example(
        like=like,
        title=edit.title,
        where=f"{where} of {edit.project}",
        measured=f"{speedup_text(edit.speedup)}{interval}",
        rationale=edit.rationale,
        diff=diff,
    )
