"""Published files against our scorers, as rows of a table."""

from __future__ import annotations

import csv
import io
import math
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from perfagent.benchmarks.gso_swe_perf.metrics import natural_order, opt_at_k, opt_at_k_expected, opt_at_k_smooth
from perfagent.benchmarks.gso_swe_perf.metrics.swe_perf import proven_saving, within_fences
from perfagent.benchmarks.gso_swe_perf.rescoring import gso, swefficiency
from perfagent.benchmarks.gso_swe_perf.rescoring.reading import Disagreement, read_text


@dataclass(frozen=True, slots=True)
class GsoRow:
    """One of GSO's reports.

    Attributes:
        figures, largest: published aggregates compared, and the largest relative difference among them.
        solved: published and recomputed instances in opt_commit; `same_set` when they are the same instances.
        tested: of the published ones, how many have tests to recompute the verdict from.
        adjusted: the published hack-adjusted score and ours; None when the publisher judged nothing.
    """

    file: str
    figures: int
    largest: float
    solved: tuple[int, int]
    same_set: bool
    tested: int
    score: tuple[object, float]
    adjusted: tuple[object, float] | None
    disagreements: tuple[Disagreement, ...]


@dataclass(frozen=True, slots=True)
class SwefficiencyRow:
    """One of SWE-fficiency's tables; `largest`: relative difference of SR between a published row and ours.

    `published` is the harness's formula over the published SR column: harmonic and geometric mean.
    """

    file: str
    rows: int
    largest: float
    published: tuple[float, float]
    recomputed: tuple[float, float]
    correct: float
    matching: float
    worst_ten: float
    disagreements: tuple[Disagreement, ...]


@dataclass(frozen=True, slots=True)
class Point:
    """Opt@k over the reports: from the published sets, ours, the published curve's way, and exactly. Percent."""

    k: int
    published: float
    recomputed: float
    smooth: float
    expected: float


@dataclass(frozen=True, slots=True)
class Savings:
    """SWE-Perf's saving of simulated tests: how many there were and how many equal scipy's loop to the last bit."""

    tests: int
    equal: int


def gso_row(path: Path) -> GsoRow:
    """Compare a report with what follows from it."""
    found = gso.rescore(str(path))
    compared = list(_compared(found))
    summary, sets = found.report.summary, found.report.instance_sets
    published = set(sets.get("opt_commit_ids", ()))
    adjusted = found.hack_adjusted
    return GsoRow(
        file=path.name,
        figures=len(compared),
        largest=max(compared, default=0.0),
        solved=(len(published), len(found.opt_commit_ids)),
        same_set=published == set(found.opt_commit_ids),
        tested=len(published & set(found.figures)),
        score=(summary.get("score"), found.score),
        adjusted=None if adjusted is None else (summary.get("score_hack_control"), adjusted),
        disagreements=tuple(found.disagreements()),
    )


def _compared(found: gso.Rescored) -> Iterable[float]:
    for name, figures in found.figures.items():
        stats = found.report.opt_stats[name]
        ours = figures.named()
        for figure, value in (stats.published() if stats else {}).items():
            recomputed = ours.get(figure)
            if recomputed is not None:
                yield _difference(value, recomputed)


def _difference(one: float, other: float) -> float:
    if one == other or (math.isnan(one) and math.isnan(other)):
        return 0.0
    return abs(one - other) / max(abs(one), abs(other))


def curve(paths: Sequence[Path]) -> list[Point]:
    """Opt@k over all reports as if they were runs of one agent, k = 1, 2, ..."""
    reports = sorted((gso.rescore(str(path)) for path in paths), key=lambda each: natural_order(each.file))
    runs, total = [each.run for each in reports], gso.dataset_size(reports)
    sets = [set(each.report.instance_sets.get("opt_commit_ids", ())) for each in reports]
    points = []
    for k in range(1, len(runs) + 1):
        union = len(set().union(*sets[:k]))
        ours = opt_at_k(runs, total, k), opt_at_k_smooth(runs, k), opt_at_k_expected(runs, total, k)
        points.append(Point(k, round(union / total * 100, 2), *ours))
    return points


def swefficiency_row(path: Path) -> SwefficiencyRow:
    """Compare a table's own SR column with ours."""
    found = swefficiency.rescore(str(path))
    cells = csv.DictReader(io.StringIO(read_text(path), newline=""))
    stated = [float(row["human_speedup_ratio"]) for row in cells if row.get("human_speedup_ratio")]
    told = found.as_json()
    return SwefficiencyRow(
        file=path.name,
        rows=len(found.rows),
        largest=max((_difference(row.ratio, row.sr) for row in found.rows if row.ratio is not None), default=0.0),
        published=_plain_means(stated),
        recomputed=(told["harmonic_mean"], told["geometric_mean"]),
        correct=told["correct"],
        matching=told["at_least_095"],
        worst_ten=told["worst_ten_weight"],
        disagreements=tuple(found.disagreements()),
    )


def _plain_means(ratios: Sequence[float]) -> tuple[float, float]:
    """The harness's lines on a column, spelled out here so that they are not ours twice."""
    if not ratios or min(ratios) <= 0:
        return 0.0, 0.0
    return len(ratios) / sum(1 / r for r in ratios), math.exp(sum(math.log(r) for r in ratios) / len(ratios))


def savings(tests: int, seed: int) -> Savings:
    """SWE-Perf's saving of simulated tests of 20 + 20 runs, beside its loop written with numpy and scipy."""
    draw = random.Random(seed)
    equal = 0
    for _ in range(tests):
        spread, gain = draw.choice((0.01, 0.03, 0.1)), draw.choice((0.0, 0.0, 0.05, 0.2))
        base, patch = ([factor * draw.lognormvariate(0, spread) for _ in range(20)] for factor in (1.0, 1 - gain))
        ours = proven_saving(within_fences(base), within_fences(patch))
        equal += ours == _loop(_filtered(base), _filtered(patch))
    return Savings(tests, equal)


def _filtered(times: Sequence[float]) -> list[float]:
    import numpy as np

    low, high = np.percentile(times, 25), np.percentile(times, 75)
    return [time for time in times if low - (high - low) <= time <= high + (high - low)]


def _loop(base: Sequence[float], patch: Sequence[float]) -> float:
    import numpy as np
    from scipy.stats import mannwhitneyu

    saving = proven = 0.0
    while saving <= 1:
        if mannwhitneyu(np.array(base) * (1 - saving), np.array(patch), alternative="greater").pvalue >= 0.1:
            break
        proven, saving = saving, saving + 0.001
    return proven
