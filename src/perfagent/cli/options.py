"""Flags that several commands share, each declared once, and how they become settings."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from perfagent.cli.completing import one_of, run_ids

SANDBOXES = "auto|docker|bubblewrap|local"
METRICS = "time|cpu|memory"
EFFORTS = "minimal|low|medium|high"
STRATEGIES = "shell|refine|best-of|tree|evolve"
MEMORIES = "repository|all|others|off"

Repo = Annotated[str, typer.Argument(metavar="REPO", help="A folder with a git repository, or a git URL.")]
RunName = Annotated[
    str, typer.Argument(metavar="RUN", help="A run's id, the beginning of one, or its folder.", autocompletion=run_ids)
]
Workload = Annotated[
    list[str] | None,
    typer.Option(
        "--workload", "-w", metavar="KIND:TARGET",
        help="pytest-benchmark:PATH[::TEST], script:FILE, pytest:NODE, command:CMD; repeatable. Found if not given.",
    ),
]  # fmt: skip
Test = Annotated[str | None, typer.Option("--test", metavar="CMD", help="Runs the unit tests; pytest by default.")]
Setup = Annotated[str | None, typer.Option("--setup", metavar="CMD", help="Installs the target's dependencies.")]
Build = Annotated[
    str | None, typer.Option("--build", metavar="CMD", help="Builds native code in a tree, for each side.")
]
Python = Annotated[str | None, typer.Option("--python", metavar="X.Y", help="Python for the environment.")]
Image = Annotated[str | None, typer.Option("--image", help="Docker image to start from, a ./Dockerfile, devcontainer.")]
Model = Annotated[
    str | None, typer.Option("--model", metavar="NAME", help="Any litellm model name, or NAME@URL; plans and edits.")
]
PlannerModel = Annotated[str | None, typer.Option("--planner-model", metavar="NAME", help="Plans instead of --model.")]
CriticModel = Annotated[
    str | None, typer.Option("--critic-model", metavar="NAME", help="Judges ideas before any code; may be cheap.")
]
FallbackModel = Annotated[
    list[str] | None,
    typer.Option("--fallback-model", metavar="NAME", help="Asked when a model fails for good; repeatable."),
]
ApiBase = Annotated[str | None, typer.Option("--api-base", metavar="URL", help="An OpenAI-compatible endpoint.")]
ModelTimeout = Annotated[
    float | None,
    typer.Option("--model-timeout", metavar="SECONDS", help="Longest wait for the model's next byte; 180."),
]
ReasoningEffort = Annotated[
    str | None,
    typer.Option(
        "--reasoning-effort", metavar=EFFORTS, autocompletion=one_of(EFFORTS), help="For models that take one."
    ),
]
Replay = Annotated[
    str | None,
    typer.Option(
        "--replay",
        metavar="RUN",
        autocompletion=run_ids,
        help="Answers of an earlier run, or a folder of transcripts; no model.",
    ),
]
NoModel = Annotated[bool, typer.Option("--no-model", help="The catalogue of rewrites alone.")]
SandboxOption = Annotated[
    str | None, typer.Option("--sandbox", metavar=SANDBOXES, autocompletion=one_of(SANDBOXES), help="Where code runs.")
]
Paths = Annotated[
    list[str] | None, typer.Option("--paths", metavar="GLOB", help="Only files that match may be edited.")
]
MinSpeedup = Annotated[float | None, typer.Option("--min-speedup", help="Smallest speedup worth a patch; 1.03.")]
Metric = Annotated[
    str | None, typer.Option("--metric", metavar=METRICS, autocompletion=one_of(METRICS), help="What is to shrink.")
]
MaxCost = Annotated[float | None, typer.Option("--max-cost", metavar="USD", help="For the models, in all.")]
MaxTokens = Annotated[int | None, typer.Option("--max-tokens", metavar="N", help="Input and output of the models.")]
MaxCalls = Annotated[int | None, typer.Option("--max-calls", metavar="N", help="Requests to the models, in all.")]
MaxTime = Annotated[float | None, typer.Option("--max-time", metavar="MINUTES", help="For the search alone.")]
MaxCandidates = Annotated[
    int | None, typer.Option("--max-candidates", metavar="N", help="Candidates to verify at most.")
]
Strategy = Annotated[
    str | None,
    typer.Option(
        "--strategy", metavar=STRATEGIES, autocompletion=one_of(STRATEGIES), help="How to search with a model."
    ),
]
Parallel = Annotated[int | None, typer.Option("--parallel", metavar="N", help="Conversations with the model at once.")]
Review = Annotated[bool, typer.Option("--review", help="Ask before an accepted patch lands.")]
NoInstructions = Annotated[
    bool, typer.Option("--no-instructions", help="No counting of instructions where the clock leaves a question.")
]
Seed = Annotated[int | None, typer.Option("--seed", help="Of everything drawn by chance.")]
Memory = Annotated[
    str | None,
    typer.Option(
        "--memory", metavar=MEMORIES, autocompletion=one_of(MEMORIES),
        help="Whose accepted edits the model is shown; the same repository's.",
    ),
]  # fmt: skip
Ready = Annotated[bool, typer.Option("--ready", help="Open for review at once, not as drafts.")]
MaxOpen = Annotated[
    int | None, typer.Option("--max-open", metavar="N", help="Pull requests of perfagent open at once; 3.")
]
Labels = Annotated[
    list[str] | None, typer.Option("--label", metavar="NAME", help="Instead of performance, perfagent; repeatable.")
]
Out = Annotated[Path | None, typer.Option("--out", metavar="DIR", help="The run folder; outside the repository.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON document on standard output, all else on standard error.")]

_NO_SETTINGS = frozenset({"repo", "out", "json"})


def flags(given: Mapping[str, Any], *others: str) -> dict[str, Any]:
    """What a command was given for the run's settings.

    Args:
        given: the command's `locals()` before anything else is in them.
        others: its parameters that are no settings.
    """
    found = {name: value for name, value in given.items() if name not in _NO_SETTINGS and name not in others}
    return {name: tuple(value) if isinstance(value, list) else value for name, value in found.items()}
