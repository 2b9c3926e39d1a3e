"""Layouts and configurations, read from files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from perfagent.tools.workload import Site, pytest_options, source_roots

Write = Callable[[str, str], Path]

DECLARED = {
    "setuptools": ("pyproject.toml", '[tool.setuptools.package-dir]\n"" = "code"'),
    "setuptools find": ("pyproject.toml", '[tool.setuptools.packages.find]\nwhere = ["code"]'),
    "poetry": ("pyproject.toml", '[tool.poetry]\npackages = [{include = "p", from = "code"}]'),
    "hatch": ("pyproject.toml", '[tool.hatch.build.targets.wheel]\npackages = ["code/p"]'),
    "maturin": ("pyproject.toml", '[tool.maturin]\npython-source = "code"'),
    "setup.cfg": ("setup.cfg", "[options]\npackage_dir =\n    = code"),
    "setup.cfg find": ("setup.cfg", "[options.packages.find]\nwhere = code"),
    "setup.py": ("setup.py", "setup(package_dir={'': 'code'})"),
    "setup.py find": ("setup.py", "setup(packages=find_packages('code'))"),
}


@pytest.mark.parametrize("how", DECLARED)
def test_a_declared_root_is_believed(how: str, tree: Path, write: Write) -> None:
    write(*DECLARED[how])
    write("code/p/__init__.py", "")
    write("src/q/__init__.py", "")
    assert source_roots(tree) == ("code",)


@pytest.mark.parametrize(
    ("files", "roots"),
    [
        (("src/p/__init__.py",), ("src",)),
        (("src/single.py",), ("src",)),
        (("p/__init__.py", "lib/q/__init__.py"), (".",)),
        (("lib/p/__init__.py", "tests/__init__.py"), ("lib",)),
        (("python/p/__init__.py",), ("python",)),
        (("single.py",), (".",)),
    ],
)
def test_without_declaration_the_files_tell(
    files: tuple[str, ...], roots: tuple[str, ...], tree: Path, write: Write
) -> None:
    for name in files:
        write(name, "")
    assert source_roots(tree) == roots


def test_a_broken_configuration_is_as_none(tree: Path, write: Write) -> None:
    write("pyproject.toml", "[tool.setuptools")
    write("setup.cfg", "no section")
    write("setup.py", "def (")
    write("src/p/__init__.py", "")
    assert source_roots(tree) == ("src",)


def test_only_options_that_change_finding_and_importing_stay(tree: Path, write: Write) -> None:
    options = "--import-mode=importlib -p myplugin -p xdist -n auto --cov=x -m 'not slow' -W ignore::E --ds conf -q"
    write("pyproject.toml", f'[tool.pytest.ini_options]\naddopts = "{options}"')
    kept = ("--import-mode=importlib", "-p", "myplugin", "-W", "ignore::E", "--ds", "conf")
    assert pytest_options(tree) == kept


@pytest.mark.parametrize(
    ("name", "section"), [("pytest.ini", "pytest"), ("tox.ini", "pytest"), ("setup.cfg", "tool:pytest")]
)
def test_ini_files_are_read_too(name: str, section: str, tree: Path, write: Write) -> None:
    write(name, f"[{section}]\naddopts =\n  -pplug\n  --benchmark-disable\n  -p no:benchmark\n")
    assert pytest_options(tree) == ("-p", "plug")


def test_options_given_as_a_list(tree: Path, write: Write) -> None:
    write("pyproject.toml", '[tool.pytest.ini_options]\naddopts = ["--import-mode", "append", "-x"]')
    assert pytest_options(tree) == ("--import-mode", "append")


def test_the_environment_of_a_sample(site: Site) -> None:
    given = {"PYTHONPATH": "/more", "PYTHONDONTWRITEBYTECODE": "1", "OMP_NUM_THREADS": "2"}
    env = replace(site, source_roots=("src", "."), env=given).environment(hash_seed=7)
    assert env["PYTHONPATH"] == f"{site.tree}/src:{site.tree}:/more"
    assert (env["PYTHONHASHSEED"], env["OMP_NUM_THREADS"], env["MKL_NUM_THREADS"]) == ("7", "2", "1")
    assert "PYTHONDONTWRITEBYTECODE" not in env
