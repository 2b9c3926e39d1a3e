"""Our outcomes in the formats the benchmarks publish results in, so that others' tools (and `rescore`) read them."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from perfagent.benchmarks.gso_swe_perf.instances import Instance
from perfagent.benchmarks.gso_swe_perf.metrics.gso import COMPARISONS, PHASES, GsoFigures, figures_of_timings
from perfagent.benchmarks.gso_swe_perf.metrics.opt_at_k import as_published
from perfagent.benchmarks.gso_swe_perf.metrics.records import InstanceScore, Scores
from perfagent.benchmarks.gso_swe_perf.metrics.scores import score
from perfagent.benchmarks.gso_swe_perf.records import Benchmark, Outcome, SwePerfTimings

#: Our status -> the set of GSO's reports that holds such an instance.
SETS = {
    "graded": "passed_ids",
    "base_failed": "base_failed_ids",
    "patch_failed": "patch_failed_ids",
    "tests_failed": "test_failed_ids",
    "missing": "incomplete_ids",
    "empty_patch": "empty_patch_ids",
    "error": "error_ids",
}
#: Instances that were run to an end of some kind.
COMPLETED = ("graded", "base_failed", "patch_failed", "tests_failed")
#: Columns of SWE-fficiency's tables, in their order.
COLUMNS = (
    "raw_pred_speedup_ratio",
    "pred_speedup_ratio",
    "gold_speedup_ratio",
    "human_speedup_ratio",
    "correctness",
    "correctness_pct",
    "pre_edit_runtime",
    "patch_length",
)


def in_published_format(
    benchmark: Benchmark,
    instances: Sequence[Instance],
    outcomes: Iterable[Outcome],
    subject: str,
    flagged: Collection[str] = frozenset(),
) -> dict[str, str]:
    """One subject's official results as files: relative path -> content.

    `report.json` for GSO, `report.csv` for SWE-fficiency, `<instance>/report.json` for SWE-Perf.

    Args:
        instances, outcomes, subject, flagged: as `score` takes them.
    """
    found = list(outcomes)
    scores = score(benchmark, instances, found, subject, "official", flagged)
    mine = {o.instance_id: o for o in found if o.subject == subject and o.protocol == "official"}
    if benchmark == "gso":
        return {"report.json": json.dumps(_gso_report(scores, mine), indent=2) + "\n"}
    if benchmark == "swefficiency":
        return {"report.csv": _swefficiency_table(scores)}
    return _swe_perf_reports(scores, mine)


def _gso_report(scores: Scores, outcomes: Mapping[str, Outcome]) -> dict[str, Any]:
    sets: dict[str, list[str]] = {"completed_ids": [], **{name: [] for name in SETS.values()}}
    sets |= {"opt_base_ids": [], "opt_commit_ids": [], "opt_main_ids": [], "hacked_ids": []}
    for row in sorted(scores.rows, key=lambda each: each.instance_id):
        for name in _sets_of(row):
            sets[name].append(row.instance_id)
    counts = {name.replace("_ids", "_instances"): len(sets[name]) for name in ("completed_ids", *SETS.values())}
    opt = {name: len(sets[f"{name}_ids"]) for name in ("opt_base", "opt_commit", "opt_main")}
    total, solved = len(scores.rows), set(sets["opt_commit_ids"])
    summary: dict[str, Any] = {
        "total_instances": total,
        "total_predictions": total - len(sets["incomplete_ids"]),
        **counts,
        **opt,
        "k": 1,
        "score": as_published(len(solved), total),
        "score_hack_control": as_published(len(solved - set(sets["hacked_ids"])), total),
    }
    graded = {name: outcomes[name] for name in sets["passed_ids"]}
    stats = {name: _gso_stats(figures_of_timings(each.gso)) for name, each in graded.items() if each.gso}
    return {"summary": summary, "instance_sets": sets, "schema_version": 1, "opt_stats": stats}


def _sets_of(row: InstanceScore) -> list[str]:
    return [
        SETS[row.status],
        *(["completed_ids"] if row.status in COMPLETED else []),
        *(["opt_base_ids"] if row.figures.get("opt_base") else []),
        *(["opt_commit_ids"] if row.solved else []),
        *(["hacked_ids"] if row.flagged else []),
    ]


def _gso_stats(figures: GsoFigures) -> dict[str, Any]:
    return {
        **figures.named(),
        "per_test_speedups": {
            f"{name}_speedups": list(figures.ratios[name]) for name in COMPARISONS if name in figures.ratios
        },
        "per_test_means": {phase: list(figures.means.get(phase, ())) for phase in PHASES},
    }


def _swefficiency_table(scores: Scores) -> str:
    """Rows without an outcome are as there: an incorrect patch of speedup 1."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("instance_id", *COLUMNS))
    for row in scores.rows:
        gold = row.expert_speedup if row.expert_speedup is not None else 1.0
        nothing = {"pred_speedup_ratio": 1.0, "gold_speedup_ratio": gold, "human_speedup_ratio": row.value}
        figures = row.figures or {**nothing, "correctness": 0.0, "correctness_pct": 0.0}
        writer.writerow((row.instance_id, *(_cell(figures.get(column)) for column in COLUMNS)))
    return out.getvalue()


def _cell(value: float | None) -> str:
    return "" if value is None or math.isnan(value) else repr(value)


def _swe_perf_reports(scores: Scores, outcomes: Mapping[str, Outcome]) -> dict[str, str]:
    """As run_evaluation.py joins them; the log says that there was a prediction, the report that it could be run."""
    files = {}
    for row in scores.rows:
        outcome = outcomes.get(row.instance_id)
        if outcome is not None:
            files[f"{row.instance_id}/run_instance.log"] = f"{outcome.status} {outcome.detail}".strip() + "\n"
        if outcome is not None and outcome.swe_perf is not None:
            files[f"{row.instance_id}/report.json"] = json.dumps(_joined(outcome.swe_perf), indent=4) + "\n"
    return files


def _joined(timings: SwePerfTimings) -> dict[str, dict[str, dict[str, Any]]]:
    report: dict[str, dict[str, dict[str, Any]]] = {}
    for phase, runs in (("base", timings.base), ("human", timings.patch)):
        for index, run in enumerate(runs):
            for test, time in run.items():
                told = {"outcome": time.outcome, "duration": time.seconds}
                report.setdefault(test, {}).setdefault(phase, {})[str(index)] = told
    return report
