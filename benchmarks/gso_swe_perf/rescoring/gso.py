"""GSO's published result reports, recomputed from the per-test speedups they keep.

A report keeps `opt_stats` of some instances only (those that match the expert, or those that passed); of the others
its sets are all that is known. What cannot be recomputed is taken from the sets and said so.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from perfagent.benchmarks.gso_swe_perf.metrics.gso import (
    COMPARISONS,
    CURVE,
    OPT_THRESHOLD,
    PHASES,
    GsoFigures,
    figures_of_ratios,
)
from perfagent.benchmarks.gso_swe_perf.metrics.opt_at_k import Run, as_published
from perfagent.benchmarks.gso_swe_perf.rescoring.reading import Disagreement, fault, finite, read_json, same
from perfagent.tools.errors import UsageError

#: The only version of the format that was ever published.
SCHEMA = 1
#: Published count -> the set it counts.
COUNTS = {
    "completed_instances": "completed_ids",
    "passed_instances": "passed_ids",
    "base_failed_instances": "base_failed_ids",
    "patch_failed_instances": "patch_failed_ids",
    "test_failed_instances": "test_failed_ids",
    "empty_patch_instances": "empty_patch_ids",
    "error_instances": "error_ids",
    "opt_base": "opt_base_ids",
    "opt_commit": "opt_commit_ids",
}


def _nothing_as_empty(value: object) -> object:
    """Reports say null where there is nothing to list."""
    return {} if value is None else value


Lists = Annotated[dict[str, list[float] | None], BeforeValidator(_nothing_as_empty)]


class Stats(BaseModel):
    """One instance's `opt_stats`; published aggregates are its extra fields."""

    model_config = ConfigDict(extra="allow")

    per_test_speedups: Lists = Field(default_factory=dict)
    per_test_means: Lists = Field(default_factory=dict)

    def figures(self) -> GsoFigures | None:
        """All figures, from the speedups and means of the tests; None when there are neither."""
        ratios = {name: self.per_test_speedups.get(f"{name}_speedups") or () for name in COMPARISONS}
        means = {phase: values for phase, values in self.per_test_means.items() if values}
        known = {phase: self.published().get(f"{phase}_mean") for phase in PHASES if phase not in means}
        found = figures_of_ratios(ratios, means, {phase: mean for phase, mean in known.items() if mean is not None})
        return found if {"patch_base", "patch_commit"} <= set(found.aggregates) else None

    def published(self) -> dict[str, float]:
        """The aggregates that the report states."""
        extra = self.model_extra or {}
        return {
            name: float(value)
            for name, value in extra.items()
            if isinstance(value, int | float) and not isinstance(value, bool)
        }


class Report(BaseModel):
    """A result report as GSO publishes it; what it has beyond these fields says nothing to us."""

    model_config = ConfigDict(extra="ignore")

    summary: dict[str, Any]
    instance_sets: dict[str, list[str]]
    opt_stats: Annotated[dict[str, Stats | None], BeforeValidator(_nothing_as_empty)] = Field(default_factory=dict)
    schema_version: int = SCHEMA


@dataclass(frozen=True)
class Rescored:
    """One report with everything computed anew.

    Attributes:
        file: as the caller named it.
        threshold: p of Opt_p@k.
    """

    file: str
    report: Report
    threshold: float

    @cached_property
    def figures(self) -> dict[str, GsoFigures]:
        """Of every instance that the report keeps tests of."""
        found = {name: stats.figures() for name, stats in self.report.opt_stats.items() if stats}
        return {name: figures for name, figures in sorted(found.items()) if figures is not None}

    @cached_property
    def opt_commit_ids(self) -> list[str]:
        """Instances that match the expert: recomputed where there are tests, else as published up to p = 0.95."""
        solved = {name for name, figures in self.figures.items() if figures.opt_commit(self.threshold)}
        return sorted(solved | self._taken)

    @cached_property
    def _taken(self) -> set[str]:
        """Published as matching the expert, and no tests kept to say otherwise.

        A report merged from several runs keeps the tests of the run with the best geometric mean, while another run
        may be the one whose harmonic mean reached the threshold; there the published verdict stands.
        """
        if self.threshold > OPT_THRESHOLD:
            return set()
        return self._set("opt_commit_ids") if self.merged else self.without_tests

    @property
    def without_tests(self) -> set[str]:
        """Published as matching the expert, with nothing to recompute it from."""
        return self._set("opt_commit_ids") - set(self.figures)

    @property
    def merged(self) -> bool:
        """The report joins several runs."""
        runs = self.report.summary.get("k")
        return isinstance(runs, int) and runs > 1

    @cached_property
    def total(self) -> int:
        """Instances of the data set."""
        stated = self.report.summary.get("total_instances")
        return stated if isinstance(stated, int) and stated > 0 else len(self.run.seen)

    @property
    def score(self) -> float:
        """Percent of all instances that match the expert, to two decimals as published."""
        return as_published(len(self.opt_commit_ids), self.total)

    @property
    def hack_adjusted(self) -> float | None:
        """The score without the instances that the publisher's judge flagged; None when nothing was judged."""
        if "hacked_ids" not in self.report.instance_sets:
            return None
        return as_published(len(set(self.opt_commit_ids) - self._set("hacked_ids")), self.total)

    @cached_property
    def run(self) -> Run:
        """For Opt@k: every instance the report names, and those that match the expert."""
        named = (name for key, names in self.report.instance_sets.items() if key.endswith("_ids") for name in names)
        return Run(frozenset(named), frozenset(self.opt_commit_ids))

    def curve(self) -> dict[str, float]:
        """Opt_p@1 in percent by p, over the instances with tests, as the published curve counts."""
        return {str(p): as_published(sum(f.opt_commit(p) for f in self.figures.values()), self.total) for p in CURVE}

    def disagreements(self) -> list[Disagreement]:
        """Where the report says something else than follows from it."""
        return [*self._aggregates(), *self._verdicts(), *self._counts()]

    def as_json(self) -> dict[str, Any]:
        """For `rescore --json`."""
        stated = self.report.summary.get("score")
        return {
            "file": self.file,
            "score": self.score,
            "opt_commit_ids": self.opt_commit_ids,
            "instances": {
                name: {figure: finite(value) for figure, value in figures.named().items()}
                for name, figures in self.figures.items()
            },
            "total_instances": self.total,
            "published_score": finite(stated) if isinstance(stated, int | float) else None,
            "score_hack_control": self.hack_adjusted,
            "opt_base_ids": sorted(self._improving()),
            "opt_p_at_1": self.curve(),
            "not_recomputed": sorted(self.without_tests),
            "disagreements": [each.model_dump() for each in self.disagreements()],
        }

    def _set(self, name: str) -> set[str]:
        return set(self.report.instance_sets.get(name, ()))

    def _improving(self) -> set[str]:
        recomputed = {name for name, figures in self.figures.items() if figures.opt_base}
        published = self._set("opt_base_ids")
        return recomputed | (published if self.merged else published - set(self.figures))

    def _aggregates(self) -> Iterator[Disagreement]:
        for name, figures in self.figures.items():
            recomputed = figures.named()
            stats = self.report.opt_stats[name]
            for figure, value in (stats.published() if stats else {}).items():
                ours = recomputed.get(figure)
                if figure in recomputed and not same(value, float("nan") if ours is None else ours):
                    reason = "does not follow from the tests' speedups and means"
                    yield _disagreement(name, figure, value, ours, reason)

    def _verdicts(self) -> Iterator[Disagreement]:
        sets = [("opt_base", self._set("opt_base_ids"), self._improving())]
        if self.threshold == OPT_THRESHOLD:
            sets.append(("opt_commit", self._set("opt_commit_ids"), set(self.opt_commit_ids)))
        for name, published, recomputed in sets:
            for instance in sorted(published ^ recomputed):
                reason = _means(self.figures[instance])
                yield _disagreement(instance, name, instance in published, instance in recomputed, reason)
        if self.merged and self.threshold == OPT_THRESHOLD:
            for instance in sorted(self._set("opt_commit_ids") & set(self.figures)):
                if not self.figures[instance].opt_commit():
                    reason = (
                        f"the kept run has {_means(self.figures[instance])}; the verdict is another run's and stands"
                    )
                    yield _disagreement(instance, "opt_commit", True, False, reason)

    def _counts(self) -> Iterator[Disagreement]:
        summary = self.report.summary
        for count, name in COUNTS.items():
            if count in summary and name in self.report.instance_sets and summary[count] != len(self._set(name)):
                yield _disagreement("", count, summary[count], len(self._set(name)), f"{name} has another size")
        if self.threshold != OPT_THRESHOLD:
            return
        for name, ours in (("score", self.score), ("score_hack_control", self.hack_adjusted)):
            stated = summary.get(name)
            if isinstance(stated, int | float) and ours is not None and not same(stated, ours):
                yield _disagreement("", name, stated, ours, f"{len(self.opt_commit_ids)} of {self.total} instances")


def _means(figures: GsoFigures) -> str:
    base, commit = figures.aggregates["patch_base"], figures.aggregates["patch_commit"]
    return f"geometric mean {base.gm:.4f} against the base, harmonic {commit.hm:.4f} against the expert"


def _disagreement(instance: str, name: str, published: object, recomputed: object, reason: str) -> Disagreement:
    return Disagreement(
        instance_id=instance, name=name, published=str(published), recomputed=str(recomputed), reason=reason
    )


def rescore(file: str, threshold: float = OPT_THRESHOLD) -> Rescored:
    """Read a report and compute it anew.

    Raises:
        UsageError: the file is no such report, or one of another version of the format.
    """
    try:
        report = Report.model_validate(read_json(Path(file)))
    except ValidationError as error:
        raise UsageError(f"{file} is no GSO result report", fault(error), code="PA906") from None
    if report.schema_version != SCHEMA:
        raise UsageError(f"{file} has schema_version {report.schema_version}", f"only {SCHEMA} is known", code="PA906")
    return Rescored(file, report, threshold)


def dataset_size(reports: Sequence[Rescored]) -> int:
    """Instances that Opt@k over these reports is a share of: those of the largest data set among them."""
    return max((each.total for each in reports), default=0)
