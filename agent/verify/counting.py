"""Instruction counts where the clock leaves a question: a gain too small for it, or one that looks too good."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from perfagent.agent.lab.bench import Bench
from perfagent.agent.services import Services
from perfagent.tools.errors import WorkloadError
from perfagent.tools.measure.constants import (
    ALARM_SPEEDUP,
    INSTRUCTIONS_SLOWDOWN,
    INSTRUCTIONS_TOTAL_S,
    TIE_BREAK,
    UNCHANGED_INSTRUCTIONS,
)
from perfagent.tools.report import BenchmarkFigure, InstructionFigure
from perfagent.tools.workload import Request, Workload, parse, script_kind

#: One seed for both sides: counts under one are exact, under several they differ by 0.1 to 0.3 %.
COUNTING_SEED = 1

#: Kinds of script whose body alone can be counted; timeit's own loops would bring their set-up with them.
COUNTABLE = ("workload", "plain")

#: Processes counted on each side, see tools/profile/instructions.py.
PROCESSES = 2

Question = Literal["tie", "alarm"]


def question(figure: BenchmarkFigure) -> Question | None:
    """What the clock left open about a benchmark that computes; None where it left nothing."""
    if figure.metric != "cpu" or figure.speedup is None:
        return None
    if figure.verdict == "inconclusive" and TIE_BREAK[0] <= abs(figure.speedup - 1) <= TIE_BREAK[1]:
        return "tie"
    return "alarm" if figure.verdict == "faster" and figure.speedup >= ALARM_SPEEDUP else None


def counted(services: Services, bench: Bench, figure: BenchmarkFigure, name: str) -> BenchmarkFigure:
    """The figure with its instructions, where there is a question, a counter and time for the answer.

    Args:
        bench: with the sides "baseline" and "candidate".
        name: of the candidate.
    """
    asked = question(figure)
    workload = parse(services.lab.prepared.plan(figure.id).workload)
    if asked is None or services.settings.no_instructions or not _countable(services, workload):
        return figure

    def count() -> dict[str, int]:
        try:
            return _counts(services, bench, workload)
        except WorkloadError as error:
            services.progress.note(f"instructions of {figure.id} are not counted: {error.message}")
            return {}

    found: dict[str, int] = services.folder.step(f"instructions-{name}-{services.folder.put(figure.id)[:16]}", count)
    if not found:
        return figure
    return figure.model_copy(update={"instructions": answer(asked, figure, found["baseline"], found["candidate"])})


def answer(asked: Question, figure: BenchmarkFigure, baseline: int, candidate: int) -> InstructionFigure | None:
    """What the counts say to the question; None when there is nothing to compare with."""
    if baseline <= 0:
        return None
    change = candidate / baseline - 1
    alarm = asked == "alarm" and change > -UNCHANGED_INSTRUCTIONS
    note = ""
    if asked == "tie":
        note = f"the clock cannot tell, and the body executes {change:+.1%} instructions; that alone accepts nothing"
    elif alarm:
        note = (
            f"{figure.speedup:.2f}x faster by the clock at {change:+.1%} instructions: look for results kept from one "
            "run to the next, skipped work or a changed benchmark; fewer cache misses can do it too"
        )
    return InstructionFigure(baseline=baseline, candidate=candidate, change=change, alarm=alarm, note=note)


def _countable(services: Services, workload: Workload) -> bool:
    tree = services.lab.tree(services.lab.prepared.base)
    return workload.kind == "script" and script_kind(Path(tree, workload.target)) in COUNTABLE


def _counts(services: Services, bench: Bench, workload: Workload) -> dict[str, int]:
    """Instructions of one body by side; empty where there is no counter or it would take too long.

    Raises:
        WorkloadError: a run fails.
    """
    from perfagent.tools.profile import body_instructions, counter_version, native_seconds

    if not counter_version(bench.sandbox):
        return {}
    request = Request(hash_seed=COUNTING_SEED, cpu=bench.core, timeout_s=2 * INSTRUCTIONS_TOTAL_S)
    sides = {side: (bench.sandbox, bench.sites[side], workload, request) for side in ("baseline", "candidate")}
    native = sum(native_seconds(*side) for side in sides.values())
    if (expected := PROCESSES * INSTRUCTIONS_SLOWDOWN * native) > INSTRUCTIONS_TOTAL_S:
        services.progress.note(f"{workload.spec} is too long to count instructions: about {expected:.0f} s")
        return {}
    services.progress.note(f"counting the instructions of {workload.spec}: about {expected:.0f} s at most")
    return {side: body_instructions(*arguments) for side, arguments in sides.items()}
