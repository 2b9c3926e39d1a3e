from __future__ import annotations

import pytest

from perfagent.tools.environment.manifest import digest, read_manifest

PYPROJECT = """
[build-system]
requires = ["setuptools>=61", "cython"]
build-backend = "setuptools.build_meta"
[project]
name = "x"
requires-python = ">=3.8"
dependencies = ["numpy"]
classifiers = ["Programming Language :: Python :: 3.11", "Programming Language :: Python :: 3.9", "License :: X"]
[project.optional-dependencies]
docs = ["sphinx"]
dev = ["ruff"]
tests = ["pytest"]
[dependency-groups]
base = ["attrs"]
Test = ["pytest", {include-group = "base"}, {include-group = "test"}]
docs = ["sphinx"]
"""
SETUP_CFG = """
[metadata]
name = x
classifiers =
    Programming Language :: Python :: 3.7
[options]
python_requires = >=3.6
install_requires =
    numpy  # fast
    # a comment
    scipy
[options.extras_require]
testing = pytest
"""
SETUP_PY = """
from setuptools import setup
raise SystemExit("never run")
extras = {"test": ["pytest"], "docs": []}
setup(extras_require=extras, python_requires=">=3.5", tests_require=["mock"], classifiers=["a"])
"""


@pytest.fixture
def manifest(tmp_path):
    def write(**files):
        for name, text in files.items():
            path = tmp_path / name.replace("__", "/").replace("_dot_", ".")
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)
        return read_manifest(tmp_path)

    return write


def test_pyproject(manifest):
    found = manifest(pyproject_dot_toml=PYPROJECT)

    assert found.installable and found.requires_python == ">=3.8" and found.minors == (9, 11)
    assert found.backend == "setuptools.build_meta" and found.build_requires == ("setuptools>=61", "cython")
    assert found.dependencies == ("numpy",) and found.extras == ("tests",)


def test_groups_follow_includes_and_survive_a_cycle(manifest):
    assert manifest(pyproject_dot_toml=PYPROJECT).groups == ("pytest", "attrs")


def test_setup_cfg(manifest):
    found = manifest(setup_dot_cfg=SETUP_CFG)

    assert found.installable and found.requires_python == ">=3.6" and found.minors == (7,)
    assert found.dependencies == ("numpy", "scipy") and found.extras == ("testing",)


def test_setup_py_is_read_and_not_run(manifest):
    found = manifest(setup_dot_py=SETUP_PY)

    assert found.installable and found.requires_python == ">=3.5"
    assert found.extras == ("test",) and found.hints == ("mock",)


def test_poetry_and_tox_give_hints(manifest):
    poetry = "[tool.poetry.group.test.dependencies]\npytest = '^8'\n[tool.poetry.dev-dependencies]\nmock = '*'"
    found = manifest(pyproject_dot_toml=poetry, tox_dot_ini="[testenv]\ndeps =\n  py27: old\n  coverage>=4\n  -rx.txt")

    assert found.hints == ("mock", "pytest", "coverage>=4")


def test_requirement_files_for_tests_count_when_nothing_better_is_declared(manifest):
    files = {"requirements_dot_txt": "", "requirements-dev_dot_txt": "", "requirements__tests_dot_txt": ""}

    assert manifest(**files).requirement_files == ("requirements.txt", "requirements/tests.txt")
    assert manifest(**files, pyproject_dot_toml=PYPROJECT).requirement_files == ("requirements.txt",)


@pytest.mark.parametrize("text", ["not [ toml", "project = 3", "[project]\ndependencies = 'x'", "\x00"])
def test_what_is_malformed_counts_as_absent(manifest, text):
    found = manifest(pyproject_dot_toml=text, setup_dot_cfg=text, setup_dot_py=text, tox_dot_ini=text)

    assert found.dependencies == () and found.extras == ()


def test_a_folder_of_scripts_is_not_installable(manifest):
    assert not manifest(main_dot_py="").installable


@pytest.mark.parametrize("name", ["setup.py", "requirements/test.txt", "src/x.pyx", "a/b.c", "Cargo.toml", "tox.ini"])
def test_the_digest_covers(tmp_path, name):
    before = digest(tmp_path)
    (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / name).write_text("1")
    between = digest(tmp_path)
    (tmp_path / name).write_text("2")

    assert len({before, between, digest(tmp_path)}) == 3


@pytest.mark.parametrize("name", ["src/x.py", ".git/x.c", "docs/notes.txt", ".venv/lib/x.c", "sub/setup.py"])
def test_the_digest_leaves_out(tmp_path, name):
    before = digest(tmp_path)
    (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / name).write_text("1")

    assert digest(tmp_path) == before
