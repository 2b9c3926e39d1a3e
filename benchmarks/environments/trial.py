"""One package: downloaded, made a repository, and prepared twice in processes of their own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from perfagent.agent.run_folder import state_home
from perfagent.benchmarks.archives import unpack_archive
from perfagent.benchmarks.real_projects.projects import pip, run
from perfagent.tools.errors import PerfagentError

HERE = Path(__file__).parent

#: Seconds one package may take: a build from sources and three runs of its tests.
LONGEST_TRIAL_S = 900.0


@dataclass(frozen=True, slots=True)
class Package:
    """One package: what pip knows it by, what it is an example of, and a body to time, a line of Python each."""

    name: str
    version: str
    kind: str
    body: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run of `prepare` went.

    Attributes:
        found: what the process printed (see first.py). first_s: seconds from the process's start to its first
        measurement; the whole run's when it measured nothing. steps: seconds by step, in order.
    """

    found: Mapping[str, Any]
    first_s: float
    steps: Mapping[str, float] = field(default_factory=dict)


def packages() -> tuple[Package, ...]:
    """Every package of packages.json, in its order."""
    entries = json.loads((HERE / "packages.json").read_text(encoding="utf-8"))
    return tuple(Package(**{**entry, "body": tuple(entry["body"])}) for entry in entries)


def try_package(package: Package, cache: Path) -> tuple[Outcome, Outcome]:
    """The first run, in an empty cache but for packages that were downloaded before, and the second.

    Args:
        cache: where source distributions are kept.

    Raises:
        PerfagentError: the package cannot be downloaded.
    """
    archive = download(package, cache)
    with tempfile.TemporaryDirectory(prefix="perfagent-trial-") as place:
        repository = unpack(archive, Path(place, package.name))
        workload = Path(place, "workload.py")
        body = "".join(f"    {line}\n" for line in package.body[1:])
        workload.write_text(f"{package.body[0]}\n\n\ndef workload():\n{body}", encoding="utf-8")
        home = Path(place, "home")
        first = prepare(repository, workload, home, "1")
        return first, prepare(repository, workload, home, "2")


def download(package: Package, cache: Path) -> Path:
    """The package's source distribution.

    Raises:
        PerfagentError: pip did not bring it.
    """
    folder = cache / f"{package.name}-{package.version}"
    found = list(folder.glob("*.tar.gz"))
    if not found:
        folder.mkdir(parents=True, exist_ok=True)
        wanted = f"{package.name}=={package.version}"
        run([*pip(cache), "download", "-q", "--no-deps", "--no-binary", package.name, "-d", ".", wanted], folder)
        found = list(folder.glob("*.tar.gz"))
    if not found:
        raise PerfagentError(f"pip brought no sources of {package.name} {package.version}")
    return found[0]


def unpack(archive: Path, folder: Path) -> Path:
    """A git repository of one commit with what the archive holds; what a release adds for installers is left out."""
    with tempfile.TemporaryDirectory() as unpacked:
        unpack_archive(archive, Path(unpacked))
        (root,) = [path for path in Path(unpacked).iterdir() if path.is_dir()]
        shutil.copytree(root, folder, symlinks=True)
    author = ["-c", "user.name=environments", "-c", "user.email=environments@localhost"]
    run(["git", "init", "--quiet"], folder)
    run(["git", "add", "--all", "--force"], folder)
    run(["git", *author, "commit", "--quiet", "-m", archive.name], folder)
    return folder


def prepare(repository: Path, workload: Path, home: Path, name: str) -> Outcome:
    """Run first.py with a state folder of its own."""
    out = home / "runs" / name
    command = [sys.executable, "-m", "perfagent.benchmarks.environments.first", str(repository), str(workload)]
    environ = {**os.environ, "PERFAGENT_HOME": str(home)}
    began = time.time()
    try:
        done = subprocess.run(
            [*command, str(out)], env=environ, capture_output=True, text=True, timeout=LONGEST_TRIAL_S, check=False
        )
    except subprocess.TimeoutExpired:
        return Outcome({"error": f"it took longer than {LONGEST_TRIAL_S:.0f} s"}, LONGEST_TRIAL_S)
    took = time.time() - began
    lines = done.stdout.splitlines()
    if done.returncode or not lines:
        return Outcome({"error": (done.stderr.strip().splitlines() or ["it said nothing"])[-1]}, took)
    return _outcome(json.loads(lines[-1]), out, began, took)


def _outcome(found: Mapping[str, Any], out: Path, began: float, took: float) -> Outcome:
    """The outcome by the run's event log."""
    log = out / "events.jsonl"
    events = [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []
    steps = {event["step"]: event["seconds"] for event in events if event["kind"] == "timed"}
    if "error" in found:
        return Outcome(found, took, steps)
    # What is no step: the interpreter's start, imports, the clone, and the sample itself.
    first_s = found["measured_at"] - began
    steps["start, clone and first sample"] = round(first_s - sum(steps.values()), 3)
    return Outcome(found, first_s, steps)


def default_cache() -> Path:
    """Where source distributions are kept unless another place is named."""
    return state_home() / "cache" / "sources"
