"""What the wheel is made of."""

import tomllib
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
#: What the tests install: `dev`, and the extras that it names.
TESTED_EXTRAS = ("dev", "charts", "eval", "cluster")


def test_every_top_level_folder_of_code_is_in_the_wheel() -> None:
    wheel = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]
    folders = {file.parent.name for file in ROOT.glob("*/__init__.py")}
    assert folders == {"agent", "tools", "benchmarks", "prompts"}
    assert folders <= set(wheel["only-include"])
    assert {f"perfagent/{folder}" for folder in folders} <= set(wheel["sources"].values())


def test_every_top_level_folder_is_linked_into_the_package() -> None:
    for name in ("agent", "tools", "benchmarks", "prompts"):
        link = ROOT / "src" / "perfagent" / name
        assert link.is_symlink()
        assert link.resolve() == ROOT / name


def test_constraints_name_every_direct_dependency() -> None:
    pinned = {line.split("==")[0].lower() for line in (ROOT / "constraints.txt").read_text("utf-8").splitlines()}
    extras = PROJECT["project"]["optional-dependencies"]
    wanted = PROJECT["project"]["dependencies"] + [each for name in TESTED_EXTRAS for each in extras[name]]
    names = {Requirement(dependency).name.lower() for dependency in wanted} - {"perfagent"}
    assert names <= pinned


def test_the_changelog_knows_the_version() -> None:
    from perfagent import __version__

    text = (ROOT / "CHANGELOG.md").read_text("utf-8")
    assert "## [Unreleased]" in text or f"## [{__version__}]" in text
