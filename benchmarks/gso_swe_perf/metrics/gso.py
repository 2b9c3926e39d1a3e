"""GSO's figures and verdicts of one instance, from its timings or from what a report keeps of them.

Names, formulas and constants are those of the GSO harness (grading/metrics.py, constants.py).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

from perfagent.benchmarks.gso_swe_perf.metrics.aggregates import Aggregates, aggregate, sample_deviation, speedups
from perfagent.benchmarks.gso_swe_perf.records import GsoTimings

#: MIN_PROB_SPEEDUP: a patch with less, after rounding to one decimal, is no improvement of the base.
OPT_BASE_SPEEDUP = 1.2
#: OPT_THRESH, the p of Opt_p@k: the share of the expert's speedup that counts as matching it.
OPT_THRESHOLD = 0.95
#: The thresholds of the published curve of Opt_p@1 (export_opt1_threshold.py).
CURVE = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1.0)

#: Published name of a comparison -> (phase whose time is divided, phase that divides).
COMPARISONS = {
    "patch_commit": ("commit", "patch"),
    "patch_base": ("base", "patch"),
    "commit_base": ("base", "commit"),
    "patch_main": ("main", "patch"),
}
PHASES = ("base", "patch", "commit", "main")


@dataclass(frozen=True, slots=True)
class GsoFigures:
    """What the harness computes of an instance that passed.

    Attributes:
        means: phase -> each test's mean, seconds; phases that were not run are absent.
        ratios: comparison -> each test's speedup.
        overall: phase -> mean over tests, seconds.
        aggregates: comparison -> its summary.
    """

    means: Mapping[str, tuple[float, ...]]
    ratios: Mapping[str, tuple[float, ...]]
    overall: Mapping[str, float]
    aggregates: Mapping[str, Aggregates]

    @property
    def opt_base(self) -> bool:
        """The patch improves the base: in the mean over tests, where it is known, and in the geometric mean."""
        if "patch_base" not in self.aggregates:
            return False
        longer = {"base", "patch"} <= set(self.overall) and self.overall["base"] <= self.overall["patch"]
        return not longer and _one_decimal(self.aggregates["patch_base"].gm) >= OPT_BASE_SPEEDUP

    def opt_commit(self, threshold: float = OPT_THRESHOLD) -> bool:
        """The patch also reaches `threshold` of the expert's speed; a threshold of 0 asks for passed tests only."""
        if threshold == 0:
            return True
        return self.opt_base and "patch_commit" in self.aggregates and self.aggregates["patch_commit"].hm > threshold

    def named(self) -> dict[str, float | None]:
        """Every figure that has a published name and is one number."""
        found: dict[str, float | None] = {}
        for comparison, summary in self.aggregates.items():
            found.update(summary.named(comparison))
        for phase, means in self.means.items():
            found[f"{phase}_mean"] = self.overall[phase]
            found[f"{phase}_std"] = _deviation(means)
        return found


def figures_of_timings(timings: GsoTimings) -> GsoFigures:
    """From every execution's seconds; tests that some phase has no time of are left out.

    Raises:
        ValueError: no test has times of all three phases.
    """
    kept = [runs for runs in zip(timings.base, timings.patch, timings.commit, strict=False) if all(runs)]
    if not kept:
        raise ValueError("no test was timed in every phase")
    columns = zip(*[[fmean(times) for times in runs] for runs in kept], strict=True)
    return figures_of_means(dict(zip(PHASES, map(tuple, columns), strict=False)))


def figures_of_means(means: Mapping[str, Sequence[float]]) -> GsoFigures:
    """From each test's mean seconds, by phase; an empty phase was not run."""
    return figures_of_ratios({}, means, {})


def figures_of_ratios(
    ratios: Mapping[str, Sequence[float]], means: Mapping[str, Sequence[float]], overall: Mapping[str, float]
) -> GsoFigures:
    """From the tests' speedups by comparison, and what is known of times.

    Args:
        ratios: those absent are computed from `means`.
        means: each test's mean seconds by phase; may be empty.
        overall: mean over tests by phase, for phases without `means`.
    """
    timed = {phase: tuple(means[phase]) for phase in PHASES if means.get(phase)}
    whole = {phase: fmean(timed[phase]) if phase in timed else overall[phase] for phase in (*timed, *overall)}
    all_ratios = {}
    for comparison, (before, after) in COMPARISONS.items():
        if ratios.get(comparison):
            all_ratios[comparison] = tuple(ratios[comparison])
        elif before in timed and after in timed:
            all_ratios[comparison] = speedups(timed[before], timed[after])
    aggregates = {}
    for comparison, values in all_ratios.items():
        before, after = COMPARISONS[comparison]
        both = (whole[before], whole[after]) if before in whole and after in whole else None
        aggregates[comparison] = aggregate(values, both)
    return GsoFigures(timed, all_ratios, whole, aggregates)


def _deviation(means: Sequence[float]) -> float | None:
    return sample_deviation(means) if len(means) > 1 else 0.0


def _one_decimal(value: float) -> float:
    """As numpy rounds, where 1.15 becomes 1.2; Python's own `round` sees 1.1499... and gives 1.1."""
    return round(value * 10) / 10 if math.isfinite(value) else value
