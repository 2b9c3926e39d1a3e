"""Profile the workloads at the current baseline: where the time goes."""

from __future__ import annotations

from fnmatch import fnmatch
from typing import Any

from perfagent.agent.lab.present import hotspots_step
from perfagent.agent.services import Services
from perfagent.agent.state import RunState
from perfagent.tools.profile import Hotspot


def localizer(state: RunState, services: Services) -> dict[str, Any]:
    """Rank the repository's functions by their share of the time."""
    head = state["head"]
    services.begin_search()
    services.enter("localizer", f"profiling {head[:12]}")
    found = services.folder.step(hotspots_step(head), lambda: [spot.model_dump() for spot in _profile(head, services)])
    spots = [Hotspot(**spot) for spot in found]
    if spots:
        first = max(spots, key=lambda spot: spot.charged_share)
        services.progress.note(f"hottest: {first.path}:{first.start} {first.qualname} ({first.charged_share:.0%})")
    return {"hotspots": services.folder.put_json(found), "planned": 0, "ideas": [], "begun": []}


def _profile(head: str, services: Services) -> list[Hotspot]:
    lab = services.lab
    if all(spec.startswith("command:") for spec in lab.prepared.workloads):
        services.progress.warn(
            "a command cannot be profiled, and the catalogue rewrites Python only: ideas are a model's (--model), or "
            "yours (`perfagent verify --patch FILE`)"
        )
        return []
    tree = lab.tree(head)
    with lab.open({"baseline": tree}) as bench:
        spots = bench.hotspots("baseline", tree)
    return [spot for spot in spots if editable(spot.path, services.settings.paths)]


def editable(path: str, globs: tuple[str, ...]) -> bool:
    """Whether the user lets this file be edited."""
    return not globs or any(fnmatch(path, glob) for glob in globs)
