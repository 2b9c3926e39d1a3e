"""The three kinds of rows: odd forms of their fields, and how their environments are had."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from perfagent.benchmarks.gso_swe_perf.datasets import GsoInstance, SwefficiencyInstance, SwePerfInstance
from perfagent.benchmarks.gso_swe_perf.records import Recipe

Row = dict[str, Any]
OWN = {"python": "3.12", "pip": ["pytest", "six"], "pythonpath": "src"}


def test_gso(gso: Row) -> None:
    instance = GsoInstance.model_validate(gso)
    assert (instance.base_commit, instance.expert_commit) == ("0a1b2c3^", "0a1b2c3")
    assert instance.recipe == Recipe(
        image="slimshetty/gso:gso.eval.x86_64.own__words-0a1b2c3",
        activate="source /testbed/.venv/bin/activate",
        python="3.9",
        install=("uv pip install . --reinstall",),
    )
    assert "tests/test_core.py" in instance.gt_diff
    assert "tests/test_core.py" not in instance.expert_patch


def test_gso_of_ones_own(gso: Row) -> None:
    recipe = GsoInstance.model_validate({**gso, **OWN, "opt_commit": None, "test_cmd": "pytest"}).recipe
    assert recipe == Recipe(python="3.12", packages=("pytest", "six"), pythonpath="src")


@pytest.mark.parametrize(
    ("command", "python"),
    [("python -m pip install .", None), ("uv venv --python=3.10 && . .venv/bin/activate && uv pip install .", "3.10")],
)
def test_gso_commands_that_install_stay(gso: Row, command: str, python: str | None) -> None:
    recipe = GsoInstance.model_validate({**gso, "install_commands": [". .venv/bin/activate", command]}).recipe
    assert (recipe.python, recipe.install) == (python, (command,))


def test_swe_perf(swe_perf: Row) -> None:
    instance = SwePerfInstance.model_validate(swe_perf)
    assert instance.duration_changes == ({"test_core.py::test_a": {"base": 0.2, "head": 0.1}},)
    assert instance.patch_functions == {"words/core.py": ("count",)}
    assert instance.test_functions == {"words/core.py": ("count", "Words.total")}
    assert instance.created_at == "1700000000000"
    assert instance.expert_commit == "1" * 40
    assert instance.recipe.image == "betty1202/sweb.eval.x86_64.own_s_words-17:latest"


@pytest.mark.parametrize("text", ["{}", "", "defaultdict(<class 'list'>, {})", None])
def test_functions_may_be_none(swe_perf: Row, text: str | None) -> None:
    assert SwePerfInstance.model_validate(swe_perf | {"patch_functions": text}).patch_functions == {}


@pytest.mark.parametrize("text", ["{'a': ", "__import__('os').getcwd()", '{"a": 5}', "[1]"])
def test_functions_that_are_no_table(swe_perf: Row, text: str) -> None:
    with pytest.raises(ValidationError):
        SwePerfInstance.model_validate(swe_perf | {"patch_functions": text})


def test_swe_perf_of_ones_own(swe_perf: Row) -> None:
    recipe = SwePerfInstance.model_validate(swe_perf | OWN).recipe
    assert recipe == Recipe(python="3.12", packages=("pytest", "six"), pythonpath="src")


def test_swefficiency(swefficiency: Row) -> None:
    instance = SwefficiencyInstance.model_validate(swefficiency | {"PASS_TO_PASS": '["a", "b"]', "version": 1.1})
    assert instance.pass_to_pass == ("a", "b")
    assert (instance.version, instance.expert_commit) == ("1.1", "")
    assert instance.recipe == Recipe(
        image="ghcr.io/swefficiency/swefficiency-images:Own__Words-18",
        activate="source /opt/miniconda3/bin/activate && conda activate testbed",
        install=("pip install -e .",),
    )


def test_swefficiency_of_ones_own(swefficiency: Row) -> None:
    own = {
        "python": "3.6",
        "pip_deps": ["mpmath"],
        "rebuild_cmd": None,
        "gold_commit": "3" * 40,
        "test_files": ["t.py"],
    }
    instance = SwefficiencyInstance.model_validate({**swefficiency, **own, "rebuild_cmd": None, "covering_tests": None})
    assert instance.recipe == Recipe(python="3.6", packages=("mpmath",), pythonpath=".")
    assert (instance.expert_commit, instance.covering_tests) == ("3" * 40, ("t.py",))


def test_an_image_that_a_row_names_is_taken(swefficiency: Row) -> None:
    row = {**swefficiency, **OWN, "image_name": "example/words:1"}
    assert SwefficiencyInstance.model_validate(row).recipe.image == "example/words:1"
