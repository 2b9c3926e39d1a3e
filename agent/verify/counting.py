"""Instruction counts where the clock leaves a question: a gain too small for it, or one that looks too good."""

from __future__ import annotations

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
from perfagent.tools.profile import Counts, body_instructions, counter_version, native_seconds
from perfagent.tools.report import BenchmarkFigure, InstructionFigure
from perfagent.tools.workload import Request, Workload, parse, script_kind

#: One seed for both sides: counts under one are exact, under several they differ by 0.1 to 0.3 %.
COUNTING_SEED = 1

#: Processes counted on each side, see tools/profile/instructions.py.
PROCESSES = 3

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

    def count() -> dict[str, tuple[int, int]]:
        try:
            return _counts(services, bench, workload)
        except WorkloadError as error:
            services.progress.note(f"instructions of {figure.id} are not counted: {error.message}")
            return {}

    step = f"instructions-{name}-{services.folder.put(figure.id)[:16]}"
    found: dict[str, tuple[int, int]] = services.folder.step(step, count)
    if not found:
        return figure
    sides = Counts(*found["baseline"]), Counts(*found["candidate"])
    return figure.model_copy(update={"instructions": answer(asked, figure, *sides)})


def answer(asked: Question, figure: BenchmarkFigure, baseline: Counts, candidate: Counts) -> InstructionFigure | None:
    """What the counts say to the question; None when there is nothing to compare with."""
    if baseline.first <= 0 or baseline.later <= 0:
        return None
    change, first = candidate.later / baseline.later - 1, candidate.first / baseline.first - 1
    note = ""
    if asked == "tie":
        note = f"the clock cannot tell, and the body executes {change:+.1%} instructions; that alone accepts nothing"
    elif change > -UNCHANGED_INSTRUCTIONS:
        note = (
            f"{figure.speedup:.2f}x faster by the clock at {change:+.1%} instructions: look for skipped waiting or a "
            "changed benchmark; fewer cache misses can do it too"
        )
    elif first > -UNCHANGED_INSTRUCTIONS:
        note = (
            f"the first execution in a process takes {first:+.1%} instructions and only later ones take "
            f"{change:+.1%}: look for results that are kept from one execution to the next"
        )
    return InstructionFigure(
        baseline=baseline.later,
        candidate=candidate.later,
        change=change,
        first_change=first,
        alarm=asked == "alarm" and bool(note),
        note=note,
    )


def _countable(services: Services, workload: Workload) -> bool:
    """Whether a body can be counted alone; timeit's own loops would bring their set-up with them."""
    tree = services.lab.tree(services.lab.prepared.base)
    return workload.kind == "script" and script_kind(tree / workload.target) == "workload"


def _counts(services: Services, bench: Bench, workload: Workload) -> dict[str, tuple[int, int]]:
    """Instructions of one body by side; empty where there is no counter or it would take too long.

    Raises:
        WorkloadError: a run fails.
    """
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
