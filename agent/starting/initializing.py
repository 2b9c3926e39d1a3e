"""`perfagent init`, but for asking and printing: what is seen, what would be written, and writing it."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from perfagent.agent.settings import Settings, load_settings
from perfagent.agent.starting.detecting import Detected, Fact, detect
from perfagent.agent.starting.files import Change
from perfagent.agent.starting.table import settings_change, table_text
from perfagent.tools.repository import working_tree

if TYPE_CHECKING:
    from perfagent.agent.starting.capturing import First, Made


@dataclass(frozen=True, slots=True)
class Look:
    """What was seen of a repository.

    Attributes:
        root: of its working tree. settings: what is asked for already. change: of pyproject.toml, if any.
        aside: what the reader should know of settings that are not written; empty when nothing is.
    """

    root: Path
    settings: Settings
    detected: Detected
    change: Change | None
    aside: str


def look(repo: str, flags: Mapping[str, Any]) -> Look:
    """Read a repository's working tree; nothing of it is run.

    Raises:
        PerfagentError: it is no repository's root, or a setting is none.
    """
    root, files = working_tree(repo)
    settings = load_settings(flags, os.environ, root)
    detected = detect(root, files, settings)
    change, why = settings_change(root, detected.settings)
    aside = f"{why}\n{table_text(detected.settings)}" if why else ""
    return Look(root, settings, detected, change, aside)


def check(repo: str, flags: Mapping[str, Any]) -> tuple[Fact, ...]:
    """Build the environment, run the unit tests and the workloads once each way; what that showed.

    Raises:
        PerfagentError: something of it does not work, in one line.
    """
    from perfagent.agent.lab.preparing import Preparation, Wanted
    from perfagent.agent.opening import opened
    from perfagent.tools.workload import discover

    with opened("init", repo, flags, None) as services:
        base = services.target.commit("HEAD")
        root = services.target.root
        some = services.settings.workload or (root and discover(root, services.target.files(base)))
        wanted = Wanted(workloads=bool(some), values=bool(some), noise=False)
        prepared = Preparation(services, base, wanted).prepare()
    return (
        *(Fact("tried", message, "certain", "it ran") for message in prepared.messages),
        *(
            Fact("tried", plan.id, "certain", f"it runs, {plan.loops} times in a sample")
            for plan in prepared.benchmarks
        ),
    )


def first(repo: str, flags: Mapping[str, Any]) -> Made:
    """First benchmarks from calls that the unit tests make, each run before it is offered; one at least.

    Raises:
        PerfagentError: none can be made; says why.
    """
    from perfagent.agent.opening import opened
    from perfagent.agent.starting.capturing import first_benchmarks

    with opened("init", repo, flags, None) as services:
        return first_benchmarks(services, services.target.commit("HEAD"))


def with_benchmarks(seen: Look, made: Sequence[str]) -> Look:
    """The same with new benchmarks in the place of what may be none, and beside what is one.

    A run finds new ones by itself, but would also measure what is only likely to be a benchmark, and scripts not at all
    where there are tests with the benchmark fixture.

    Args:
        made: paths of the new scripts.

    Raises:
        UsageError: pyproject.toml cannot be read as TOML.
    """
    there = seen.detected.workloads
    if not made or all(each.sure == "certain" and each.workload.kind == "script" for each in there):
        return seen
    sure = [each.workload.spec for each in there if each.sure == "certain"]
    settings = {**seen.detected.settings, "workload": [*sure, *(f"script:{path}" for path in made)]}
    change, why = settings_change(seen.root, settings)
    return replace(seen, change=change, aside=f"{why}\n{table_text(settings)}" if why else "")


def benchmark_changes(found: First) -> tuple[Change, ...]:
    """The files of a first benchmark."""
    script = found.script
    why = f"calls {found.target} as {found.tests} test{'s' * (found.tests != 1)} do"
    data = (Change(script.data_path, script.data, "the calls' arguments"),) if script.data else ()
    return (Change(script.path, script.text, why), *data)


def writable(root: Path, changes: Sequence[Change]) -> tuple[list[Change], list[str]]:
    """The changes that may be written, and a line on each that may not: a file that is there already stays."""
    from perfagent.agent.starting.table import PYPROJECT

    there = [each for each in changes if each.path != PYPROJECT and each.exists(root)]
    lines = [f"{each.path} is there already and is left as it is" for each in there if each.diff(root)]
    return [each for each in changes if each not in there], lines
