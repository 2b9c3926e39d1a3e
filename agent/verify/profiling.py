"""Where the time went before and after: both sides of a verdict, profiled side by side."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path

from perfagent.agent.lab.bench import Bench
from perfagent.agent.lab.prepared import BenchmarkPlan
from perfagent.agent.services import Services
from perfagent.tools.errors import LimitExceeded, PerfagentError
from perfagent.tools.profile import Frame, RawProfile, frames, stable_labels
from perfagent.tools.report import ProfileDifference, profile_difference

SIDES = ("baseline", "candidate")

#: Times each side is profiled, turn about, of which the fastest counts: a single one may have been disturbed.
ROUNDS = 3

#: Seconds after which no further round begins: the first is worth any time a sample may take, the others are not.
BUDGET_S = 10.0

#: Seconds that the profiled bodies may take in all, on one side and without a profiler: 60 benchmarks of 50 ms are 3 s.
BODIES_S = 20.0

#: Seconds that the executions of one body shall take together without a profiler: a profile of one short execution
#: shows what happens the first time only.
BODY_S = 0.05


def profiled(services: Services, trees: Mapping[str, Path]) -> ProfileDifference:
    """The difference of the two sides' profiles, for one execution of each body; empty with a note where there is none.

    It costs three starts of every workload on each side, cProfile making them two or three times slower: seconds for
    the usual workload. Where one round takes longer than BUDGET_S, it stays at that round, and benchmarks beyond
    BODIES_S are left out.

    Args:
        trees: of the sides "baseline" and "candidate", on the host.
    """
    if all(spec.startswith("command:") for spec in services.lab.prepared.workloads):
        return ProfileDifference(note="not profiled: a command cannot be")
    services.progress.note("profiling both sides")
    plans = services.lab.prepared.benchmarks
    loops = _chosen(plans)
    try:
        with services.lab.open(trees) as bench:
            boxes = _fastest(services, bench, trees, loops)
    except LimitExceeded:
        raise
    except PerfagentError as error:
        # A picture is not worth a run: the verdict stands without it.
        return ProfileDifference(note=f"not profiled: {error.message}")
    difference = profile_difference(*(list(boxes[side].values()) for side in SIDES))
    long = [plan.id for plan in plans if plan.id not in loops]
    foreign = [name for name in loops if name not in boxes["baseline"]]
    told = [(long, "which take too long"), (foreign, "as only Python can be")]
    note = "; ".join(f"not profiled, {why}: {', '.join(names)}" for names, why in told if names)
    return difference.model_copy(update={"note": note})


def _chosen(plans: Sequence[BenchmarkPlan]) -> dict[str, int]:
    """Which benchmarks to profile, and over how many executions: the shortest first while BODIES_S last, one always."""
    seconds = {plan.id: 0.0 if plan.metric == "memory" else plan.baseline_s * _loops(plan) for plan in plans}
    chosen: dict[str, int] = {}
    left = BODIES_S
    for plan in sorted(plans, key=lambda plan: seconds[plan.id]):
        left -= seconds[plan.id]
        if left >= 0 or not chosen:
            chosen[plan.id] = _loops(plan)
    return chosen


def _loops(plan: BenchmarkPlan) -> int:
    """Executions of a body in one profile; as many as were timed at most, as a body may not take more."""
    if plan.metric == "memory" or not plan.baseline_s:
        return 1
    return max(1, min(plan.loops, math.ceil(BODY_S / plan.baseline_s)))


def _fastest(
    services: Services, bench: Bench, trees: Mapping[str, Path], loops: Mapping[str, int]
) -> dict[str, dict[str, Frame]]:
    """For each side the boxes of its fastest profiles by benchmark.

    Raises:
        WorkloadError: a workload does not run, or none can be profiled.
    """
    fastest: dict[str, dict[str, Frame]] = {side: {} for side in SIDES}
    begun = services.clock()
    for _ in range(ROUNDS):
        for side in SIDES:
            for box in _boxes(bench.profile(side, loops, frozenset(loops)), trees[side], loops):
                best = fastest[side].setdefault(box.label, box)
                if box.seconds < best.seconds:
                    fastest[side][box.label] = box
        if services.clock() - begun > BUDGET_S:
            break
    return fastest


def _boxes(raw: RawProfile, tree: Path, loops: Mapping[str, int]) -> list[Frame]:
    return [_divided(box, loops.get(box.label, 1)) for box in frames(raw, stable_labels(raw.root, tree))]


def _divided(frame: Frame, by: int) -> Frame:
    return Frame(frame.label, frame.seconds / by, [_divided(child, by) for child in frame.below])
