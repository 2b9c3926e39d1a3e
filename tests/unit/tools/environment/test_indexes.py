from __future__ import annotations

import os

import pytest

from perfagent.tools.environment.indexes import index_variables, local_folders, scrubbed


@pytest.fixture
def home(tmp_path):
    (tmp_path / ".config" / "pip").mkdir(parents=True)
    return tmp_path


def environ(home, **more):
    """Variables that keep this machine's own configuration out."""
    return {"HOME": str(home), "XDG_CONFIG_DIRS": str(home / "none"), "PIP_INDEX_URL": "https://a/simple", **more}


def test_index_settings_get_into_a_build_and_the_rest_does_not(home):
    given = dict.fromkeys(("UV_INDEX_URL", "https_proxy", "PIP_TARGET", "PIP_CACHE_DIR", "API_KEY"), "x")

    passed = index_variables(environ(home, **given))

    assert {"PIP_INDEX_URL", "UV_INDEX_URL", "https_proxy"} <= set(passed)
    assert not {"PIP_TARGET", "PIP_CACHE_DIR", "API_KEY", "HOME"} & set(passed)


def test_a_configuration_file_speaks_where_no_variable_does(home):
    text = "[global]\nindex-url = https://b/simple\ncert = /mine\nextra_index_url =\n  https://c/s\n  https://d/s\n"
    (home / ".config/pip/pip.conf").write_text(text + "[install]\nno-binary = numpy\n")

    passed = index_variables(environ(home))

    assert passed["PIP_INDEX_URL"] == passed["UV_DEFAULT_INDEX"] == "https://a/simple"
    assert passed["PIP_EXTRA_INDEX_URL"] == passed["UV_INDEX"] == "https://c/s https://d/s"
    assert passed["PIP_NO_BINARY"] == "numpy" and "PIP_CERT" not in passed


def test_the_file_named_by_a_variable_wins_and_null_means_none(home):
    (home / ".config/pip/pip.conf").write_text("[global]\nfind-links = /a\nretries = 1\n")
    (home / "own.conf").write_text("[global]\nfind-links = /b\n")

    named = index_variables(environ(home, PIP_CONFIG_FILE=str(home / "own.conf")))
    assert named["PIP_FIND_LINKS"] == "/b"
    assert "PIP_RETRIES" not in index_variables(environ(home, PIP_CONFIG_FILE=os.devnull))


def test_a_broken_configuration_file_says_nothing(home):
    (home / ".config/pip/pip.conf").write_text("index-url without a section")
    assert index_variables(environ(home))["PIP_INDEX_URL"] == "https://a/simple"


def test_uvs_own_settings_are_left_alone(home):
    assert "UV_DEFAULT_INDEX" not in index_variables(environ(home, UV_INDEX_URL="https://u/simple"))


def test_folders_of_packages_are_found_in_every_setting(home):
    variables = {"PIP_EXTRA_INDEX_URL": f"https://a/s file://{home}/simple/", "PIP_FIND_LINKS": f"{home}/.config none"}
    assert local_folders(variables) == [home / ".config", home]


@pytest.mark.parametrize("text", ["https://me:pw@host/simple", "Looking in https://token@host, http://h/x@y"])
def test_credentials_are_taken_out_of_a_text(text):
    clean = scrubbed(text)
    assert "pw" not in clean and "token@" not in clean and "***@host" in clean
    assert ("http://h/x@y" in clean) == ("http://h/x@y" in text)
