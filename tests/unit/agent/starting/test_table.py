"""The settings' table: added at the end of pyproject.toml, whose every other byte stays."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from perfagent.agent.settings import load_settings
from perfagent.agent.starting.table import settings_change, table_text
from perfagent.tools.errors import UsageError

SETTINGS = {"workload": ['script:b "x".py'], "python": "3.11"}


@pytest.mark.parametrize("before", ["", "# only a comment", '[project]\nname = "ä"  # kept\n\n\n', "a = 1\r\n"])
def test_the_table_is_added_and_read_again(tmp_path: Path, before: str) -> None:
    (tmp_path / "pyproject.toml").write_text(before, "utf-8", newline="")
    change, why = settings_change(tmp_path, SETTINGS)
    assert change is not None
    assert why == ""
    assert change.text.startswith(before.rstrip())
    assert ("\r\n" in before) == ("\r\n" in change.text)
    change.write(tmp_path)
    read = load_settings({}, {}, tmp_path)
    assert (read.workload, read.python) == (('script:b "x".py',), "3.11")


def test_the_diff_shows_the_added_lines_alone(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[a]\nb = 1")
    change, _ = settings_change(tmp_path, {"python": "3.11"})
    assert change is not None
    added = [line for line in change.diff(tmp_path).splitlines() if line.startswith("+")]
    assert added == ["+++ b/pyproject.toml", "+b = 1", "+", "+[tool.perfagent.environment]", '+python = "3.11"']


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("[tool.perfagent]\nseed = 1\n", "has a [tool.perfagent], which is left as it is"),
        ('tool = {a = {b = "c"}}\n', "has a form that no table can be added to"),
        (None, "there is no pyproject.toml to keep this in"),
    ],
)
def test_what_a_person_wrote_is_never_changed(tmp_path: Path, text: str | None, why: str) -> None:
    if text is not None:
        (tmp_path / "pyproject.toml").write_text(text)
    change, told = settings_change(tmp_path, SETTINGS)
    assert change is None
    assert why in told


def test_nothing_to_say_changes_nothing(tmp_path: Path) -> None:
    assert settings_change(tmp_path, {}) == (None, "")
    assert table_text({}) == ""


def test_a_file_that_is_no_toml_is_refused(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool")
    with pytest.raises(UsageError, match="cannot be read"):
        settings_change(tmp_path, SETTINGS)


def test_both_tables_are_toml() -> None:
    tables = tomllib.loads(table_text(SETTINGS))["tool"]["perfagent"]
    assert tables == {"workload": ['script:b "x".py'], "environment": {"python": "3.11"}}
