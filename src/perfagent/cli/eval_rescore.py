"""eval rescore: results that somebody published, scored anew."""

from __future__ import annotations

import json as json_module
import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from perfagent.cli import options as o
from perfagent.cli.evaluate import benchmark_of

if TYPE_CHECKING:
    from perfagent.benchmarks.gso_swe_perf.rescoring.gso import Rescored

#: How many disagreements the table names; `--json` has all.
NAMED = 20


def rescore(
    context: typer.Context,
    files: Annotated[
        list[str],
        typer.Argument(
            metavar="RESULTS...",
            help="GSO: report JSON files. SWE-fficiency: result CSV files. SWE-Perf: folders of run reports.",
        ),
    ],
    k: Annotated[
        int | None,
        typer.Option("--k", min=1, help="GSO: Opt@K over the first K files in natural order; all files."),
    ] = None,
    p: Annotated[
        float | None,
        typer.Option("--p", min=0.0, help="GSO: share of the expert's speed that has to be exceeded; 0.95."),
    ] = None,
    dataset: Annotated[
        str | None,
        typer.Option("--dataset", metavar="FILE|ID", help="SWE-Perf: rows with the efficiency tests and times."),
    ] = None,
    json: o.Json = False,
) -> None:
    """Recompute published results: every aggregate, set and score.

    GSO's score and Opt@K are percent of all instances, to two decimals as published. SWE-fficiency's `correct` and
    `at_least_095` (speedup ratio to the expert, whether correct or not) are shares from 0 to 1, as are SWE-Perf's
    figures.

    Examples:
        perfagent eval gso rescore report_1.json report_2.json --k 2
        perfagent eval swefficiency rescore results.csv --json
    """
    benchmark = benchmark_of(context)
    _refuse(benchmark, {"--k": ("gso", k), "--p": ("gso", p), "--dataset": ("swe-perf", dataset)})
    if benchmark == "gso":
        found = _gso(files, k, p)
    elif benchmark == "swe-perf":
        found = _swe_perf(files, dataset)
    else:
        found = _swefficiency(files)
    if json:
        typer.echo(json_module.dumps(found, indent=2, allow_nan=False))
    else:
        _tell(found)


def _refuse(benchmark: str, given: Mapping[str, tuple[str, object]]) -> None:
    from perfagent.tools.errors import UsageError

    for flag, (owner, value) in given.items():
        if value is not None and owner != benchmark:
            raise UsageError(f"{flag} says nothing to {benchmark}", f"it is for `perfagent eval {owner} rescore`")


def _gso(files: Sequence[str], k: int | None, p: float | None) -> dict[str, Any]:
    from perfagent.benchmarks.gso_swe_perf.metrics.gso import OPT_THRESHOLD
    from perfagent.benchmarks.gso_swe_perf.rescoring import gso
    from perfagent.tools.errors import UsageError

    if k is not None and k > len(files):
        raise UsageError(f"--k {k} asks for more than the {len(files)} file{'s'[: len(files) > 1]} given", "lower it")
    threshold = OPT_THRESHOLD if p is None else p
    if not math.isfinite(threshold):
        raise UsageError(f"--p is {p}", "a number such as 0.95 is expected")
    reports = [gso.rescore(file, threshold) for file in files]
    return {
        "files": [each.as_json() for each in reports],
        "p": threshold,
        **_opt_at_k(reports, k or len(files)),
    }


def _opt_at_k(reports: Sequence[Rescored], k: int) -> dict[str, Any]:
    """Opt@K, the set behind it, and the two estimates that do not depend on the files' order."""
    from perfagent.benchmarks.gso_swe_perf import metrics
    from perfagent.benchmarks.gso_swe_perf.rescoring.gso import dataset_size

    runs = [each.run for each in sorted(reports, key=lambda each: metrics.natural_order(each.file))]
    total = dataset_size(reports)
    return {
        "k": k,
        "total_instances": total,
        "opt_at_k": metrics.opt_at_k(runs, total, k),
        "opt_at_k_ids": sorted(frozenset().union(*(run.solved for run in runs[:k]))),
        "opt_at_k_smooth": metrics.opt_at_k_smooth(runs, k),
        "opt_at_k_expected": metrics.opt_at_k_expected(runs, total, k),
    }


def _swefficiency(files: Sequence[str]) -> dict[str, Any]:
    from perfagent.benchmarks.gso_swe_perf.rescoring import swefficiency

    return {"files": [swefficiency.rescore(file).as_json() for file in files]}


def _swe_perf(files: Sequence[str], dataset: str | None) -> dict[str, Any]:
    from perfagent.benchmarks.gso_swe_perf.datasets import SwePerfInstance, load
    from perfagent.benchmarks.gso_swe_perf.rescoring import swe_perf

    rows = load("swe-perf", dataset) if dataset else []
    instances = [row for row in rows if isinstance(row, SwePerfInstance)]
    return {"files": [swe_perf.rescore(file, instances).as_json() for file in files]}


def _tell(found: Mapping[str, Any]) -> None:
    """A line of figures a file, then what disagrees."""
    for told in found["files"]:
        typer.echo(told["file"])
        for name, value in told.items():
            if isinstance(value, int | float):
                typer.echo(f"  {name.replace('_', ' '):26}{_figure(value)}")
        if told.get("opt_commit_ids"):
            typer.echo(f"  {'matching the expert':26}{len(told['opt_commit_ids'])}")
        if told.get("not_recomputed"):
            typer.echo(f"  {'taken as published':26}{len(told['not_recomputed'])}: the report keeps no tests of them")
        _tell_disagreements(told["disagreements"])
    if "opt_at_k" in found:
        k = found["k"]
        typer.echo(f"Opt@{k} of the first {k} in natural order: {found['opt_at_k']:g} % of {found['total_instances']}")
        typer.echo(
            f"Opt@{k} over random orders: {found['opt_at_k_smooth']:.2f} % as published (500 shuffles), ", nl=False
        )
        typer.echo(f"{found['opt_at_k_expected']:.2f} % exactly")


def _figure(value: float) -> str:
    return str(value) if isinstance(value, int) else f"{value:.6g}"


def _tell_disagreements(found: Sequence[Mapping[str, str]]) -> None:
    if not found:
        typer.echo(f"  {'disagreements':26}none")
    for each in found[:NAMED]:
        where = f"{each['instance_id']} {each['name']}".strip()
        typer.echo(
            f"  differs: {where} published {each['published']}, recomputed {each['recomputed']}: {each['reason']}"
        )
    if len(found) > NAMED:
        typer.echo(f"  ... and {len(found) - NAMED} more, all in --json")
