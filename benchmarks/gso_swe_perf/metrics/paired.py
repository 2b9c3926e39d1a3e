"""What our verifier's figures come to on each benchmark's scale, and which official verdicts they overturn."""

from __future__ import annotations

from typing import Literal

from perfagent.benchmarks.gso_swe_perf.instances import Instance
from perfagent.benchmarks.gso_swe_perf.metrics.aggregates import geometric_mean, harmonic_mean
from perfagent.benchmarks.gso_swe_perf.metrics.eff import efficiency
from perfagent.benchmarks.gso_swe_perf.metrics.gso import OPT_THRESHOLD
from perfagent.benchmarks.gso_swe_perf.metrics.records import Figure, InstanceScore, Scores
from perfagent.benchmarks.gso_swe_perf.metrics.rows import unmeasured
from perfagent.benchmarks.gso_swe_perf.metrics.swefficiency import MATCHES_EXPERT, NO_SPEEDUP, speedup_ratio
from perfagent.benchmarks.gso_swe_perf.records import GOLD, Benchmark, Outcome, PairedFigures, Record

#: What GSO's 1.2 comes to before its rounding to one decimal.
OPT_BASE_UNROUNDED = 1.15
#: Verdicts of a patch that passed every check; any other names the check that failed.
CHECKED = ("faster", "not_faster", "inconclusive")


def paired_row(instance: Instance, outcome: Outcome | None, expert: Outcome | None) -> InstanceScore:
    """Score one instance by our verifier.

    Args:
        outcome: of the patch; None when it was not measured.
        expert: of the expert's change by our verifier, for its speedup where the patch has none against it.
    """
    gold = _gain(expert.paired) if expert and expert.paired else None
    if outcome is None or outcome.paired is None:
        row = unmeasured(instance, outcome, gold)
        return row.model_copy(update=_nothing(instance.benchmark, gold))
    figures = outcome.paired
    if outcome.subject == GOLD and not figures.expert:  # the expert's change is not timed against itself
        figures = figures.model_copy(update={"expert": dict.fromkeys(figures.speedups, 1.0)})
    correct = figures.verdict in CHECKED
    why_not = _why_not(instance.benchmark, figures)
    row = InstanceScore(
        instance_id=instance.instance_id,
        status=outcome.status,
        applied=outcome.status not in ("patch_failed", "base_failed", "empty_patch"),
        correct=correct,
        solved=not why_not,
        value=float(not why_not),
        speedup=_gain(figures),
        expert_speedup=gold,
        ratio=harmonic_mean(tuple(figures.expert.values())) if figures.expert else None,
        efficiency=_efficiency(figures) if correct else 0.0,
        detail=why_not,
        figures=_interval("interval", figures.interval) | _interval("expert_interval", figures.expert_interval),
    )
    return row.model_copy(update=_value(instance.benchmark, row, gold))


def _value(benchmark: Benchmark, row: InstanceScore, gold: float | None) -> dict[str, object]:
    """What the benchmark's score averages, where that is no yes or no."""
    if benchmark == "swe-perf":
        low = row.figures.get("interval_low")
        return {"value": max(0.0, 1 - 1 / low) if row.solved and low else 0.0}
    if benchmark == "swefficiency":
        return _nothing(benchmark, gold) if not row.correct or row.ratio is None else {"value": row.ratio}
    return {}


def _nothing(benchmark: Benchmark, gold: float | None) -> dict[str, object]:
    """An incorrect or missing patch is worth the base, of which the expert is `gold` times as fast."""
    if benchmark != "swefficiency":
        return {}
    ratio = speedup_ratio(NO_SPEEDUP, gold or NO_SPEEDUP)
    return {"value": ratio, "ratio": ratio}


def _why_not(benchmark: Benchmark, figures: PairedFigures) -> str:
    """Why our verifier does not count the instance as solved; empty when it does."""
    if figures.verdict != "faster":
        return figures.detail or figures.verdict.replace("_", " ")
    if benchmark == "swe-perf":
        return ""
    gain = geometric_mean(tuple(figures.speedups.values())) if figures.speedups else 0.0
    if benchmark == "gso" and gain < OPT_BASE_UNROUNDED:
        return f"geometric mean against the base {gain:.3f}, {OPT_BASE_UNROUNDED} is asked"
    if not figures.expert:
        return "not compared with the expert"
    ratio = harmonic_mean(tuple(figures.expert.values()))
    enough = ratio > OPT_THRESHOLD if benchmark == "gso" else ratio >= MATCHES_EXPERT
    return "" if enough else f"{ratio:.3f} of the expert's speed, 0.95 is asked"


def _gain(figures: PairedFigures) -> float | None:
    return geometric_mean(tuple(figures.speedups.values())) if figures.speedups else None


def _efficiency(figures: PairedFigures) -> float | None:
    """Each workload in units of the expert's time on it, so that all weigh the same."""
    if not figures.expert or min(figures.expert.values()) <= 0:
        return None
    return efficiency([1 / ratio for ratio in figures.expert.values()], [1.0] * len(figures.expert))


def _interval(name: str, bounds: tuple[float, float] | None) -> dict[str, float | None]:
    return {f"{name}_low": bounds[0], f"{name}_high": bounds[1]} if bounds else {}


class Overturned(Record):
    """An official verdict that our verifier does not share.

    Attributes:
        direction: `rejected`: officially solved, not by ours; `accepted`: the other way round.
        reason: one line: what our verifier, or the official protocol, has against the patch.
        official, paired: speedup over the base by each; None without timings.
    """

    instance_id: str
    direction: Literal["accepted", "rejected"]
    reason: str
    official: Figure | None = None
    paired: Figure | None = None


def overturned(official: Scores, paired: Scores) -> list[Overturned]:
    """Official verdicts that ours overturns, in either direction, in the data set's order.

    An instance that one of the two did not measure at all (missing, or an error of the protocol) is not compared.
    """
    ours = {row.instance_id: row for row in paired.rows}
    found = []
    for row in official.rows:
        other = ours.get(row.instance_id)
        if other is None or {row.status, other.status} & {"missing", "error", "base_failed"}:
            continue
        if row.solved != other.solved:
            direction: Literal["accepted", "rejected"] = "accepted" if other.solved else "rejected"
            reason = f"officially: {row.detail}" if other.solved else other.detail
            found.append(
                Overturned(
                    instance_id=row.instance_id,
                    direction=direction,
                    reason=reason,
                    official=row.speedup,
                    paired=other.speedup,
                )
            )
    return found
