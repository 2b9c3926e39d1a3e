"""An instance's workloads: which there are, and which of them one verdict is worth."""

from __future__ import annotations

import shlex
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeVar

from perfagent.benchmarks.gso_swe_perf.asking.callers import widening
from perfagent.benchmarks.gso_swe_perf.asking.related import ranked_tests, words_of_script
from perfagent.benchmarks.gso_swe_perf.datasets import GsoInstance, SwefficiencyInstance, SwePerfInstance
from perfagent.benchmarks.gso_swe_perf.instances import Instance
from perfagent.tools.errors import UsageError

#: Workloads of an instance that are timed for one verdict. Each costs some 110 processes, the comparison with the
#: expert included, and all share the chance of a false acceptance (Holm). Two show a gain that holds on one input only,
#: and keep the verdict below the price of GSO's own on its usual twenty tests: 5 processes a test and phase are 300.
MOST_WORKLOADS = 2

#: Test files that are run when an instance names none: those that speak most of what its workload calls.
MOST_TEST_FILES = 4

#: A command that passes: an instance for which no unit test is known is judged by its workloads' values.
NO_TESTS = "true"

T = TypeVar("T")


Setting = Literal["oracle", "realistic"]


@dataclass(frozen=True, slots=True)
class Site:
    """A repository at an instance's base: its folder, and its tracked files, relative."""

    tree: Path
    files: tuple[str, ...]

    @classmethod
    def of(cls, repository: Path) -> Site:
        """That of a checked out repository.

        Raises:
            RepositoryError: it is none.
        """
        from perfagent.tools.repository import Git

        listed = Git(repository).run("ls-files", "-z").text
        return cls(repository, tuple(filter(None, listed.split("\0"))))


@dataclass(frozen=True, slots=True)
class Workloads:
    """What is run for an instance.

    Attributes:
        timed: workloads in perfagent's words, those that decide.
        held: scripts whose values alone are compared.
        tests: command of the unit tests.
        chosen: whether the tests were chosen by us: then a failure at the base is no fault of the instance.
    """

    timed: tuple[str, ...]
    held: tuple[str, ...] = ()
    tests: str = NO_TESTS
    chosen: bool = False


def spread(items: Sequence[T], most: int) -> list[T]:
    """At most `most` items at equal distances, the first among them: the first test is the one that is shown."""
    if len(items) <= most:
        return list(items)
    return [items[round(place * (len(items) - 1) / (most - 1))] for place in range(most)] if most > 1 else [items[0]]


def write_scripts(folder: Path, named: dict[str, str]) -> dict[str, str]:
    """Write scripts as files; their workloads by name."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, source in named.items():
        (folder / f"{name}.py").write_text(source, "utf-8")
    return {name: f"script:{(folder / name).resolve()}.py" for name in named}


def official_tests(instance: Instance, site: Site, folder: Path) -> Workloads:
    """Everything the official protocol runs, as our verifier runs it.

    Args:
        site: the repository at its base.
        folder: where scripts are written, outside of the repository.

    Raises:
        UsageError: the instance has no workload.
    """
    if isinstance(instance, GsoInstance):
        scripts = write_scripts(folder, {f"test_{index}": text for index, text in enumerate(instance.tests)})
        timed = spread(list(scripts), MOST_WORKLOADS)
        held = tuple(spec for name, spec in scripts.items() if name not in timed)
        tests, chosen = _tests_of(instance.test_cmd, instance.prob_script, site)
        return Workloads(tuple(scripts[name] for name in timed), held, tests, chosen)
    if isinstance(instance, SwePerfInstance):
        timed_tests = spread(instance.efficiency_test, MOST_WORKLOADS)
        return Workloads(tuple(f"pytest:{node}" for node in timed_tests), tests=_pytest(instance.efficiency_test))
    if isinstance(instance, SwefficiencyInstance):
        scripts = write_scripts(folder, {"workload": instance.workload})
        named = [_inside(path) for path in (*instance.covering_tests, *instance.single_thread_tests)]
        if there := list(dict.fromkeys(path for path in named if path in site.files)):
            return Workloads(tuple(scripts.values()), tests=_pytest(there))
        # The published command names no files and would run all there are.
        command = instance.test_cmd if instance.brings_environment else ""
        tests, chosen = _tests_of(command, instance.workload, site)
        return Workloads(tuple(scripts.values()), tests=tests, chosen=chosen)
    raise UsageError(
        f"{instance.instance_id} has no workload", "give a data set of one of the three benchmarks", code="PA907"
    )


def targets(instance: Instance, setting: Setting) -> dict[str, tuple[str, ...]]:
    """Functions that the agent is told to make faster, by file; none where the workload says it all.

    SWE-Perf's `oracle` names what the expert changed, `realistic` what the tests call.
    """
    if not isinstance(instance, SwePerfInstance):
        return {}
    first, other = instance.patch_functions, instance.test_functions
    return dict((first or other) if setting == "oracle" else (other or first))


def given_workload(instance: Instance, functions: Mapping[str, Collection[str]], site: Site, folder: Path) -> Workloads:
    """What the agent is given of an instance: never a hidden test.

    GSO and SWE-fficiency show a script. SWE-Perf shows functions alone, so the workload is made of the repository's own
    tests that speak of them; its efficiency tests may be among those, as they are in the repository, but nothing here
    looks at which they are.

    Args:
        functions: the targets, see `targets`.
        site: the repository at its base.
        folder: where scripts are written, outside of the repository.

    Raises:
        UsageError: no workload can be found.
    """
    if isinstance(instance, GsoInstance):
        scripts = write_scripts(folder, {"prob_script": instance.prob_script})
        tests, chosen = _tests_of(instance.test_cmd, instance.prob_script, site)
        return Workloads(tuple(scripts.values()), tests=tests, chosen=chosen)
    if isinstance(instance, SwefficiencyInstance):
        scripts = write_scripts(folder, {"workload": instance.workload})
        tests, chosen = _tests_of("", instance.workload, site)
        return Workloads(tuple(scripts.values()), tests=tests, chosen=chosen)
    if isinstance(instance, SwePerfInstance):
        wider = (ranked_tests(site.tree, site.files, each) for each in widening(site.tree, site.files, functions))
        ranked = next(filter(None, wider), ())
        if not ranked:
            raise UsageError(
                f"no test of {instance.instance_id} mentions a function that is to be faster, or a caller", code="PA907"
            )
        nodes = [f"pytest:{each.node}" for each in ranked[:MOST_WORKLOADS]]
        paths = list(dict.fromkeys(each.path for each in ranked))[:MOST_TEST_FILES]
        return Workloads(tuple(nodes), tests=_pytest(paths), chosen=True)
    raise UsageError(
        f"{instance.instance_id} has no workload", "give a data set of one of the three benchmarks", code="PA907"
    )


def _tests_of(command: str, script: str, site: Site) -> tuple[str, bool]:
    """The row's own test command, else one for the test files that speak most of what a script calls."""
    if command:
        return command, False
    ranked = ranked_tests(site.tree, site.files, {"": words_of_script(script)})
    paths = list(dict.fromkeys(each.path for each in ranked))[:MOST_TEST_FILES]
    return (_pytest(paths), True) if paths else (NO_TESTS, True)


def _pytest(names: Sequence[str]) -> str:
    return f"python -m pytest -q {shlex.join(names)}"


def _inside(path: str) -> str:
    """A path in the published container as one in the repository."""
    return path.removeprefix("/testbed/")
