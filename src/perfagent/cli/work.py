"""run, verify and compare: the commands that measure a change."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from perfagent.cli import options as o
from perfagent.tools.errors import UsageError

if TYPE_CHECKING:
    from perfagent.agent.reviewing import Reviewer
    from perfagent.tools.report import Result


def run(
    repo: o.Repo,
    workload: o.Workload = None,
    test: o.Test = None,
    setup: o.Setup = None,
    build: o.Build = None,
    python: o.Python = None,
    image: o.Image = None,
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
    paths: o.Paths = None,
    min_speedup: o.MinSpeedup = None,
    metric: o.Metric = None,
    no_instructions: o.NoInstructions = False,
    max_cost: o.MaxCost = None,
    max_tokens: o.MaxTokens = None,
    max_calls: o.MaxCalls = None,
    max_time: o.MaxTime = None,
    max_candidates: o.MaxCandidates = None,
    strategy: o.Strategy = None,
    parallel: o.Parallel = None,
    review: o.Review = False,
    seed: o.Seed = None,
    memory: o.Memory = None,
    out: o.Out = None,
    json: o.Json = False,
) -> None:
    """Find, prove and commit speedups: a branch with one commit for each accepted patch, in a run folder.

    Examples:
        perfagent run . --workload pytest-benchmark:benchmarks
        perfagent run . --model gpt-5 --max-cost 5 --max-time 60
        perfagent run https://git.example/project.git --workload script:bench.py --json
    """
    flags = o.flags(locals())
    from perfagent.agent import driver

    _finish(driver.run(repo, flags, out, _reviewer()), json)


def verify(
    repo: o.Repo,
    patch: Annotated[Path, typer.Option("--patch", metavar="FILE", help="A unified diff; - reads standard input.")],
    workload: o.Workload = None,
    test: o.Test = None,
    setup: o.Setup = None,
    build: o.Build = None,
    python: o.Python = None,
    image: o.Image = None,
    sandbox: o.SandboxOption = None,
    min_speedup: o.MinSpeedup = None,
    metric: o.Metric = None,
    no_instructions: o.NoInstructions = False,
    seed: o.Seed = None,
    out: o.Out = None,
    json: o.Json = False,
) -> None:
    """Judge any patch from anyone by the same gate as a run's own.

    Examples:
        perfagent verify . --patch faster.diff
        git diff | perfagent verify . --patch - --workload script:bench.py
    """
    flags = o.flags(locals(), "patch")
    from perfagent.agent import driver

    if str(patch) == "-":
        text = typer.get_binary_stream("stdin").read().decode("utf-8", "surrogateescape")
    elif patch.is_file():
        text = patch.read_bytes().decode("utf-8", "surrogateescape")
    else:
        raise UsageError(
            f"there is no file {patch}", "give --patch a unified diff, or - for standard input", code="PA104"
        )
    _finish(driver.verify(repo, text, flags, out), json)


def compare(
    repo: o.Repo,
    base: Annotated[str, typer.Argument(metavar="BASE", help="The commit to compare with.")],
    head: Annotated[str, typer.Argument(metavar="HEAD", help="The commit to judge.")],
    workload: o.Workload = None,
    test: o.Test = None,
    setup: o.Setup = None,
    build: o.Build = None,
    python: o.Python = None,
    image: o.Image = None,
    sandbox: o.SandboxOption = None,
    min_speedup: o.MinSpeedup = None,
    metric: o.Metric = None,
    no_instructions: o.NoInstructions = False,
    seed: o.Seed = None,
    out: o.Out = None,
    fail_on: Annotated[
        str | None,
        typer.Option("--fail-on", metavar="slower", help="Exit 1 when HEAD looks slower; `ci gate` asks twice."),
    ] = None,
    markdown: Annotated[
        bool, typer.Option("--markdown", help="The report as Markdown on standard output, for a pull request.")
    ] = False,
    json: o.Json = False,
) -> None:
    """Compare two commits.

    Examples:
        perfagent compare . main HEAD --fail-on slower --markdown
        perfagent compare . v1.0 v1.1 --workload script:bench.py --json
    """
    flags = o.flags(locals(), "base", "head", "fail_on", "markdown")
    from perfagent.agent import driver

    if fail_on not in (None, "slower"):
        raise UsageError(f"--fail-on knows 'slower', not {fail_on!r}", "give --fail-on slower")
    if markdown and json:
        raise UsageError("--json and --markdown both want standard output", "give one of them", code="PA103")
    result = driver.compare(repo, base, head, flags, out)
    if markdown:
        from perfagent.tools.report import comparison_markdown

        typer.echo(comparison_markdown(result), nl=False)
    else:
        _finish(result, json)
    if fail_on and any(figure.verdict == "slower" for figure in result.benchmarks):
        raise typer.Exit(1)


def _reviewer() -> Reviewer | None:
    """Who is asked about accepted patches: the person at the terminal, nobody where there is none."""
    if not sys.stdin.isatty() or not sys.stderr.isatty():
        return None
    from perfagent.cli.review import ask

    return ask


def _finish(result: Result, as_json: bool) -> None:
    """Print a result for people or for programs."""
    if as_json:
        typer.echo(result.to_json())
    else:
        from perfagent.agent.reporting import material_of
        from perfagent.cli.show import print_material

        print_material(material_of(Path(result.run_dir), result))
