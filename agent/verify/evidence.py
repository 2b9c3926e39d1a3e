"""What is shown beside a verdict and never makes one: growth with the size of the input, and instruction counts.

Both are measured after the verdict and its figures. What was measured is kept in the run folder, as all samples are.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from perfagent.agent.lab.bench import Bench
from perfagent.agent.lab.prepared import SizePlan
from perfagent.agent.lab.recording import recorded, seed_of
from perfagent.agent.lab.sizing import sized
from perfagent.agent.services import Services
from perfagent.agent.state import Verdict
from perfagent.agent.verify.counting import counted
from perfagent.agent.verify.figures import family_figures, growth_figure
from perfagent.tools.errors import MeasurementError
from perfagent.tools.measure import Pair, RoundSampler, RunFailed, RunResult, one_by_one, pair_up
from perfagent.tools.measure.constants import GROWTH_PAIRS, GROWTH_TIMEOUT_S
from perfagent.tools.report import GrowthFigure

SIDES = ("baseline", "candidate")


def with_evidence(services: Services, verdict: Verdict, trees: Mapping[str, Path]) -> Verdict:
    """The verdict with its evidence; what cannot be measured is left out and said to be.

    Args:
        trees: of the sides "baseline" and "candidate".
    """
    measured = {figure.id for figure in verdict.benchmarks if figure.interval is not None}
    if not measured:
        return verdict
    growth = list(family_figures(verdict.benchmarks))
    with services.lab.open(trees) as bench:
        for plan in services.lab.prepared.sizes:
            if plan.id in measured and len(plan.loops) > 1:
                growth.append(_grown(services, bench, plan, verdict.candidate, trees["candidate"]))
        figures = tuple(counted(services, bench, figure, verdict.candidate) for figure in verdict.benchmarks)
    return verdict.model_copy(update={"growth": tuple(growth), "benchmarks": figures})


def _grown(services: Services, bench: Bench, plan: SizePlan, name: str, head: Path) -> GrowthFigure:
    """One benchmark's growth; a figure without sizes, and a note, where it cannot be measured."""
    benchmark = services.lab.prepared.plan(plan.id)
    nothing = GrowthFigure(benchmark=plan.id, multiples=True, metric=benchmark.metric)
    if not sized(benchmark.workload, head):
        return nothing.model_copy(update={"note": "the candidate's script takes no size"})
    services.progress.note(f"measuring {plan.id} at {', '.join(f'{factor}x' for factor in plan.loops)} of its size")
    try:
        columns, notes = _columns(services, bench, plan, name)
        note = "; ".join(filter(None, [plan.note, *notes]))
        return growth_figure(plan.id, columns, benchmark.metric, note)
    except MeasurementError as error:
        return nothing.model_copy(update={"note": f"not measured: {error.message}"})


def _columns(services: Services, bench: Bench, plan: SizePlan, name: str) -> tuple[dict[int, list[Pair]], list[str]]:
    """The pairs by multiple, and why sizes are missing at which the candidate failed.

    Every round runs every size of both sides once in an order drawn anew, so that a drift of the machine bends neither
    a speedup nor a growth.

    Raises:
        MeasurementError: the baseline failed, or the candidate did at the judged size.
    """

    def read(side: str, hash_seed: int) -> RunResult:
        where, factor = side.split()
        loops = {plan.id: plan.loops[int(factor)]}
        scaled = bench.scaled(int(factor), GROWTH_TIMEOUT_S)
        return scaled.reader(loops, frozenset({plan.id}))((where,), hash_seed)[where]

    seed = seed_of(services, f"{name}:{plan.id}:growth")
    run = recorded(services, f"growth-{name}-{seed:08x}", one_by_one(read))
    sampler = RoundSampler(run, [f"{side} {f}" for f in plan.loops for side in SIDES], seed)
    columns: dict[int, list[Pair]] = {factor: [] for factor in plan.loops}
    notes = []
    for index in range(GROWTH_PAIRS):
        measured = sampler.round(index, [f"{side} {f}" for f in columns for side in SIDES])
        for factor in list(columns):
            pairs = pair_up(measured, *(f"{side} {factor}" for side in SIDES))
            if not isinstance(pairs, RunFailed):
                columns[factor].append(pairs[plan.id])
                continue
            if factor == 1:
                raise MeasurementError(f"the candidate failed: {pairs.detail}", code="PA502")
            del columns[factor]
            notes.append(f"at {factor}x the candidate failed: {pairs.detail}")
    return columns, notes
