from __future__ import annotations

import sys

import pytest

from perfagent.tools.environment.interpreters import Interpreter, candidates, find, parse_query, query
from perfagent.tools.environment.manifest import Manifest
from perfagent.tools.errors import BuildError

HERE = [Interpreter(f"/python3.{minor}", f"3.{minor}.{minor}") for minor in (14, 13, 12, 9, 6)]


def manifest(requires="", minors=()):
    return Manifest(True, requires, minors, "", (), (), (), (), (), ())


@pytest.mark.parametrize(
    ("requires", "minors", "wanted", "expected"),
    [
        ("", (), None, 14),
        (">=3.8,<3.13", (), None, 12),
        ("", (9, 11), None, 9),
        ("", (8,), None, 9),  # nothing as old as claimed: the nearest above
        (">=3.12", (9,), None, 12),  # requires-python is a rule, classifiers are hints
        ("<3.10", (9,), "3.13", 13),  # the user knows better
        ("", (), "3.12.12", 12),
        ("", (), "python3.9", 9),
        ("~~nonsense", (), None, 14),
    ],
)
def test_the_chosen_interpreter(requires, minors, wanted, expected):
    assert find(manifest(requires, minors), wanted, HERE).minor == expected


@pytest.mark.parametrize(("requires", "wanted"), [("<3.7", None), ("", "3.99"), ("", "3.1")])
def test_none_suits(requires, wanted):
    with pytest.raises(BuildError, match="no Python"):
        find(manifest(requires), wanted, HERE)


def test_a_path_is_taken_at_its_word():
    assert find(manifest(">=3.99"), sys.executable).version.startswith(f"3.{sys.version_info[1]}.")
    with pytest.raises(BuildError, match="no usable Python"):
        find(manifest(), "/bin/false")


def test_asking_names_the_base_interpreter_not_the_virtual_environment():
    found = query(sys.executable)

    assert found is not None and not found.path.startswith(sys.prefix + "/")


@pytest.mark.parametrize("output", ["", "pyenv: not found", '["/usr/bin/python3", "3.15.0", false]'])
def test_what_is_no_ordinary_python(output):
    assert parse_query(output) is None


def test_pythons_of_a_runner_and_of_pyenv_are_candidates_by_their_folders_names(tmp_path, monkeypatch):
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path / "pyenv"))
    monkeypatch.setenv("RUNNER_TOOL_CACHE", str(tmp_path / "cache"))
    names = ("pyenv/versions/3.10.4", "cache/Python/3.12.9/x64", "cache/Python/3.12.11/x64", "cache/node/20/x64")
    for name in names:
        (tmp_path / name / "bin").mkdir(parents=True)
        (tmp_path / name / "bin/python3").touch()
    found = [name for name in candidates() if name.startswith(str(tmp_path))]
    assert found == [str(tmp_path / names[number] / "bin/python3") for number in (2, 1, 0)]


def test_a_folder_of_pythons_that_is_no_folder_is_passed_over(tmp_path, monkeypatch):
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path / "gone"))
    assert "python3" in list(candidates())
