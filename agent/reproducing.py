"""How anybody else repeats a verdict: commands for a shell, and the files they name."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from perfagent.agent.lab.prepared import Prepared
from perfagent.agent.services import Services
from perfagent.agent.settings import ENVIRONMENT_PREFIX, Settings
from perfagent.tools.report import CHANGE, REPRODUCE

#: The folder of a run that holds what the commands name.
FOLDER = REPRODUCE

#: Settings that decide a verdict and have a flag at `verify` and `compare`; others are given by the environment.
FLAGS = ("test", "setup", "build", "image", "min_speedup", "metric", "no_instructions", "seed")
VARIABLES = (
    "packages",
    "extras",
    "paths",
    "published_pairs",
    "memory_limit",
    "disk_limit",
    "process_limit",
    "time_limit",
)

_SEPARATOR = ";"
_VERIFY = f"perfagent verify . --patch {CHANGE} "


@dataclass(frozen=True, slots=True)
class Reproduction:
    """What repeats a verdict.

    Attributes:
        commands: for a POSIX shell, to be run in a clone of the repository with the files beside its own, or anywhere
            where the first of them clones it.
        files: what they name, by name; none of them is of the repository.
    """

    commands: tuple[str, ...]
    files: dict[str, bytes] = field(default_factory=dict)


def reproduction(services: Services, base: str, *, diff: str = "", head: str = "") -> Reproduction:
    """What repeats a verdict on a diff against `base`, or on a commit `head` against it.

    Everything that was found out rather than given (workloads, Python, sandbox, CPU time) is given by name, and of
    the settings those that decide a verdict and differ from their defaults. Nothing of this machine is named: not the
    repository's place, not the core that was measured on.
    """
    prepared, settings = services.lab.prepared, services.settings
    files = {Path(path).name: Path(path).read_bytes() for path in _outside(prepared)}
    flags = _flags(settings, prepared)
    commands = _entering(str(services.asked.get("repository", ".")))
    if head:
        commands.append(f"{_environment(settings)}perfagent compare . {base} {head} {flags}")
    else:
        files[CHANGE] = diff.encode("utf-8", "surrogateescape")
        commands += [f"git checkout --detach {base}", f"{_environment(settings)}{_VERIFY}{flags}"]
    return Reproduction(tuple(commands), files)


def as_comparison(commands: Sequence[str], base: str, head: str) -> str:
    """The command that repeats a verdict on a change once it is a commit: for a pull request, whose reader has it.

    Args:
        commands: a result's, of `run` or `verify`.
        base, head: what git names the two sides in the reader's clone.

    Raises:
        ValueError: they do not end with the verdict on a change.
    """
    before, verify, flags = commands[-1].partition(_VERIFY) if commands else ("", "", "")
    if not verify:
        raise ValueError(f"no verdict on a change is repeated by {list(commands)}")
    return f"{before}perfagent compare . {base} {head} {flags}"


def _entering(repository: str) -> list[str]:
    """Cloning a repository that was given by its URL; one that was a folder here the reader has."""
    if not re.match(r"^\w+://|^[\w.-]+@[\w.-]+:", repository):
        return []
    parts = urlsplit(repository)
    if parts.password or (parts.username and parts.scheme in ("http", "https")):
        # A key in an address opens the repository to whoever reads the report.
        repository = parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
    name = re.split(r"[/:]", repository.rstrip("/"))[-1].removesuffix(".git")
    return [shlex.join(["git", "clone", repository, name]), shlex.join(["cd", name])]


def _outside(prepared: Prepared) -> list[str]:
    """Scripts that are not of the repository, as far as they are still there."""
    targets = [spec.partition(":")[2] for spec in prepared.workloads if spec.startswith("script:")]
    return [target for target in targets if Path(target).is_absolute() and Path(target).is_file()]


def _workload(spec: str) -> str:
    kind, _, target = spec.partition(":")
    if kind == "script" and Path(target).is_absolute():
        # A path that is not absolute would be looked for in the repository's commit.
        return f'--workload "script:$PWD"/{shlex.quote(Path(target).name)}'
    return f"--workload {shlex.quote(spec)}"


def _flags(settings: Settings, prepared: Prepared) -> str:
    told = [_workload(spec) for spec in prepared.workloads]
    told.append(f"--sandbox {prepared.environment.kind}")
    # The clock that was found to fit, so far as one can be asked for.
    clocks = {plan.metric for plan in prepared.benchmarks}
    clock = "cpu" if settings.metric == "time" and clocks == {"cpu"} else settings.metric
    # An image brings its own Python unless another was asked for.
    version = re.match(r"3\.\d+", prepared.environment.version)
    if settings.image is not None and settings.python is not None:
        told.append(f"--python {settings.python}")
    elif settings.image is None and version:
        told.append(f"--python {version[0]}")
    for name in FLAGS:
        value = clock if name == "metric" else getattr(settings, name)
        if value != Settings.model_fields[name].default:
            flag = f"--{name.replace('_', '-')}"
            told.append(flag if value is True else f"{flag} {shlex.quote(str(value))}")
    return " ".join(told)


def _environment(settings: Settings) -> str:
    """Assignments before the command, of settings without a flag."""
    told = []
    for name in VARIABLES:
        value = getattr(settings, name)
        if value == Settings.model_fields[name].default or value == ():
            continue
        if isinstance(value, tuple):
            # What holds the separator can only have come from the repository's own settings, which a clone has too.
            if any(_SEPARATOR in part for part in value):
                continue
            value = _SEPARATOR.join(value)
        told.append(f"{ENVIRONMENT_PREFIX}{name.upper()}={shlex.quote(str(value))} ")
    return "".join(told)
