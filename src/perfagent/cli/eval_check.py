"""eval check: a file of predictions before it is scored."""

from __future__ import annotations

import json as json_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from perfagent.cli import options as o
from perfagent.cli.eval_data import Dataset, Split
from perfagent.cli.evaluate import benchmark_of

if TYPE_CHECKING:
    from perfagent.benchmarks.gso_swe_perf.records import Prediction


def check_predictions(
    context: typer.Context,
    predictions: Annotated[Path, typer.Argument(metavar="PREDICTIONS", help="A .jsonl or .json file.")],
    dataset: Dataset = None,
    split: Split = "test",
    json: o.Json = False,
) -> None:
    """Check predictions: form, ids, files that no speedup needs.

    Example: perfagent eval gso check made.jsonl --dataset rows.jsonl
    """
    from perfagent.benchmarks.gso_swe_perf.datasets import load, read_predictions

    known = [instance.instance_id for instance in load(benchmark_of(context), dataset, split)]
    found = read_predictions(predictions, known)
    facts: dict[str, Any] = {
        "predictions": len(found),
        "empty": [name for name, one in found.items() if not one.model_patch.strip()],
        "missing": [name for name in known if name not in found],
        "unneeded": {name: files for name, one in found.items() if (files := _unneeded(one))},
    }
    if json:
        typer.echo(json_module.dumps(facts, indent=2))
        return
    for name, files in facts["unneeded"].items():
        for kind, paths in files.items():
            typer.echo(f"{name}  {kind}: {', '.join(paths)}")
    typer.echo(
        f"{len(found)} predictions for {len(known)} instances: {len(facts['empty'])} empty, "
        f"{len(facts['unneeded'])} with files that no speedup needs"
    )


def _unneeded(prediction: Prediction) -> dict[str, list[str]]:
    """Kind -> files of the patch that are scratch, binary or tests."""
    from perfagent.benchmarks.gso_swe_perf.datasets import hygiene

    found = hygiene(prediction.model_patch).model_dump()
    return {kind: list(paths) for kind, paths in found.items() if paths}
