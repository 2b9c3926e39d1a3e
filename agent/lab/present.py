"""What a run knows of one of its baselines: how long the benchmarks take there, and where the time goes."""

from __future__ import annotations

from perfagent.agent.services import Services
from perfagent.tools.profile import Hotspot


def seconds_at(services: Services, head: str) -> dict[str, float]:
    """Seconds of each benchmark's body at a baseline of the run: as the last patch left it, else as it was probed."""
    plans = services.lab.prepared.benchmarks
    found = services.folder.found(f"seconds-{head[:16]}")
    return found if found is not None else {plan.id: plan.baseline_s for plan in plans}


def hotspots_step(head: str) -> str:
    """The step of the run folder that holds a baseline's hotspots."""
    return f"hotspots-{head[:16]}"


def hotspots_at(services: Services, head: str) -> list[Hotspot] | None:
    """The hotspots of a baseline as the localizer ranked them; None where it has not."""
    found = services.folder.found(hotspots_step(head))
    return None if found is None else [Hotspot(**spot) for spot in found]
