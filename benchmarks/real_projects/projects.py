"""The list of packages, and making a repository to work on out of an old release's sources."""

from __future__ import annotations

import importlib.util
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from perfagent.benchmarks.archives import unpack_archive
from perfagent.tools.errors import PerfagentError

HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Project:
    """One package at an old release.

    Attributes:
        name, version: what `pip` knows the old release by.
        later_version: a later release that gives the same answers; None when there is none.
        python: the oldest interpreter tried, as in "3.11".
        workload: file beside this one, with `setup()` and `workload(data)`.
        test: command for the release's own tests; None when its sources hold none that run.
        requires: other packages the release, its tests or its workload import.
        hot: where the workload's time goes, as file:function.
        later_speedup: old time / later time as measured (see README.md); None without a later release.
        winnable: "catalogue" if a rewrite that needs no model helps, "model" if it takes another algorithm.
        note: what is slow, and what the later release did about it.
    """

    name: str
    version: str
    later_version: str | None
    python: str
    workload: str
    test: str | None
    requires: tuple[str, ...]
    hot: str
    later_speedup: float | None
    winnable: str
    note: str

    @property
    def workload_path(self) -> Path:
        """Where the workload's file is."""
        return HERE / self.workload


def projects() -> tuple[Project, ...]:
    """Every project of projects.json, in its order."""
    entries = json.loads((HERE / "projects.json").read_text(encoding="utf-8"))
    return tuple(Project(**{**entry, "requires": tuple(entry["requires"])}) for entry in entries)


def find_project(name: str) -> Project:
    """Return the project of that name.

    Raises:
        PerfagentError: there is none.
    """
    for project in projects():
        if project.name == name:
            return project
    raise PerfagentError(f"no project {name!r}; there are {', '.join(p.name for p in projects())}")


def download_sources(project: Project, folder: Path) -> Path:
    """Download the old release's source distribution with pip.

    Raises:
        PerfagentError: pip did not bring exactly one archive.
    """
    wanted = f"{project.name}=={project.version}"
    options = ["--quiet", "--no-deps", "--no-binary", project.name, "--dest", str(folder)]
    run([*pip(folder), "download", *options, wanted], folder)
    archives = [path for path in folder.iterdir() if path.name.endswith((".tar.gz", ".zip"))]
    if len(archives) != 1:
        raise PerfagentError(f"pip brought {len(archives)} archives for {wanted}")
    return archives[0]


def make_repository(archive: Path, project: Project, folder: Path) -> Path:
    """Unpack a source distribution into a new git repository, with the workload beside the package.

    Returns:
        `folder`, holding one commit.

    Raises:
        PerfagentError: the folder exists, the archive is no source distribution, or git failed.
    """
    if folder.exists():
        raise PerfagentError(f"{folder} exists already")
    with tempfile.TemporaryDirectory() as unpacked:
        # The filter refuses links and names that lead out of the folder; zip archives are cut to it anyway.
        unpack_archive(archive, Path(unpacked))
        roots = [path for path in Path(unpacked).iterdir() if path.is_dir()]
        if len(roots) != 1:
            raise PerfagentError(f"{archive.name} holds {len(roots)} folders, not one")
        shutil.copytree(roots[0], folder)
    shutil.copy(project.workload_path, folder / project.workload)
    author = ["-c", "user.name=real projects", "-c", "user.email=real-projects@localhost"]
    run(["git", "init", "--quiet"], folder)
    run(["git", "add", "--all", "--force"], folder)
    run(
        ["git", *author, "commit", "--quiet", "-m", f"{project.name} {project.version} and a workload"],
        folder,
    )
    return folder


def pip(folder: Path) -> list[str]:
    """Return how to call pip: our interpreter's own, or one in a new environment in `folder`."""
    if importlib.util.find_spec("pip"):
        return [sys.executable, "-m", "pip"]
    environment = folder / "pip"
    if not environment.exists():
        run([sys.executable, "-m", "venv", str(environment)], folder)
    return [str(environment / "bin" / "python"), "-m", "pip"]


def run(command: Sequence[str], folder: Path) -> str:
    """Run a command and return what it printed.

    Raises:
        PerfagentError: it failed.
    """
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        raise PerfagentError(f"{' '.join(command[:4])} ... failed: {done.stderr.strip()[-400:]}")
    return done.stdout
