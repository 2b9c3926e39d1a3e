"""What a repository is seen to have, each with how sure that is and where it is seen: read, never run."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from perfagent.agent.settings import Settings
from perfagent.tools.environment import (
    LOCK_FILES,
    NATIVE_SOURCES,
    Manifest,
    find_python,
    pytest_settings,
    read_manifest,
)
from perfagent.tools.errors import BuildError, SandboxUnavailable
from perfagent.tools.sandbox import SandboxKind, choose
from perfagent.tools.workload import Found, Sureness, discover, parse

#: Folders whose compiled sources are no part of what is installed.
ASIDE = frozenset({"tests", "test", "docs", "doc", "examples", "benchmarks", "vendor", "third_party"})

#: Names of files with tests where pytest's own settings say nothing.
TEST_FILES = ("test_*.py", "*_test.py", "tests.py", "test.py")

#: A version in `.python-version`, as pyenv and uv read it.
OWN_VERSION = re.compile(r"^3\.\d{1,2}(\.\d+)?$", re.MULTILINE)


class Fact(NamedTuple):
    """One thing that was seen, how sure that is, and the reason or the file that it rests on."""

    name: str
    value: str
    sure: Sureness
    reason: str


@dataclass(frozen=True, slots=True)
class Detected:
    """What was seen.

    Attributes:
        facts: in the order in which a reader wants them. workloads: those that a run would measure.
        settings: what is worth writing down, by the settings' names; nothing that a run finds by itself.
    """

    facts: tuple[Fact, ...]
    workloads: tuple[Found, ...]
    settings: Mapping[str, object]


def detect(
    root: Path,
    files: Sequence[str],
    settings: Settings,
    environ: Mapping[str, str] = os.environ,
    sandbox: Callable[[str], tuple[SandboxKind, str]] = choose,
) -> Detected:
    """Look at a repository's working tree.

    Args:
        files: the tracked ones, relative to `root`.
        settings: what is asked for already, by flags, environment and [tool.perfagent].
        sandbox: finds one that works, see tools/sandbox/select.py.
    """
    manifest = read_manifest(root)
    contained = _sandbox(settings, sandbox)
    python, own = _python(root, manifest, settings, inside=contained.value == "docker")
    found = [Found(parse(spec), "it is set") for spec in settings.workload] or discover(root, files)
    workloads = tuple(each for each in found if each.workload.kind == found[0].workload.kind)
    facts = [
        python,
        _installed(root, manifest, settings),
        _tests(root, files, settings),
        *_compiled(files, manifest),
        *_workloads(found, workloads),
        _model(settings, environ),
        contained,
    ]
    return Detected(tuple(facts), workloads, {**own, **_worth_writing(found, workloads, settings)})


def _python(root: Path, manifest: Manifest, settings: Settings, *, inside: bool) -> tuple[Fact, dict[str, object]]:
    """The interpreter, and the setting that keeps the repository's own choice where it would be another.

    Args:
        inside: whether an image has interpreters of its own.
    """
    own = _own_version(root)
    try:
        chosen = find_python(manifest, settings.python)
    except BuildError as error:
        return Fact("python", "none that fits is here", "certain", str(error)), {}
    value = f"Python {chosen.version}"
    if settings.python:
        return Fact("python", value, "certain", f"{settings.python} is asked for"), {}
    if own and not f"{chosen.version}.".startswith(f"{own}."):
        reason = f".python-version says {own}, which the table below keeps"
        return Fact("python", f"Python {own}", "likely", reason), {"python": own}
    if own:
        return Fact("python", value, "certain", ".python-version"), {}
    if inside:
        claimed = f"up to 3.{manifest.minors[-1]}" if manifest.minors else ""
        fits = " ".join(filter(None, (manifest.requires_python, claimed)))
        reason = "the image's own where it fits, else one of this machine's"
        return Fact("python", f"Python {fits or '3'}", "likely" if fits else "guess", reason), {}
    if manifest.requires_python:
        return Fact("python", value, "likely", f"newest here that fits requires-python {manifest.requires_python}"), {}
    if manifest.minors:
        return Fact("python", value, "likely", f"the classifiers go up to 3.{manifest.minors[-1]}"), {}
    return Fact("python", value, "guess", "nothing says which: the newest here"), {}


def _own_version(root: Path) -> str:
    """What `.python-version` names; empty without one."""
    try:
        found = OWN_VERSION.search((root / ".python-version").read_text("utf-8", errors="replace"))
    except OSError:
        return ""
    return found[0] if found else ""


def _installed(root: Path, manifest: Manifest, settings: Settings) -> Fact:
    """What is installed, and by which declaration."""
    lock = next((name for name in LOCK_FILES if (root / name).is_file()), "")
    at = f", at the versions of {lock}" if lock and manifest.pins else ""
    if settings.setup:
        return Fact("installed by", settings.setup, "certain", "it is asked for")
    project = "the project" if manifest.installable else "no project"
    declared = [
        *(f"its extra {name}" for name in (settings.extras or manifest.extras)),
        *(["its dependency groups for tests"] if manifest.groups else []),
        *manifest.requirement_files,
        *settings.packages,
    ]
    if declared:
        return Fact("installed", f"{project}, {', '.join(declared)}{at}", "certain", "declared")
    if manifest.hints or manifest.needs:
        names = ", ".join(dict.fromkeys([*manifest.hints, *manifest.needs]))
        where = "tool settings" if manifest.hints else "the tests' imports"
        return Fact("installed", f"{project}; for tests {names}{at}", "likely", f"by {where}")
    if manifest.installable:
        return Fact("installed", f"{project} and pytest{at}", "likely", "nothing is declared for tests")
    return Fact("installed", "pytest alone", "guess", "there is no pyproject.toml, setup.py or requirements file")


def _tests(root: Path, files: Sequence[str], settings: Settings) -> Fact:
    """How the unit tests run."""
    if settings.test:
        return Fact("unit tests", settings.test, "certain", "it is set")
    own = pytest_settings(root)
    patterns = own.get("python_files") or TEST_FILES
    names = patterns.split() if isinstance(patterns, str) else [str(each) for each in patterns]
    count = sum(any(fnmatch(PurePosixPath(name).name, each) for each in names) for name in files)
    if not count:
        return Fact("unit tests", "none found", "likely", "no file is named like tests")
    value = f"pytest, {count} file{'s' * (count > 1)}"
    return Fact("unit tests", value, *(("certain", "pytest is set up") if own else ("likely", "by the files' names")))


def _compiled(files: Sequence[str], manifest: Manifest) -> Iterator[Fact]:
    """The compiled parts, where there seem to be any."""
    paths = [PurePosixPath(name) for name in files]
    sources = [path for path in paths if path.suffix and NATIVE_SOURCES.search(path.name)]
    sources = [path for path in sources if not ASIDE & set(path.parts[:-1]) and path.suffix not in (".h", ".hpp")]
    if sources:
        how = manifest.backend or "setup.py"
        count = f"{len(sources)} source{'s' * (len(sources) > 1)}"
        yield Fact("compiled parts", f"{count}, built by {how}", "likely", f"{sources[0]} and such")


def _workloads(found: Sequence[Found], chosen: Sequence[Found]) -> Iterator[Fact]:
    """The workloads, those first that a run measures."""
    for each in chosen:
        yield Fact("benchmark", each.workload.spec, each.sure, each.reason)
    for each in found:
        if each not in chosen:
            yield Fact("not measured", each.workload.spec, each.sure, f"{each.reason}; --workload names it")
    if not found:
        yield Fact("benchmark", "none found", "certain", "`perfagent init --benchmark` writes a first one")


def _model(settings: Settings, environ: Mapping[str, str]) -> Fact:
    """Who would plan and edit."""
    keys = sorted(name for name, value in environ.items() if name.endswith("_API_KEY") and value)
    if settings.uses_model:
        return Fact("model", str(settings.model or "a recording"), "certain", "it is set")
    if keys:
        return Fact("model", "none asked for", "certain", f"{', '.join(keys)} is set: `--model NAME` would use it")
    return Fact("model", "none", "certain", "no key is set: the catalogue of rewrites does the editing")


def _sandbox(settings: Settings, sandbox: Callable[[str], tuple[SandboxKind, str]]) -> Fact:
    """Where code would run."""
    try:
        kind, reason = sandbox(settings.sandbox)
    except SandboxUnavailable as error:
        return Fact("sandbox", "none works here", "certain", str(error))
    return Fact("sandbox", kind, "certain", reason)


def _worth_writing(found: Sequence[Found], chosen: Sequence[Found], settings: Settings) -> dict[str, object]:
    """The workloads, where finding them leaves something open: a name alone speaks for one, or kinds are mixed."""
    open_ended = any(each.sure == "guess" for each in chosen) or len(chosen) < len(found)
    if settings.workload or not open_ended:
        return {}
    return {"workload": [each.workload.spec for each in chosen]}
