"""How scripts that take a size are run at multiples of it: learned at the baseline, before anything is edited."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from perfagent.agent.lab.bench import Bench, failure_of
from perfagent.agent.lab.laboratory import Laboratory
from perfagent.agent.lab.prepared import BenchmarkPlan, Prepared, SizePlan
from perfagent.agent.lab.seeds import VALUE_SEEDS
from perfagent.agent.services import Services
from perfagent.tools.equivalence import stable
from perfagent.tools.measure.constants import (
    GROWTH_FACTORS,
    GROWTH_FEWEST_LOOPS,
    GROWTH_LONGEST_RUN_S,
    GROWTH_PAIRS,
    GROWTH_TIMEOUT_S,
    GROWTH_TOTAL_S,
    GROWTH_VALUES_FACTOR,
)
from perfagent.tools.workload import MIN_BODY_S, Request, parse, takes_size

#: Hash seed of the runs that show how long a size takes.
PROBE_SEED = 1


class Probe(NamedTuple):
    """One run at one size: seconds of the process, less what it waited for a core, and of one body."""

    process_s: float
    body_s: float


def sized(spec: str, tree: Path) -> bool:
    """Whether a workload is a script that takes a size, in this tree."""
    workload = parse(spec)
    return workload.kind == "script" and takes_size(tree / workload.target)


def plan_sizes(services: Services, prepared: Prepared, say: Callable[[str], None]) -> Prepared:
    """The prepared target with a plan for every benchmark that takes a size.

    Args:
        say: takes what the user should know.
    """
    lab = Laboratory(services, prepared)
    tree = lab.tree(prepared.base)
    wanted = [plan for plan in prepared.benchmarks if sized(plan.workload, tree)]
    if not wanted:
        return prepared

    def learn() -> list[dict[str, Any]]:
        services.progress.note(f"learning how long larger sizes take: {', '.join(plan.id for plan in wanted)}")
        with lab.open({"baseline": tree}) as bench:
            return [_learned(services, bench, plan).model_dump(mode="json") for plan in wanted]

    plans = tuple(SizePlan(**plan) for plan in services.folder.step("sizes", learn))
    for plan in plans:
        if plan.note:
            say(f"sizes of {plan.id}: {plan.note}")
    return prepared.model_copy(update={"sizes": plans})


def _learned(services: Services, bench: Bench, plan: BenchmarkPlan) -> SizePlan:
    probes, notes = _probes(bench, plan)
    loops, dropped = affordable(probes, plan.loops)
    learned = SizePlan(id=plan.id, loops=loops, note="; ".join([*notes, *dropped]))
    factor = max((each for each in loops if each <= GROWTH_VALUES_FACTOR), default=1)
    if factor == 1:
        return learned
    larger = bench.scaled(factor, GROWTH_TIMEOUT_S)
    runs = []
    for seed in VALUE_SEEDS:
        values, trouble = larger.values("baseline", seed, frozenset({plan.id}))
        if trouble:
            return learned.model_copy(update={"note": "; ".join(filter(None, [learned.note, trouble]))})
        runs.append(values)
    put = services.folder.put_json
    known = stable(runs)
    return learned.model_copy(
        update={"factor": factor, "values": put(runs[0]), "steadiness": put(known.model_dump(mode="json"))}
    )


def _probes(bench: Bench, plan: BenchmarkPlan) -> tuple[dict[int, Probe], list[str]]:
    """One run at each size, up to the first that takes too long or fails, and why there is none of the next."""
    probes: dict[int, Probe] = {}
    for factor in GROWTH_FACTORS:
        expected = expected_seconds(probes)
        if expected > GROWTH_LONGEST_RUN_S:
            return probes, [f"{factor}x is left out, as one run of it would take about {expected:.0f} s"]
        loops = {plan.id: plan.loops if factor == 1 else 1}
        request = Request(hash_seed=PROBE_SEED, loops=loops, only=frozenset({plan.id}))
        seen = bench.scaled(factor, GROWTH_TIMEOUT_S).observe("baseline", request)[0]
        if trouble := failure_of(seen):
            return probes, [f"{factor}x is left out: {trouble}"]
        span = seen.spans[plan.id]
        seconds = seen.usage.wall_s - seen.usage.run_delay_s
        if seconds > GROWTH_LONGEST_RUN_S:
            return probes, [f"{factor}x is left out, as one run of it takes {seconds:.0f} s"]
        probes[factor] = Probe(seconds, (span.wall_s - span.run_delay_s) / span.loops)
    return probes, []


def expected_seconds(probes: Mapping[int, Probe]) -> float:
    """Seconds one run of the next size will take if its body grows as it last did, at least twofold; 0 at first."""
    if not probes:
        return 0.0
    *_, last = probes.values()
    before = [probe.body_s for probe in probes.values()][-2:-1]
    growth = last.body_s / before[0] if before and before[0] > 0 else 2.0
    return last.process_s + (max(growth, 2.0) - 1) * last.body_s


def affordable(probes: Mapping[int, Probe], most_loops: int) -> tuple[dict[int, int], list[str]]:
    """Executions of the body in a process for each size that can be measured, and which sizes cannot for time.

    Args:
        probes: by multiple, ascending; the first was run with `most_loops` executions, the others with one.
    """
    left = dict(probes)
    notes: list[str] = []
    while left:
        for fewest in (GROWTH_FEWEST_LOOPS, 1):
            loops = {factor: _loops(left[factor], fewest, most_loops) if factor > 1 else most_loops for factor in left}
            of_a_side = sum(_seconds(left[factor], factor, loops[factor]) for factor in left)
            if 2 * GROWTH_PAIRS * of_a_side <= GROWTH_TOTAL_S:
                return loops, notes
        factor, _ = left.popitem()
        notes.append(f"{factor}x is left out: all its runs together would take too long")
    return {}, notes


def _loops(probe: Probe, fewest: int, most: int) -> int:
    return min(most, max(fewest, math.ceil(MIN_BODY_S / max(probe.body_s, 1e-9))))


def _seconds(probe: Probe, factor: int, loops: int) -> float:
    """Of one process with so many executions."""
    return probe.process_s + (loops - 1) * probe.body_s * (factor > 1)
