"""eval generate, eval score: predictions by the agent, and what they are worth."""

from __future__ import annotations

import json as json_module
from pathlib import Path
from typing import Annotated, Any, Literal, cast

import typer

from perfagent.cli import options as o
from perfagent.cli.eval_data import Dataset
from perfagent.cli.evaluate import benchmark_of
from perfagent.tools.errors import UsageError

Folder = Annotated[
    Path, typer.Option("--out", metavar="DIR", help="The evaluation's folder; the same command goes on in it.")
]
Repositories = Annotated[
    list[str] | None,
    typer.Option("--repositories", metavar="DIR|URL", help="Where histories are; github.com if not given."),
]
Instances = Annotated[
    list[str] | None, typer.Option("--instance", metavar="ID", help="Only these, by the beginning of their ids.")
]
ImagesFrom = Annotated[
    str, typer.Option("--images", metavar="auto|published|local", help="Published images, or built here.")
]
Jobs = Annotated[
    int | None, typer.Option("--jobs", metavar="N", help="Jobs at once, a core each; all cores but the first.")
]
Cluster = Annotated[
    str | None, typer.Option("--cluster", metavar="ADDRESS", help="A dask scheduler (tcp://...), or local:N.")
]
RetryErrors = Annotated[bool, typer.Option("--retry-errors", help="Do again what ended with an error.")]

#: What `generate` takes for itself; the rest are settings of each run.
OWN = ("context", "dataset", "repositories", "instance", "images", "setting", "rollouts", "best_of", "name", "jobs",
       "cluster", "retry_errors")  # fmt: skip


def generate(
    context: typer.Context,
    out: Folder,
    dataset: Dataset = None,
    repositories: Repositories = None,
    instance: Instances = None,
    images: ImagesFrom = "auto",
    setting: Annotated[
        str | None,
        typer.Option("--setting", metavar="oracle|realistic", help="SWE-Perf: which functions are named; realistic."),
    ] = None,
    rollouts: Annotated[int, typer.Option("--rollouts", min=1, help="Runs of the agent on each instance.")] = 1,
    best_of: Annotated[
        bool, typer.Option("--best-of", help="Also the best of each instance's rollouts, by our own verifier.")
    ] = False,
    name: Annotated[
        str | None, typer.Option("--name", help="model_name_or_path of the predictions; the model's, or catalogue.")
    ] = None,
    model: o.Model = None,
    planner_model: o.PlannerModel = None,
    critic_model: o.CriticModel = None,
    fallback_model: o.FallbackModel = None,
    api_base: o.ApiBase = None,
    model_timeout: o.ModelTimeout = None,
    reasoning_effort: o.ReasoningEffort = None,
    replay: o.Replay = None,
    no_model: o.NoModel = False,
    sandbox: o.SandboxOption = None,
    min_speedup: o.MinSpeedup = None,
    max_cost: o.MaxCost = None,
    max_tokens: o.MaxTokens = None,
    max_calls: o.MaxCalls = None,
    max_time: o.MaxTime = None,
    max_candidates: o.MaxCandidates = None,
    strategy: o.Strategy = None,
    parallel: o.Parallel = None,
    seed: o.Seed = None,
    memory: o.Memory = None,
    jobs: Jobs = None,
    cluster: Cluster = None,
    retry_errors: RetryErrors = False,
    json: o.Json = False,
) -> None:
    """Make predictions: run the agent on every instance, with a budget for each; killed, the same command goes on.

    Example: perfagent eval gso generate --dataset rows.jsonl --repositories clones --no-model --out made
    """
    flags = o.flags(locals(), *OWN)
    from perfagent.benchmarks.gso_swe_perf.evaluation.driver import Driver
    from perfagent.benchmarks.gso_swe_perf.evaluation.opening import (
        asked_for,
        checked_flags,
        open_evaluation,
        open_executor,
    )
    from perfagent.benchmarks.gso_swe_perf.evaluation.request import Generating

    if best_of and rollouts == 1:
        raise UsageError("--best-of chooses among several rollouts", "give --rollouts N too", code="PA103")
    benchmark = benchmark_of(context)
    generating = Generating(
        setting=_setting(benchmark, setting),
        rollouts=rollouts,
        best_of=best_of,
        name=name or _name(flags),
        flags=checked_flags(flags),
    )
    request, chosen = asked_for(
        benchmark, dataset, instance or (), repositories or (), cast("Any", _images(images)), generating
    )
    folder = open_evaluation(out, request, chosen)
    if retry_errors:
        folder.forget_errors()
    with open_executor(folder.path, jobs, cluster, _note) as executor:
        files = Driver(folder, executor, _note).generate()
    if json:
        typer.echo(json_module.dumps({"folder": str(folder.path), "predictions": [str(file) for file in files]}))
    else:
        typer.echo("\n".join(str(file) for file in files))


def score(
    context: typer.Context,
    out: Folder,
    predictions: Annotated[
        list[str], typer.Option("--predictions", metavar="FILE|gold|empty", help="Whose patches; repeatable.")
    ],
    dataset: Dataset = None,
    repositories: Repositories = None,
    instance: Instances = None,
    images: ImagesFrom = "auto",
    protocol: Annotated[
        str,
        typer.Option("--protocol", metavar="official|paired|both", help="The published one, our verifier, or both."),
    ] = "official",
    jobs: Jobs = None,
    cluster: Cluster = None,
    retry_errors: RetryErrors = False,
    json: o.Json = False,
) -> None:
    """Measure predictions and score them; killed, the same command goes on, and what was measured stays.

    Example: perfagent eval gso score --dataset rows.jsonl --predictions gold --predictions made.jsonl --out scored
    """
    from perfagent.benchmarks.gso_swe_perf.evaluation.driver import Driver
    from perfagent.benchmarks.gso_swe_perf.evaluation.opening import (
        asked_for,
        open_evaluation,
        open_executor,
        take_predictions,
    )
    from perfagent.benchmarks.gso_swe_perf.evaluation.request import Scoring
    from perfagent.benchmarks.gso_swe_perf.evaluation.scoring import report, told

    if protocol not in ("official", "paired", "both"):
        raise UsageError(f"there is no protocol {protocol!r}", "give official, paired or both")
    request, chosen = asked_for(
        benchmark_of(context), dataset, instance or (), repositories or (), cast("Any", _images(images))
    )
    folder = open_evaluation(out, request, chosen)
    if retry_errors:
        folder.forget_errors()
    protocols: Any = ("official", "paired") if protocol == "both" else (protocol,)
    scoring = Scoring(subjects=take_predictions(folder, predictions), protocols=protocols)
    with open_executor(folder.path, jobs, cluster, _note) as executor:
        Driver(folder, executor, _note).score(scoring)
    document = report(folder, scoring)
    typer.echo(json_module.dumps(document, indent=1) if json else "\n".join(told(document)))


def worker(
    scheduler: Annotated[str, typer.Option("--scheduler", metavar="ADDRESS", help="Of the dask scheduler.")],
    cores: Annotated[
        str | None, typer.Option("--cores", metavar="LIST", help="Such as 2,3; all free ones but the first.")
    ] = None,
) -> None:
    """Lend this machine's cores to an evaluation on a dask cluster, one worker each, until the scheduler ends.

    Example: perfagent eval worker --scheduler tcp://head:8786 --cores 2,3
    """
    from perfagent.benchmarks.gso_swe_perf.executor.cluster import serve
    from perfagent.benchmarks.gso_swe_perf.executor.cores import free_cores, named_cores, timing_cores

    wanted = named_cores(cores) if cores else timing_cores()
    free = free_cores(wanted)
    if not free:
        raise UsageError(
            "evaluations measure on all of these cores already", "wait for them, or name others", code="PA110"
        )
    _note(f"workers on the cores {', '.join(map(str, free))} for {scheduler}")
    serve(scheduler, free)


def _note(line: str) -> None:
    typer.echo(line, err=True)


def _setting(benchmark: str, given: str | None) -> Literal["given", "oracle", "realistic"]:
    if benchmark != "swe-perf" and given:
        raise UsageError(f"{benchmark} has one setting only", "leave --setting out")
    if given not in (None, "oracle", "realistic"):
        raise UsageError(f"there is no setting {given!r}", "give oracle or realistic")
    return "given" if benchmark != "swe-perf" else cast("Any", given or "realistic")


def _images(given: str) -> str:
    if given not in ("auto", "published", "local"):
        raise UsageError(f"there are no images {given!r}", "give auto, published or local")
    return given


def _name(flags: dict[str, Any]) -> str:
    """What the predictions are called: by the model where there is one."""
    if flags.get("no_model") or not (flags.get("model") or flags.get("replay")):
        return "catalogue"
    return str(flags["model"]).partition("@")[0] if flags.get("model") else "replayed"
