"""Building compiled parts through a build backend, offline: a backend of the tree's own stands in for the real ones."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from perfagent.tools.environment import NATIVE_BUILD

BACKEND = """
import zipfile


def build_wheel(directory, config_settings=None, metadata_directory=None):
    name = "part-1-py3-none-any.whl"
    with zipfile.ZipFile(directory + "/" + name, "w") as wheel:
        wheel.writestr("part/fast.so", config_settings["builddir"])
        wheel.writestr("part/__init__.py", "not for the tree")
        wheel.writestr("part-1.dist-info/METADATA", "Metadata-Version: 2.1\\nName: part\\nVersion: 1\\n")
        wheel.writestr("part-1.dist-info/WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
        wheel.writestr("part-1.dist-info/RECORD", "")
    return name
"""
PROJECT = '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    tree = tmp_path / "tree"
    (tree / "src" / "part").mkdir(parents=True)
    (tree / "src" / "part" / "__init__.py").write_text("mine")
    (tree / "backend.py").write_text(BACKEND)
    (tree / "pyproject.toml").write_text(PROJECT)
    return tree


def test_a_backends_libraries_come_to_where_the_packages_are(tree: Path, tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-m", "venv", str(tmp_path / "venv")], check=True)
    command = [str(tmp_path / "venv/bin/python"), str(NATIVE_BUILD), "mesonpy", ".", "src"]
    environ = {**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_INDEX": "1"}
    done = subprocess.run(command, cwd=tree, env=environ, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr
    assert (tree / "src/part/fast.so").read_text() == ".perfagent-build"
    assert (tree / "src/part/__init__.py").read_text() == "mine"
