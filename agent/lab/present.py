"""How long the benchmarks take at the present baseline, which is faster than the first one once patches have landed."""

from __future__ import annotations

from perfagent.agent.services import Services


def seconds_at(services: Services, head: str) -> dict[str, float]:
    """Seconds of each benchmark's body at a baseline of the run: as the last patch left it, else as it was probed."""
    plans = services.lab.prepared.benchmarks
    found = services.folder.found(f"seconds-{head[:16]}")
    return found if found is not None else {plan.id: plan.baseline_s for plan in plans}
