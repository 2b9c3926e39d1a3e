"""How much faster a later release answers the same calls, in pairs of fresh processes."""

from __future__ import annotations

import os
import random
import statistics
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from perfagent.benchmarks.real_projects.projects import HERE, Project, pip, run
from perfagent.tools.errors import PerfagentError

REPETITIONS = 8
"""Within a process, of which the best counts: the first calls import, compile and fill caches."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """What came out.

    Attributes:
        old, later: seconds of CPU time, one for each pair.
        same: whether both releases gave the same answer every time.
    """

    old: tuple[float, ...]
    later: tuple[float, ...]
    same: bool

    @property
    def speedup(self) -> float:
        """Old time / later time, the median over the pairs."""
        return statistics.median(old / later for old, later in zip(self.old, self.later, strict=True))

    @property
    def best_speedup(self) -> float:
        """Best old time / best later time, which a busy machine disturbs less."""
        return min(self.old) / min(self.later)


def install(name: str, version: str, requires: tuple[str, ...], cache: Path) -> Path:
    """Install a release into a folder of its own, unless it is there, and return the folder.

    Raises:
        PerfagentError: pip failed.
    """
    folder = cache / f"{name}-{version}"
    if not folder.exists():
        cache.mkdir(parents=True, exist_ok=True)
        wanted = [f"{name}=={version}", *requires]
        run([*pip(cache), "install", "--quiet", "--target", str(folder), *wanted], cache)
    return folder


def compare(project: Project, cache: Path, pairs: int, seed: int = 0) -> Comparison:
    """Measure the old release against the later one.

    Raises:
        PerfagentError: there is no later release, pip failed, or a workload failed.
    """
    if project.later_version is None:
        raise PerfagentError(f"{project.name} has no later release to compare with")
    sites = [
        install(project.name, version, project.requires, cache) for version in (project.version, project.later_version)
    ]
    coin = random.Random(seed)
    times: tuple[list[float], list[float]] = ([], [])
    answers = set()
    for _ in range(pairs):
        for side in coin.sample((0, 1), 2):
            seconds, answer = _measure(project, sites[side])
            times[side].append(seconds)
            answers.add(answer)
    return Comparison(tuple(times[0]), tuple(times[1]), len(answers) == 1)


def _measure(project: Project, site: Path) -> tuple[float, str]:
    # -P keeps this folder, whose files are named after packages, off the path of the code under test.
    command = [sys.executable, "-P", str(HERE / "timing.py"), str(project.workload_path), str(REPETITIONS)]
    environment = {**os.environ, "PYTHONPATH": str(site)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise PerfagentError(f"{project.workload} failed with {site.name}: {done.stderr.strip()[-400:]}")
    seconds, answer = done.stdout.split()
    return float(seconds), answer
