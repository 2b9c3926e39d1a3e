"""One instance's score from the official protocol's raw timings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

from perfagent.benchmarks.gso_swe_perf.instances import Instance
from perfagent.benchmarks.gso_swe_perf.metrics import gso, swe_perf, swefficiency
from perfagent.benchmarks.gso_swe_perf.metrics.aggregates import geometric_mean
from perfagent.benchmarks.gso_swe_perf.metrics.eff import efficiency
from perfagent.benchmarks.gso_swe_perf.metrics.records import InstanceScore
from perfagent.benchmarks.gso_swe_perf.records import Outcome

if TYPE_CHECKING:
    from perfagent.benchmarks.gso_swe_perf.datasets import SwefficiencyInstance, SwePerfInstance


def official_row(instance: Instance, outcome: Outcome | None, expert: Outcome | None) -> InstanceScore:
    """Score one instance as its benchmark does.

    Args:
        outcome: of the patch; None when the instance was not measured.
        expert: of the expert's change under the same protocol; SWE-fficiency's score needs it.
    """
    if instance.benchmark == "gso":
        return _gso(instance, outcome)
    if instance.benchmark == "swe-perf":
        return _swe_perf(cast("SwePerfInstance", instance), outcome, expert)
    return _swefficiency(cast("SwefficiencyInstance", instance), outcome, expert)


def unmeasured(instance: Instance, outcome: Outcome | None, expert_speedup: float | None = None) -> InstanceScore:
    """The row of an instance without timings."""
    return InstanceScore(
        instance_id=instance.instance_id,
        status=outcome.status if outcome else "missing",
        applied=outcome is not None and outcome.status == "tests_failed",
        expert_speedup=expert_speedup,
        efficiency=0.0,
        detail=outcome.detail or outcome.status.replace("_", " ") if outcome else "no outcome",
    )


def _gso(instance: Instance, outcome: Outcome | None) -> InstanceScore:
    if outcome is None or outcome.gso is None or outcome.status != "graded":
        return unmeasured(instance, outcome)
    try:
        figures = gso.figures_of_timings(outcome.gso)
    except ValueError as error:
        return unmeasured(instance, outcome.model_copy(update={"status": "error", "detail": str(error)}))
    solved = figures.opt_commit()
    return InstanceScore(
        instance_id=instance.instance_id,
        status=outcome.status,
        applied=True,
        correct=True,
        solved=solved,
        value=float(solved),
        speedup=figures.aggregates["patch_base"].gm,
        expert_speedup=figures.aggregates["commit_base"].gm,
        ratio=figures.aggregates["patch_commit"].hm,
        efficiency=_efficiency(figures.means["patch"], figures.means["commit"]),
        detail="" if solved else _why_not(figures),
        figures=figures.named() | {"opt_base": float(figures.opt_base)},
    )


def _why_not(figures: gso.GsoFigures) -> str:
    if figures.opt_base:
        return f"harmonic mean against the expert {figures.aggregates['patch_commit'].hm:.3f}, above 0.95 is asked"
    return f"geometric mean against the base {figures.aggregates['patch_base'].gm:.3f}, 1.2 after rounding is asked"


def _swe_perf(instance: SwePerfInstance, outcome: Outcome | None, expert: Outcome | None) -> InstanceScore:
    tests = instance.efficiency_test
    published = swe_perf.expert_figures(instance.duration_changes, tests)
    human = published.performance if published else None
    best = swe_perf.figures(expert.swe_perf, tests) if expert and expert.swe_perf else published
    expert_speedup = geometric_mean(tuple(best.speedups.values())) if best and best.speedups else None
    if outcome is None or outcome.swe_perf is None:
        # Without run reports of every run the harness counts the patch as one that did not apply.
        row = unmeasured(instance, outcome, expert_speedup)
        return row.model_copy(update={"applied": False, "figures": {"human_performance": human}})
    figures = swe_perf.figures(outcome.swe_perf, tests)
    speedups = tuple(figures.speedups.values())
    correct, saving = not figures.failed, figures.performance
    return InstanceScore(
        instance_id=instance.instance_id,
        status=outcome.status,
        applied=True,
        correct=correct,
        solved=saving > 0,
        value=saving,
        speedup=geometric_mean(speedups) if speedups else None,
        expert_speedup=expert_speedup,
        efficiency=_relative(speedups, tuple(best.speedups.values()) if best else ()) if correct else 0.0,
        detail="" if saving > 0 else _why_nothing(figures),
        figures={"performance": saving, "human_performance": human, "passed_tests": float(len(figures.savings))},
    )


def _why_nothing(figures: swe_perf.SwePerfFigures) -> str:
    if figures.failed:
        return f"{len(figures.failed)} efficiency tests did not pass in every run, {figures.failed[0]} among them"
    return "no saving is proven at p < 0.1"


def _swefficiency(instance: SwefficiencyInstance, outcome: Outcome | None, expert: Outcome | None) -> InstanceScore:
    best = swefficiency.before_over_after(expert.swefficiency) if expert and expert.swefficiency else None
    gold = swefficiency.NO_SPEEDUP if best is None else best
    if outcome is None or outcome.swefficiency is None:
        row = unmeasured(instance, outcome, best)
        ratio = swefficiency.speedup_ratio(swefficiency.NO_SPEEDUP, gold)
        return row.model_copy(update={"value": ratio, "ratio": ratio})
    finished = outcome.status == "graded"
    figures = swefficiency.figures(outcome.swefficiency, instance.pass_to_pass, finished=finished)
    ratio = swefficiency.speedup_ratio(figures.speedup, gold)
    solved = figures.correct and best is not None and ratio >= swefficiency.MATCHES_EXPERT
    return InstanceScore(
        instance_id=instance.instance_id,
        status=outcome.status,
        applied=True,
        correct=figures.correct,
        solved=solved,
        value=ratio,
        speedup=figures.raw_speedup,
        expert_speedup=best,
        ratio=ratio,
        efficiency=_relative((figures.speedup,), (gold,)) if figures.correct else 0.0,
        detail="" if solved else _why_short(figures, best, outcome),
        figures={
            "raw_pred_speedup_ratio": figures.raw_speedup,
            "pred_speedup_ratio": figures.speedup,
            "gold_speedup_ratio": gold,
            "human_speedup_ratio": ratio,
            "correctness": float(figures.correct),
            "correctness_pct": figures.correctness_pct,
            "pre_edit_runtime": outcome.swefficiency.before_mean,
            "patch_length": float(outcome.swefficiency.patch_lines),
        },
    )


def _why_short(figures: swefficiency.SwefficiencyFigures, best: float | None, outcome: Outcome) -> str:
    if outcome.swefficiency and outcome.swefficiency.introspection:
        return outcome.swefficiency.introspection[0]
    if not figures.correct and figures.correctness_pct == 1:
        return outcome.detail or outcome.status.replace("_", " ")
    if not figures.correct:
        return f"{1 - figures.correctness_pct:.2%} of the tests that have to pass do not"
    if best is None:
        return "the expert's change was not measured: its speedup counts as 1, as published"
    return f"{figures.speedup:.3g} times against the expert's {best:.3g}"


def _efficiency(seconds: Sequence[float], references: Sequence[float]) -> float | None:
    return efficiency(seconds, references) if references and min(references) > 0 else None


def _relative(speedups: Sequence[float], expert: Sequence[float]) -> float | None:
    """Efficiency from speedups over one base, whose time is the unit."""
    if len(speedups) != len(expert) or not expert or min((*speedups, *expert)) <= 0:
        return None
    return _efficiency([1 / each for each in speedups], [1 / each for each in expert])
