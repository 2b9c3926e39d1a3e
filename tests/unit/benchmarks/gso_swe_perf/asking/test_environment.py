"""An instance's environment as settings."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Any

import pytest

from perfagent.agent.settings import load_settings
from perfagent.benchmarks.gso_swe_perf.asking import environment_flags
from perfagent.benchmarks.gso_swe_perf.places import Place
from perfagent.tools.errors import UsageError


@pytest.fixture
def place() -> Place:
    return Place(image="sha256:1", activate="", python=sys.executable, origin="local")


def test_without_a_place_the_recipe_decides(instances: Any) -> None:
    row = instances.gso.model_copy(update={"python": "3.11", "pip": ("attrs==23.1.0",), "pythonpath": "."})
    assert environment_flags(row, None) == {"python": "3.11", "packages": ("attrs==23.1.0",)}


def test_a_place_is_built_on(instances: Any, place: Place) -> None:
    settings = load_settings(environment_flags(instances.gso, place), {}, None)
    assert (settings.sandbox, settings.image, settings.python) == ("docker", "sha256:1", sys.executable)


def test_a_repository_may_not_name_an_interpreter(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[tool.perfagent]\npython = "/tmp/evil"\n')
    with pytest.raises(UsageError, match="sets python to '/tmp/evil'"):
        load_settings({}, {}, tmp_path)


def test_the_setup_shows_the_places_packages(instances: Any, place: Place, tmp_path: Path) -> None:
    site = tmp_path / "lib/python3.11/site-packages"
    site.mkdir(parents=True)
    first = environment_flags(instances.gso, place)["setup"].partition("\ncd /testbed")[0]
    subprocess.run(["sh", "-c", first], env={"VIRTUAL_ENV": str(tmp_path)}, check=True, cwd=tmp_path)
    assert (site / "place.pth").read_text().splitlines() == [sysconfig.get_paths()["purelib"]]
