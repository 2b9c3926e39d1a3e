"""How often each benchmark's body runs in one process while it is timed against a baseline of the run.

What landed may have made a body so short that the marks around it and the scheduler's ticks are a large part of it.
Later candidates would then have to gain much more to be seen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from perfagent.agent.lab.bench import Bench
from perfagent.agent.lab.prepared import BenchmarkPlan
from perfagent.agent.lab.present import seconds_at
from perfagent.agent.services import Services
from perfagent.tools.errors import WorkloadError
from perfagent.tools.workload import MIN_BODY_S

#: Share of the length it should have below which a body is looped anew. Loops are doubled until they are enough, so
#: that as they were found they are at most twice too many.
TOO_SHORT = 0.5


def loops_at(services: Services, bench: Bench, head: str) -> Mapping[str, int]:
    """Executions of each benchmark's body in one process, the same for all sides.

    As the run planned them while the bodies are about as long as they were, else calibrated once for this baseline.

    Args:
        bench: an open one whose side `baseline` is the tree of `head`.
        head: a commit of the run, the first baseline or what landed on it.
    """
    plans = services.lab.prepared.benchmarks
    planned = {plan.id: plan.loops for plan in plans}
    seconds = seconds_at(services, head)
    short = [plan for plan in plans if _too_short(plan, seconds[plan.id])]
    if not short:
        return planned
    found: dict[str, int] = services.folder.step(f"loops-{head[:16]}", lambda: _calibrated(services, bench, short))
    return planned | {name: max(count, planned[name]) for name, count in found.items()}


def _too_short(plan: BenchmarkPlan, seconds: float) -> bool:
    """Whether a body is shorter than it should be and than it was: some were never long enough, for good reasons."""
    wanted = min(MIN_BODY_S, plan.baseline_s * plan.loops)
    return plan.metric != "memory" and seconds * plan.loops < TOO_SHORT * wanted


def _calibrated(services: Services, bench: Bench, short: Sequence[BenchmarkPlan]) -> dict[str, int]:
    services.progress.note("bodies became too short to time: calibrating anew how often they run in one process")
    found: dict[str, int] = {}
    for spec in dict.fromkeys(plan.workload for plan in short):
        names = frozenset(plan.id for plan in short if plan.workload == spec)
        try:
            found |= bench.calibrated(spec, names).loops
        except WorkloadError:
            continue  # What fails here fails in the first pair, too, which tells of it where it counts.
    return found
