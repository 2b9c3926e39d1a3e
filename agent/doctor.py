"""What works here, what is missing, and the command that mends it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import NamedTuple

from perfagent.agent.cleaning import used_bytes
from perfagent.agent.run_folder import MINIMUM_FREE_BYTES, state_home
from perfagent.tools.errors import PerfagentError
from perfagent.tools.sandbox import Availability, SandboxKind, probe

#: Packages whose versions matter when something is reported.
PACKAGES = ("langgraph", "litellm", "docker", "gitpython", "libcst", "pytest", "pytest-benchmark")

#: Oldest git with `git apply --recount` on trees outside a repository and `-c safe.directory`.
OLDEST_GIT = (2, 35)


class Finding(NamedTuple):
    """One thing that was looked at; `needed` tells a fault from a missing extra."""

    name: str
    ok: bool
    needed: bool
    detail: str
    remedy: str = ""


def examine(image: str | None = None, model: str | None = None, api_base: str | None = None) -> list[Finding]:
    """Look at everything a run may need."""
    kinds: tuple[SandboxKind, ...] = ("docker", "bubblewrap", "local")
    able = [probe(kind, image) for kind in kinds]
    findings = [_python(), _git(), _disk(), _cores(), *map(_sandbox, able), _valgrind(able), _packages()]
    if model is not None:
        findings.append(_model(model, api_base))
    return findings


def _python() -> Finding:
    here = sys.version.split()[0]
    return Finding("python", sys.version_info >= (3, 11), True, here, "install Python 3.11 or newer")


def _git() -> Finding:
    program = shutil.which("git")
    if program is None:
        return Finding("git", False, True, "not on PATH", "apt-get install git")
    told = subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout.strip()
    digits = told.split()[2].split(".")[:2] if len(told.split()) > 2 else ["0", "0"]
    ok = tuple(int(part) for part in digits) >= OLDEST_GIT
    return Finding("git", ok, True, told, f"install git {OLDEST_GIT[0]}.{OLDEST_GIT[1]} or newer")


def _disk() -> Finding:
    home = state_home()
    place = next(folder for folder in (home, *home.parents) if folder.exists())
    free = shutil.disk_usage(place).free
    used = used_bytes() / 2**30
    detail = f"{free / 2**30:.1f} GiB free for {home}, {used:.1f} GiB used there (`perfagent clean` tells for what)"
    return Finding("disk", free > 4 * MINIMUM_FREE_BYTES, True, detail, "free some space, or set PERFAGENT_HOME")


def _cores() -> Finding:
    cores = len(os.sched_getaffinity(0))
    load = os.getloadavg()[0]
    detail = f"{cores} usable, load {load:.1f}"
    return Finding("cores", load / cores < 2, False, detail, "end what else runs here: wall time cannot be judged so")


def _sandbox(able: Availability) -> Finding:
    return Finding(f"sandbox {able.kind}", able.ok, False, able.detail, able.remedy)


def _valgrind(able: Sequence[Availability]) -> Finding:
    """Whether instructions can be counted in the sandboxes that work."""
    have = [each.kind for each in able if each.ok and each.counts]
    lack = [each.kind for each in able if each.ok and not each.counts]
    words = [f"in the {' and '.join(kinds)} sandbox{'es' * (len(kinds) > 1)}" for kinds in (have, lack) if kinds]
    detail = f"counts instructions {words[0]}" if have else "not installed, so no instructions are counted"
    if have and lack:
        detail += f", not {words[1]}"
    remedy = "apt-get install valgrind" if lack != ["docker"] else "perfagent image build-base"
    return Finding("valgrind", bool(have) and not lack, False, detail, remedy)


def _packages() -> Finding:
    told, missing = [], []
    for name in PACKAGES:
        try:
            told.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            missing.append(name)
    detail = ", ".join(told) + (f"; missing: {', '.join(missing)}" if missing else "")
    return Finding("packages", not missing, True, detail, "pip install --force-reinstall perfagent")


def _model(model: str, api_base: str | None) -> Finding:
    from perfagent.agent.model_access import check_model

    try:
        check_model(model, api_base)
    except PerfagentError as error:
        return Finding("model", False, True, error.message, error.remedy)
    return Finding("model", True, True, f"{model} can be addressed (no request was made)")
