"""hotspots, calibrate, rewrite, doctor and image: looking without changing."""

from __future__ import annotations

import json as json_module
from pathlib import Path
from typing import Annotated

import typer

from perfagent.cli import options as o


def hotspots(
    repo: o.Repo,
    workload: o.Workload = None,
    setup: o.Setup = None,
    build: o.Build = None,
    python: o.Python = None,
    image: o.Image = None,
    sandbox: o.SandboxOption = None,
    paths: o.Paths = None,
    out: o.Out = None,
    flamegraph: Annotated[
        Path | None, typer.Option("--flamegraph", metavar="FILE", help="Also write the profile's picture.")
    ] = None,
    top: Annotated[int, typer.Option("--top", help="How many functions to list.")] = 15,
    json: o.Json = False,
) -> None:
    """Show where the workloads' time goes, function by function.

    Examples:
        perfagent hotspots . --top 5
        perfagent hotspots . --workload script:bench.py --flamegraph profile.svg
    """
    flags = o.flags(locals(), "flamegraph", "top")
    from perfagent.agent import driver

    found = driver.hotspots(repo, flags, out, flamegraph)
    if json:
        typer.echo(json_module.dumps([spot.model_dump() for spot in found], indent=2))
        return
    typer.echo("  self  charged  cumulative  function")
    for spot in found[:top]:
        typer.echo(
            f"{spot.self_share:6.1%}  {spot.charged_share:7.1%}  {spot.cumulative_share:10.1%}  "
            f"{spot.path}:{spot.start} {spot.qualname}"
        )


def calibrate(
    repo: o.Repo,
    workload: o.Workload = None,
    setup: o.Setup = None,
    build: o.Build = None,
    python: o.Python = None,
    image: o.Image = None,
    sandbox: o.SandboxOption = None,
    min_speedup: o.MinSpeedup = None,
    metric: o.Metric = None,
    seed: o.Seed = None,
    pairs: Annotated[int, typer.Option("--pairs", min=6, help="Pairs of identical code to measure.")] = 20,
    plot: Annotated[
        Path | None, typer.Option("--plot", metavar="FILE", help="Where to draw it (.svg, .png, .pdf).")
    ] = None,
    out: o.Out = None,
    json: o.Json = False,
) -> None:
    """Compare the baseline with itself: the noise here, the smallest gain seen, how often identical code passes.

    Example: perfagent calibrate . --pairs 40 --plot noise.svg
    """
    flags = o.flags(locals(), "pairs", "plot")
    from perfagent.agent import driver
    from perfagent.cli.show import print_calibration

    report = driver.calibrate(repo, flags, out, pairs, plot)
    if json:
        typer.echo(report.to_json())
    else:
        print_calibration(report)


def rewrite(
    repo: Annotated[str, typer.Argument(metavar="[REPO]", help="A folder or one Python file.")] = ".",
    list_rules: Annotated[bool, typer.Option("--list", help="List the catalogue's rules.")] = False,
    json: o.Json = False,
) -> None:
    """Show every place where a rule of the catalogue applies; nothing is measured and nothing is changed.

    Examples:
        perfagent rewrite src
        perfagent rewrite --list
    """
    from perfagent.cli.catalogue import print_places, print_rules

    if list_rules:
        print_rules(json)
    else:
        print_places(Path(repo), json)


def doctor(
    image: o.Image = None,
    model: o.Model = None,
    api_base: o.ApiBase = None,
    json: o.Json = False,
) -> None:
    """Tell what works here, what is missing, and the command that mends it.

    Examples:
        perfagent doctor
        perfagent doctor --model qwen3 --api-base http://127.0.0.1:8000/v1
    """
    from perfagent.agent.doctor import examine

    findings = examine(image=image, model=model, api_base=api_base)
    if json:
        typer.echo(json_module.dumps([f._asdict() for f in findings], indent=2))
        return
    for finding in findings:
        mark = "ok     " if finding.ok else "missing" if finding.needed else "not here"
        typer.echo(f"{mark}  {finding.name}: {finding.detail}")
        if finding.remedy and not finding.ok:
            typer.echo(f"         to mend it: {finding.remedy}")


def build_base(
    tag: Annotated[str | None, typer.Option("--tag", help="Name of the image.")] = None,
) -> None:
    """Make a Docker base image from this host's own distribution packages; needs no registry.

    Examples:
        perfagent image build-base
        perfagent image build-base --tag mine:1
    """
    from perfagent.tools.environment import build_base_image
    from perfagent.tools.report import open_progress

    with open_progress() as progress:
        name = build_base_image(tag, say=progress.note) if tag else build_base_image(say=progress.note)
    typer.echo(name)
