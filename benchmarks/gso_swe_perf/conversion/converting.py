"""From a GSO or SWE-fficiency row to a SWE-Perf one, with the commits it is about.

Each row gets two commits in a copy of its project's history: the base's tree with a pytest file that runs the row's
scripts, and on top of it the expert's change without tests.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Protocol

from perfagent.benchmarks.gso_swe_perf.conversion.commits import commit_on, copy_history, diff_of
from perfagent.benchmarks.gso_swe_perf.conversion.functions import Functions, called_functions, patched_functions
from perfagent.benchmarks.gso_swe_perf.datasets import GsoInstance, SwefficiencyInstance
from perfagent.benchmarks.gso_swe_perf.instances import Instance
from perfagent.benchmarks.gso_swe_perf.records import GOLD, Outcome
from perfagent.tools.errors import DataError
from perfagent.tools.repository import Git

#: By its name a folder of tests, which nobody who solves the task may edit.
FOLDER = "efficiency_tests"
TEST_FILE = f"{FOLDER}/test_efficiency.py"

#: What SWE-Perf's protocol needs in the environment besides the project; its harness installs the second by itself.
NEEDED = ("pytest", "pytest-json-report")

#: Seconds that a converted workload should take at the base, so that pytest's own share of a test's time (about a
#: tenth of a millisecond) does not hide a change.
ENOUGH_S = 0.05

#: Rounds at most, for workloads of microseconds.
MAX_ROUNDS = 1000


class Histories(Protocol):
    """Where projects' histories come from."""

    def git_dir(self, repo: str) -> Path:
        """The git directory of `owner/name`."""

    def resolve(self, repo: str, revision: str) -> str:
        """The full hash of a revision in it."""

    def expert_diff(self, instance: Instance) -> str:
        """The expert's change to an instance's base, without tests."""


def convert(instances: Iterable[Instance], histories: Histories, out: Path, measured: Iterable[Outcome] = ()) -> Path:
    """Write `swe_perf.jsonl` and `repositories/<owner>__<name>` for rows that bring their environment.

    The same rows give the same hashes and the same file. Branches `<instance id>/base` and `/expert` hold the commits.

    Args:
        measured: outcomes of scoring an earlier conversion by the official protocol. Those of the expert's change
            become the rows' published times (`duration_changes`, `human_performance`).

    Returns:
        The file of rows.

    Raises:
        DataError: a row has no environment of its own, or is of SWE-Perf already.
        RepositoryError: a history lacks a commit, a row has no expert's change, or that does not apply to the base.
    """
    from perfagent.agent.journal import write_atomically

    times = {outcome.instance_id: _times(outcome) for outcome in measured if outcome.subject == GOLD}
    rows = [_converted(instance, histories, out) | times.get(instance.instance_id, {}) for instance in instances]
    target = out / "swe_perf.jsonl"
    write_atomically(target, "".join(json.dumps(row) + "\n" for row in rows).encode())
    return target


def files_of(instance: Instance) -> dict[str, bytes]:
    """The test file and what it reads, by path in the repository.

    Raises:
        DataError: the instance is of neither kind that can be converted.
    """
    if isinstance(instance, GsoInstance):
        scripts, template = instance.tests, "gso_tests.py"
        more: dict[str, str] = {}
    elif isinstance(instance, SwefficiencyInstance):
        scripts, template = (instance.workload,), "swefficiency_tests.py"
        more = {f"{FOLDER}/rounds.json": f"{_rounds(instance)}\n"}
    else:
        raise DataError(f"{instance.instance_id} is of SWE-Perf already", "give rows of GSO or SWE-fficiency")
    named = {f"{FOLDER}/script_{number:02}.py": script for number, script in enumerate(scripts)}
    test = Path(__file__).with_name("inside") / template
    texts = {TEST_FILE: test.read_text("utf-8"), **more, **named}
    return {path: text.encode() for path, text in texts.items()}


def node_ids(instance: Instance) -> list[str]:
    """The tests of `files_of`, as pytest names them."""
    if isinstance(instance, GsoInstance):
        return [f"{TEST_FILE}::test_script[script_{number:02}]" for number in range(len(instance.tests))]
    return [f"{TEST_FILE}::test_workload"]


def _converted(instance: Instance, histories: Histories, out: Path) -> dict[str, Any]:
    recipe = instance.recipe
    if recipe.image or not recipe.python:
        raise DataError(f"{instance.instance_id} brings no environment", "give its row python, pip and pythonpath")
    files = files_of(instance)
    git = copy_history(histories.git_dir(instance.repo), out / "repositories" / instance.repo.replace("/", "__"))
    before = histories.resolve(instance.repo, instance.base_commit)
    base = commit_on(git, before, f"Efficiency tests of {instance.instance_id}", files=files)
    head = commit_on(git, base, f"The expert's change of {instance.instance_id}", diff=histories.expert_diff(instance))
    for name, commit in (("base", base), ("expert", head)):
        git.run("update-ref", f"refs/heads/{instance.instance_id}/{name}", commit)
    git.run("symbolic-ref", "HEAD", f"refs/heads/{instance.instance_id}/base")
    return _row(instance, git, base, head)


def _row(instance: Instance, git: Git, base: str, head: str) -> dict[str, Any]:
    """SWE-Perf's columns, the environment's, and the source row's test command."""
    patched = patched_functions(git, base, head)
    called = called_functions(git, base, _scripts(instance)) or patched
    recipe = instance.recipe
    packages = [*recipe.packages, *(name for name in NEEDED if not _names(recipe.packages, name))]
    facts = instance.model_dump()
    return {
        "instance_id": instance.instance_id,
        "repo": instance.repo,
        "base_commit": base,
        "head_commit": head,
        "patch": diff_of(git, base, head),
        "test_patch": "",
        "created_at": facts["created_at"],
        "version": facts.get("version", ""),
        "duration_changes": "[]",
        "efficiency_test": node_ids(instance),
        "patch_functions": json.dumps(patched),
        "test_functions": json.dumps(called),
        "problem_statement_oracle": _statement(patched),
        "problem_statement_realistic": _statement(called),
        "human_performance": 0.0,
        "python": recipe.python,
        "pip": packages,
        "pythonpath": recipe.pythonpath,
        "test_cmd": facts["test_cmd"],
    }


def _times(outcome: Outcome) -> dict[str, Any]:
    """The columns that tell of the expert's measured runs; none when a run is missing."""
    from perfagent.benchmarks.gso_swe_perf.metrics.swe_perf import figures

    timings = outcome.swe_perf
    if outcome.status != "graded" or timings is None:
        return {}
    runs = [
        {test: {"base": base[test].seconds, "head": head[test].seconds} for test in base if test in head}
        for base, head in zip(timings.base, timings.patch, strict=False)
    ]
    tests = sorted({test for run in runs for test in run})
    return {"duration_changes": json.dumps(runs), "human_performance": figures(timings, tests).performance}


def _scripts(instance: Instance) -> tuple[str, ...]:
    return instance.tests if isinstance(instance, GsoInstance) else (instance.model_dump()["workload"],)


def _rounds(instance: SwefficiencyInstance) -> int:
    """How often the workload is run in one test."""
    if not instance.published_before:
        return 1
    return max(1, min(MAX_ROUNDS, math.ceil(ENOUGH_S / instance.published_before)))


def _statement(functions: Mapping[str, list[str]] | Functions) -> str:
    from jinja2 import Environment, StrictUndefined

    template = Path(__file__).with_name("statement.md").read_text("utf-8")
    told = json.dumps(functions, indent=2)
    return Environment(undefined=StrictUndefined, autoescape=False).from_string(template).render(functions=told)


def _names(packages: Iterable[str], name: str) -> bool:
    """Whether requirements have a package."""
    from packaging.requirements import InvalidRequirement, Requirement

    for package in packages:
        try:
            if Requirement(package).name.lower() == name:
                return True
        except InvalidRequirement:
            continue
    return False
