"""The kept edits on the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from perfagent.agent.memory import AcceptedEdit, EditStore, Lineage, memory_path
from perfagent.cli.main import application
from perfagent.tools.errors import UsageError

EDIT = AcceptedEdit(
    id="abc12345", made=1.7e9, run="20260501-1", project="words", lineage=Lineage("h/o/words", ("r",)), base="c" * 40,
    path="pkg/words.py", qualname="unique", title="Use a dict", rationale="a list was searched", mechanism="",
    diff="-old\n+new\n", speedup=2.5, interval=(2.4, 2.6), metric="cpu", python="3.11", tokens={"For": 1},
)  # fmt: skip


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PERFAGENT_HOME", str(tmp_path))
    EditStore(memory_path()).add(EDIT)


def call(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    application(["memory"])(["memory", *words], prog_name="perfagent", standalone_mode=False)
    return capsys.readouterr().out


def test_the_list_has_a_line_an_edit(capsys: pytest.CaptureFixture[str]) -> None:
    (line,) = call(capsys, "list").splitlines()
    assert line.split()[0] == "abc12345"
    assert line.endswith("2.50x  words  pkg/words.py unique  Use a dict")
    (entry,) = json.loads(call(capsys, "list", "--json"))
    assert (entry["id"], entry["lineage"]["origin"]) == ("abc12345", "h/o/words")
    assert "tokens" not in entry


def test_an_edit_is_shown_with_all_that_may_go_into_a_prompt(capsys: pytest.CaptureFixture[str]) -> None:
    told = call(capsys, "show", "abc")
    for part in ("Use a dict", "2.50x faster (95 % CI 2.40–2.60)", "words (h/o/words)", "a list was searched", "+new"):
        assert part in told


def test_edits_are_deleted(capsys: pytest.CaptureFixture[str]) -> None:
    assert call(capsys, "delete", "abc") == "forgotten: abc12345 Use a dict\n"
    assert call(capsys, "list") == "no accepted edit is kept yet\n"
    with pytest.raises(UsageError, match="there is no edit 'abc'"):
        call(capsys, "delete", "abc")


def test_all_is_cleared_broken_or_not(capsys: pytest.CaptureFixture[str]) -> None:
    place = call(capsys, "path").strip()
    Path(place).write_text("broken " * 100)
    assert call(capsys, "clear") == f"removed: {place}\n"
    assert not Path(place).exists()
