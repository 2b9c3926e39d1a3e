"""Runs perfagent on the projects and writes down what it found, losses included."""

from __future__ import annotations

import json
import platform
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from perfagent.benchmarks.real_projects.projects import Project, download_sources, make_repository

#: Minutes of search for one project; finishing and confirming comes on top.
SEARCH_MINUTES = 6.0


def arguments(project: Project, folder: Path) -> list[str]:
    """What `perfagent` is called with for a project whose repository is in `folder`."""
    words = ["run", str(folder), "--workload", f"script:{project.workload}"]
    if project.requires:
        words += ["--setup", f"pip install {' '.join(project.requires)}"]
    if project.test:
        words += ["--test", project.test]
    return words


def run_project(project: Project, extra: Sequence[str], say: Any) -> dict[str, Any]:
    """Run perfagent on a fresh repository of the project; its JSON, or the line it ended with under `error`."""
    with tempfile.TemporaryDirectory(prefix="perfagent-real-") as place:
        folder = Path(place, project.name)
        with tempfile.TemporaryDirectory() as downloads:
            make_repository(download_sources(project, Path(downloads)), project, folder)
        command = [sys.executable, "-m", "perfagent", *arguments(project, folder), "--json", *extra]
        say(f"$ perfagent {shlex.join(command[3:])}")
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode != 0:
        return {"error": f"perfagent ended with status {done.returncode}"}
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def document(outcomes: Sequence[tuple[Project, dict[str, Any]]], command: str) -> str:
    """The whole page."""
    rows = [_row(project, outcome) for project, outcome in outcomes]
    parts = [
        "# Real projects",
        "What `perfagent run` made of old releases of packages from PyPI, with a workload through their public API and "
        "without a model. Written by",
        f"    {command}",
        f"on a shared two-core machine, CPython {platform.python_version()} for perfagent itself. The figures are "
        "from 20 fresh pairs after the decision. Nothing is left out: where no change was proved faster, it says so.",
        "| project | verdict | speedup | 95 % interval | patches | candidates | unit tests | minutes |\n"
        "|---|---|---|---|---|---|---|---|\n" + "\n".join(rows),
    ]
    parts += [_section(project, outcome) for project, outcome in outcomes]
    return "\n\n".join(parts) + "\n"


def _row(project: Project, outcome: dict[str, Any]) -> str:
    name = f"{project.name} {project.version}"
    if "error" in outcome:
        return f"| {name} | {outcome['error']} | – | – | – | – | – | – |"
    tests = outcome["tests"]["passed"]
    figure = f"{outcome['speedup']:.2f}x" if outcome["speedup"] else "–"
    low_high = "{:.2f}–{:.2f}".format(*outcome["interval"]) if outcome["interval"] else "–"
    counts = ", ".join(f"{n} {verdict.replace('_', ' ')}" for verdict, n in sorted(outcome["candidates"].items()))
    verdict = outcome["verdict"].replace("_", " ") if outcome["patches"] else "nothing proved faster"
    return (
        f"| {name} | {verdict} | {figure} | {low_high} | {len(outcome['patches'])} | {counts or 'none'} "
        f"| {tests or 'none'} | {outcome['seconds'] / 60:.1f} |"
    )


def _section(project: Project, outcome: dict[str, Any]) -> str:
    lines = [f"## {project.name} {project.version}", "", f"The workload's time goes to `{project.hot}`."]
    if "error" in outcome:
        return "\n".join([*lines, "", f"No result: {outcome['error']}."])
    lines += ["", f"Sandbox {outcome['sandbox'].split(' ')[0]}, Python {outcome['python']}."]
    for patch in outcome["patches"]:
        low_high = "{:.2f}–{:.2f}".format(*patch["interval"])
        lines.append(f"- accepted: {patch['idea']}, {patch['speedup']:.2f}x ({low_high}, {patch['pairs']} pairs)")
    for tried in outcome["tried"]:
        if tried["verdict"] != "faster":
            figure = f", measured {tried['speedup']:.2f}x" if tried["speedup"] else ""
            lines.append(f"- {tried['verdict'].replace('_', ' ')}: {tried['title']}{figure} ({tried['reason']})")
    if project.later_speedup:
        lines.append(
            f"- for comparison: release {project.later_version} runs this workload {project.later_speedup:.2f}x"
        )
    return "\n".join(lines)
