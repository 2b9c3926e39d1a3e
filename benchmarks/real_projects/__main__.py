"""Lists the projects, makes a repository of one, compares one with its later release."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Annotated

import typer

from perfagent.benchmarks.commands import errors_in_one_line
from perfagent.benchmarks.real_projects.compare import compare
from perfagent.benchmarks.real_projects.projects import (
    download_sources,
    find_project,
    make_repository,
    projects,
)
from perfagent.benchmarks.real_projects.report import SEARCH_MINUTES, document, run_project

app = typer.Typer(no_args_is_help=True, add_completion=False, help=__doc__)

Cache = Annotated[Path, typer.Option(help="Where releases are installed, one folder each.")]


@app.command("list")
def list_projects() -> None:
    """Print every project with what is slow in it."""
    for project in projects():
        typer.echo(f"{project.name} {project.version}  [{project.winnable}]  {project.hot}\n    {project.note}")


@app.command()
def prepare(name: str, folder: Path) -> None:
    """Make FOLDER a git repository of the old release, and print how to run perfagent on it."""
    project = find_project(name)
    with tempfile.TemporaryDirectory() as downloads:
        make_repository(download_sources(project, Path(downloads)), project, folder)
    test = f' --test "{project.test}"' if project.test else ""
    setup = f' --setup "pip install {" ".join(project.requires)}"' if project.requires else ""
    typer.echo(f"perfagent run {folder} --workload script:{project.workload}{test}{setup} --no-model")


@app.command("compare")
def compare_releases(
    names: list[str],
    pairs: Annotated[int, typer.Option(min=1)] = 7,
    cache: Cache = Path("~/.cache/perfagent/real_projects"),
) -> None:
    """Measure old releases against later ones, NAMES or `all`."""
    chosen = [p for p in projects() if p.later_version] if names == ["all"] else [find_project(n) for n in names]
    for project in chosen:
        result = compare(project, cache.expanduser(), pairs)
        same = "same answers" if result.same else "OTHER ANSWERS"
        typer.echo(
            f"{project.name} {project.version} -> {project.later_version}: {result.speedup:.2f}x "
            f"(best against best {result.best_speedup:.2f}x), {pairs} pairs, {same}"
        )


@app.command("run")
def run_projects(
    names: list[str],
    write: Annotated[Path | None, typer.Option(help="File for the page; standard output without it.")] = None,
    minutes: Annotated[float, typer.Option(min=0.1, help="Minutes of search for each project.")] = SEARCH_MINUTES,
    sandbox: Annotated[str, typer.Option(help="Where the projects' code runs.")] = "auto",
) -> None:
    """Run perfagent without a model on NAMES, or `all`, and write down what it found."""
    chosen = projects() if names == ["all"] else tuple(find_project(name) for name in names)
    extra = ["--no-model", "--max-time", f"{minutes:g}", "--sandbox", sandbox]
    outcomes = [(project, run_project(project, extra, lambda text: typer.echo(text, err=True))) for project in chosen]
    command = f"python -m perfagent.benchmarks.real_projects run {' '.join(names)} --minutes {minutes:g}"
    page = document(outcomes, command)
    if write is None:
        typer.echo(page)
    else:
        write.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    with errors_in_one_line():
        app()
