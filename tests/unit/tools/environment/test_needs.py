from __future__ import annotations

import pytest

from perfagent.tools.environment.needs import needs_of_tests, pytest_settings

NO_TESTS = "import hypothesis"


@pytest.fixture
def needs(tmp_path):
    def write(**files):
        for name, text in files.items():
            path = tmp_path / name.replace("__", "/").replace("_dot_", ".")
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)
        return needs_of_tests(tmp_path)

    return write


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("import mock, os", "mock"),
        ("    from yaml.x import y", "PyYAML"),
        ("def test_a(\n    self,\n    mocker,\n): ...", "pytest-mock"),
        ("@pytest.mark.asyncio\nasync def test_a(): ...", "pytest-asyncio"),
    ],
)
def test_what_tests_use_is_found(needs, text, found):
    assert needs(tests__test_a_dot_py=text) == (found,)


@pytest.mark.parametrize(
    ("marks", "found"),
    [
        (["flaky"], "flaky"),
        (["flaky(max_runs=3)"], "flaky"),
        (["flaky(condition=on(1),\n    reruns=1)", "flaky"], "pytest-rerunfailures"),
        (["flaky", "other\ndef reruns(): ..."], "flaky"),
    ],
)
def test_the_mark_of_two_plugins_is_told_by_its_arguments(needs, marks, found):
    assert needs(test_a_dot_py="".join(f"@pytest.mark.{mark}\ndef test_a(): ...\n" for mark in marks)) == (found,)


def test_unknown_modules_and_those_of_the_tree_are_not_suggested(needs):
    assert needs(six_dot_py="", test_a_dot_py="import six, requestz\nfrom . import mock") == ()


def test_sources_are_not_read(needs):
    assert needs(module_dot_py=NO_TESTS, docs__conf_dot_py=NO_TESTS) == ()


@pytest.mark.parametrize(
    "files",
    [
        {"pytest_dot_ini": "[pytest]\naddopts = -ra --cov=x -n4 --timeout 5\n"},
        {"tox_dot_ini": "[pytest]\naddopts = --cov -n 4\ntimeout = 5\n"},
        {"setup_dot_cfg": "[tool:pytest]\naddopts = --no-cov -n auto\ntimeout = 5\n"},
        {"pyproject_dot_toml": "[tool.pytest.ini_options]\naddopts = ['--cov=x', '-n', '2']\ntimeout = 5\n"},
    ],
    ids=lambda files: next(iter(files)),
)
def test_plugins_that_the_settings_speak_of(needs, files):
    assert needs(**files) == ("pytest-cov", "pytest-timeout", "pytest-xdist")


def test_options_of_pytest_itself_need_nothing(needs):
    assert needs(pytest_dot_ini="[pytest]\naddopts = -ra -nothing-else --strict-markers --doctest-modules 'a\n") == ()


def test_pytest_ini_wins_even_when_it_is_empty(needs, tmp_path):
    needs(pytest_dot_ini="", tox_dot_ini="[pytest]\ntimeout = 1\n")
    assert pytest_settings(tmp_path) == {}
