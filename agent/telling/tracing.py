"""What tracing the workload once tells of the hottest functions: their dear lines, and what they are called with."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from perfagent.agent.lab.present import seconds_at
from perfagent.agent.services import Services
from perfagent.agent.telling.line_profile import dearest, overhead_text
from perfagent.agent.telling.notes import Note, notes_of
from perfagent.tools.errors import PerfagentError
from perfagent.tools.profile import Hotspot, call_facts, locate

#: Functions that are traced: each one more makes the run slower for all.
TRACED_FUNCTIONS = 4

#: Lines shown of each.
SHOWN_LINES = 10

#: Seconds of one execution of all benchmarks from which tracing, which makes it some ten times as slow, is left to the
#: model's own wish.
LONGEST_TRACED_S = 20.0


def traced(services: Services, head: str, tree: Path, spots: Sequence[Hotspot]) -> dict[str, Note]:
    """Notes on the hottest functions by `path:qualname`; found out once a baseline.

    Empty where nothing can be traced: a command, a workload that takes long, code that is not Python.
    """

    def find() -> dict[str, Any]:
        try:
            return {name: note._asdict() for name, note in _trace(services, tree, spots).items()}
        except PerfagentError as error:
            services.folder.event("not_traced", why=error.message)
            return {}

    timed = [plan.id for plan in services.lab.prepared.benchmarks if plan.metric != "memory"]
    present = seconds_at(services, head)
    seconds = sum(present[name] for name in timed)
    if not spots or seconds > LONGEST_TRACED_S:
        return {}
    found = services.folder.step(f"traced-{head[:16]}", find)
    return {name: Note(**note) for name, note in found.items()}


def _trace(services: Services, tree: Path, spots: Sequence[Hotspot]) -> dict[str, Note]:
    places = [(s.path, s.qualname) for s in spots if locate(tree, s.path, s.qualname) is not None][:TRACED_FUNCTIONS]
    if not places:
        return {}
    services.progress.note(f"tracing {len(places)} hot functions")
    with services.turns.alone(), services.lab.open({"baseline": tree}) as bench:
        profile = bench.lines("baseline", tree, places)
    notes = notes_of(call_facts(profile))
    for function in profile.functions:
        name = f"{function.path}:{function.qualname}"
        source = (tree / function.path).read_text("utf-8", errors="replace").splitlines()
        lines = dearest(function, source, SHOWN_LINES)
        if name in notes and lines:
            head = f"line | hits | share of the function, with what the line calls{overhead_text(profile.overhead)}"
            notes[name] = notes[name]._replace(lines="\n".join([head, *lines]))
    return notes
