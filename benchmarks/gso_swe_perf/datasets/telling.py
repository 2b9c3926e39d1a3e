"""What may be told of an instance, as small JSON; hidden tests and the expert's change only on demand."""

from __future__ import annotations

from typing import Any

from perfagent.benchmarks.gso_swe_perf.datasets.gso import GsoInstance
from perfagent.benchmarks.gso_swe_perf.datasets.swe_perf import SwePerfInstance
from perfagent.benchmarks.gso_swe_perf.datasets.swefficiency import SwefficiencyInstance
from perfagent.benchmarks.gso_swe_perf.instances import Instance

Facts = dict[str, Any]


def listed(instance: Instance) -> Facts:
    """One line of a list."""
    facts: Facts = {"instance_id": instance.instance_id, "repo": instance.repo, "python": instance.recipe.python}
    if isinstance(instance, GsoInstance):
        return facts | {"tests": len(instance.tests), "api": instance.api}
    if isinstance(instance, SwePerfInstance):
        functions = sum(map(len, instance.patch_functions.values()))
        return facts | {"version": instance.version, "tests": len(instance.efficiency_test), "functions": functions}
    if isinstance(instance, SwefficiencyInstance):
        speedup = round(instance.speedup, 2) if instance.speedup else None
        tests = len(instance.covering_tests)
        return facts | {"version": instance.version, "test_files": tests, "expert_speedup": speedup}
    raise TypeError(f"no such kind of instance: {type(instance).__name__}")


def told(instance: Instance, *, hidden: bool = False, expert: bool = False) -> Facts:
    """Everything a person wants to know.

    Args:
        hidden: also the tests that who solves the task must not see.
        expert: also the expert's diff and message, and the commit, from which both could be had.
    """
    recipe = instance.recipe
    facts: Facts = {
        "instance_id": instance.instance_id,
        "repo": instance.repo,
        "base_commit": _base(instance, expert),
        "image": recipe.image,
        "python": recipe.python,
        "packages": list(recipe.packages),
        "install": list(recipe.install),
        "pythonpath": recipe.pythonpath,
    }
    if isinstance(instance, GsoInstance):
        return facts | _gso(instance, hidden, expert)
    if isinstance(instance, SwePerfInstance):
        return facts | _swe_perf(instance, hidden, expert)
    if isinstance(instance, SwefficiencyInstance):
        return facts | _swefficiency(instance, hidden, expert)
    raise TypeError(f"no such kind of instance: {type(instance).__name__}")


def _base(instance: Instance, expert: bool) -> str:
    """The base; without the expert's hash, where it is told as that commit's parent."""
    hash_ = instance.expert_commit
    if expert or not hash_ or not instance.base_commit.startswith(hash_):
        return instance.base_commit
    return f"the expert's commit{instance.base_commit.removeprefix(hash_)}"


def _gso(instance: GsoInstance, hidden: bool, expert: bool) -> Facts:
    facts: Facts = {
        "api": instance.api,
        "created_at": instance.created_at,
        "test_cmd": instance.test_cmd,
        "tests": len(instance.tests),
        "prob_script": instance.prob_script,
    }
    if hidden:
        facts["test_scripts"] = "\n\n".join(f"# test {n}\n{text}" for n, text in enumerate(instance.tests))
    return facts | _expert(instance, instance.gt_commit_message, expert)


def _swe_perf(instance: SwePerfInstance, hidden: bool, expert: bool) -> Facts:
    facts: Facts = {
        "version": instance.version,
        "created_at": instance.created_at,
        "patch_functions": {path: list(names) for path, names in instance.patch_functions.items()},
        "test_functions": {path: list(names) for path, names in instance.test_functions.items()},
        "efficiency_tests": len(instance.efficiency_test),
        "published_runs": len(instance.duration_changes),
        "human_performance": instance.human_performance,
        "problem_statement": instance.problem_statement_oracle,
    }
    if hidden:
        facts |= {"efficiency_test": list(instance.efficiency_test), "test_patch": instance.test_patch}
    return facts | _expert(instance, "", expert)


def _swefficiency(instance: SwefficiencyInstance, hidden: bool, expert: bool) -> Facts:
    facts: Facts = {
        "version": instance.version,
        "created_at": instance.created_at,
        "test_cmd": instance.test_cmd,
        "pass_to_pass": len(instance.pass_to_pass),
        "expert_speedup": instance.speedup or None,
        "workload": instance.workload,
    }
    if hidden:
        facts |= {
            "covering_tests": list(instance.covering_tests),
            "single_thread_tests": list(instance.single_thread_tests),
            "tests_that_pass": list(instance.pass_to_pass),
            "test_patch": instance.test_patch,
        }
    return facts | _expert(instance, instance.hints_text, expert)


def _expert(instance: Instance, message: str, wanted: bool) -> Facts:
    if not wanted:
        return {}
    return {"expert_commit": instance.expert_commit, "message": message, "expert_patch": instance.expert_patch}
