"""How each benchmark is measured, learned on the baseline before anything is edited: loops, clock, noise."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from perfagent.agent.lab.bench import Bench
from perfagent.agent.lab.findings import Findings
from perfagent.agent.lab.laboratory import Laboratory
from perfagent.agent.lab.prepared import BenchmarkPlan, Prepared
from perfagent.agent.lab.recording import PROBE, recorded
from perfagent.agent.services import Services
from perfagent.tools.errors import MeasurementError, WorkloadError
from perfagent.tools.measure import (
    CALIBRATION_PAIRS,
    PROBE_PAIRS,
    PROBE_RESAMPLES,
    Calibration,
    CalibrationPlan,
    MetricName,
    Pair,
    PairSampler,
    Reading,
    RunFailed,
    calibrate,
    choose_metric,
    looks_for,
)
from perfagent.tools.measure.constants import MAX_NOISE, RESAMPLES
from perfagent.tools.measure.student import robust_sd
from perfagent.tools.report import Noise

Pairs = list[Mapping[str, Pair]]


def plan_measurement(
    services: Services, prepared: Prepared, findings: Findings, *, noise: bool, say: Callable[[str], None]
) -> Prepared:
    """The prepared target with a plan for every benchmark, fixed from here on.

    Args:
        findings: loop counts of earlier runs.
        noise: whether to compare the baseline with itself; without it there are loop counts only.
        say: takes what the user should know.

    Raises:
        WorkloadError: a benchmark fails, or two have one name.
        MeasurementError: the baseline differs so much from itself that nothing can be judged.
    """
    lab = Laboratory(services, prepared)
    tree = lab.tree(prepared.base)
    with lab.open({"baseline": tree, "candidate": tree}) as bench:
        loops, owner = _loops(services, bench, findings, say)
        if not noise:
            plans = [_unmeasured(name, owner[name], count) for name, count in loops.items()]
            return prepared.model_copy(update={"benchmarks": tuple(plans)})
        bench.members = {spec: frozenset(name for name in owner if owner[name] == spec) for spec in prepared.workloads}
        services.progress.note(f"comparing the baseline with itself: {PROBE_PAIRS} pairs")
        plans, pairs = _plans(services, bench, loops, owner)
    worst = _calibration(services, max(plans, key=lambda plan: plan.noise), pairs, probe=True)
    known = Noise(spread=worst.noise, smallest_gain=worst.smallest_gain, false_acceptance=worst.rate)
    return prepared.model_copy(update={"benchmarks": tuple(plans), "noise": known})


def calibrations(services: Services, prepared: Prepared, count: int) -> tuple[Calibration, ...]:
    """Compare the baseline with itself in `count` pairs: what every benchmark's noise lets the test see here.

    Args:
        prepared: with the loop count of every benchmark.

    Raises:
        MeasurementError: the baseline fails while measured.
    """
    lab = Laboratory(services, prepared)
    tree = lab.tree(prepared.base)
    with lab.open({"baseline": tree, "candidate": tree}) as bench:
        loops = {plan.id: plan.loops for plan in prepared.benchmarks}
        services.progress.note(f"comparing the baseline with itself: {count} pairs")
        pairs = identical_pairs(services, bench, loops, count, "calibrate")
    services.progress.note("resampling: how often identical code passes, and which gains are seen")
    plans = [_measured(services, plan.id, plan.workload, plan.loops, pairs) for plan in prepared.benchmarks]
    return tuple(_calibration(services, plan, pairs) for plan in plans)


def identical_pairs(services: Services, bench: Bench, loops: Mapping[str, int], count: int, name: str) -> Pairs:
    """Pairs of the baseline with itself; those a killed run had measured are read from its journal.

    Raises:
        MeasurementError: the baseline fails while measured.
    """
    run = recorded(services, name, bench.reader(loops))
    sampler = PairSampler(run, services.settings.seed)
    pairs: Pairs = []
    for index in range(count):
        pair = sampler.pair(index)
        if isinstance(pair, RunFailed):
            raise MeasurementError(f"the baseline fails while measured: {pair.detail}", code="PA502")
        pairs.append(pair)
        services.progress.measured(len(pairs), count, None, None)
    return pairs


def _calibration(services: Services, plan: BenchmarkPlan, pairs: Pairs, *, probe: bool = False) -> Calibration:
    wanted = CalibrationPlan(
        seed=services.settings.seed,
        min_speedup=services.settings.min_speedup,
        looks=looks_for(plan.baseline_s * plan.loops if plan.metric != "memory" else 0.0),
        resamples=PROBE_RESAMPLES if probe else RESAMPLES,
        curve=not probe,
    )
    return calibrate(plan.id, [pair[plan.id] for pair in pairs], plan.metric, wanted)


def _loops(
    services: Services, bench: Bench, findings: Findings, say: Callable[[str], None]
) -> tuple[dict[str, int], dict[str, str]]:
    """Executions of the body in one process, and the workload, of every benchmark."""
    loops: dict[str, int] = {}
    owner: dict[str, str] = {}
    services.progress.note("calibrating how often each benchmark's body runs in one process")
    for spec in [workload.spec for workload in bench.workloads]:
        found = _calibrated(services, bench, findings, spec)
        for note in found["notes"]:
            say(note)
        for name, why in found["excluded"].items():
            say(f"left out: {name} ({why})")
        for name, count in found["loops"].items():
            if name in owner:
                raise WorkloadError(
                    f"two workloads have a benchmark named {name!r}", "name one of them only", code="PA404"
                )
            loops[name], owner[name] = count, spec
    return loops, owner


def _calibrated(services: Services, bench: Bench, findings: Findings, spec: str) -> dict[str, Any]:
    def calibrate() -> dict[str, Any]:
        found = bench.calibrated(spec)
        return {"loops": dict(found.loops), "excluded": dict(found.excluded), "notes": list(found.notes)}

    name = f"loops-{services.folder.put(spec)[:16]}"
    found: dict[str, Any] = services.folder.step(name, lambda: findings.recall("loops", [spec, bench.core], calibrate))
    return found


def _plans(
    services: Services, bench: Bench, loops: Mapping[str, int], owner: Mapping[str, str]
) -> tuple[list[BenchmarkPlan], Pairs]:
    """Clock and noise of each benchmark, and the pairs they rest on: more when the first ones look hopeless.

    Raises:
        MeasurementError: the noise of every benchmark is beyond what can be judged.
    """
    for wanted in (PROBE_PAIRS, CALIBRATION_PAIRS):
        pairs = identical_pairs(services, bench, loops, wanted, PROBE)
        plans = [_measured(services, name, owner[name], count, pairs) for name, count in loops.items()]
        if any(plan.noise <= MAX_NOISE for plan in plans):
            return plans, pairs
    services.folder.forget(PROBE)  # or a resumed run would read the same noise again
    raise MeasurementError(
        f"identical code differs by {min(plan.noise for plan in plans):.0%} from pair to pair here, so nothing can be "
        "judged",
        "end what else runs on this machine, or give a longer workload",
        code="PA501",
    )


def _measured(services: Services, name: str, spec: str, loops: int, pairs: Pairs) -> BenchmarkPlan:
    own = [pair[name] for pair in pairs]
    readings = [reading for pair in own for reading in (pair.baseline, pair.candidate)]
    metric, reason = _metric(services.settings.metric, readings)
    return BenchmarkPlan(
        id=name,
        workload=spec,
        loops=loops,
        metric=metric,
        reason=reason,
        baseline_s=min(reading.value(metric) for reading in readings),
        noise=robust_sd([math.log(pair.baseline.value(metric) / pair.candidate.value(metric)) for pair in own]),
    )


def _unmeasured(name: str, spec: str, loops: int) -> BenchmarkPlan:
    return BenchmarkPlan(id=name, workload=spec, loops=loops, metric="cpu", reason="not probed", baseline_s=0.0)


def _metric(asked: str, readings: Sequence[Reading]) -> tuple[MetricName, str]:
    """The clock the user asked for, else the one that fits what the baseline does."""
    if asked == "cpu":
        return "cpu", "asked for"
    if asked == "memory":
        return "memory", "asked for"
    chosen = choose_metric(readings)
    return chosen.name, chosen.reason
