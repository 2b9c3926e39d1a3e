"""What a job is asked to compare."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from perfagent.agent.ci.event import Change, read_change
from perfagent.tools.errors import UsageError

Told = Callable[[Any], dict[str, str]]


@pytest.fixture
def told(tmp_path: Path) -> Told:
    """The variables of a job on GitHub with this event."""

    def write(event: Any) -> dict[str, str]:
        (tmp_path / "event.json").write_text(json.dumps(event))
        return {"GITHUB_EVENT_PATH": str(tmp_path / "event.json"), "GITHUB_REPOSITORY": "o/r"}

    return write


def pull(home: str | None) -> dict[str, Any]:
    repo = None if home is None else {"full_name": home}
    return {
        "pull_request": {
            "number": 3,
            "base": {"sha": "b" * 40, "repo": {"full_name": "o/r"}},
            "head": {"sha": "a" * 40, "repo": repo},
        }
    }


@pytest.mark.parametrize(("home", "foreign"), [("o/r", False), ("x/r", True), (None, True)])
def test_a_pull_request_names_both_sides(told: Told, home: str | None, foreign: bool) -> None:
    assert read_change(told(pull(home))) == Change("b" * 40, "a" * 40, 3, "o/r", foreign)


def test_a_queue_names_both_sides(told: Told) -> None:
    event = {"merge_group": {"base_sha": "b" * 40, "head_sha": "a" * 40}}
    assert read_change(told(event)) == Change("b" * 40, "a" * 40, None, "o/r")


def test_a_push_is_compared_with_what_was_there_before(told: Told) -> None:
    assert read_change(told({"before": "b" * 40, "after": "a" * 40})) == Change("b" * 40, "a" * 40, None, "o/r")


def test_what_is_given_beats_the_event(told: Told) -> None:
    found = read_change(told(pull("o/r")), base="v1", head="work")
    assert (found.base, found.head, found.pull) == ("v1", "work", 3)


@pytest.mark.parametrize(
    "event", [{}, {"before": "0" * 40, "after": "a" * 40}, [], {"pull_request": 1, "before": None}]
)
def test_an_event_without_a_base_asks_for_one(told: Told, event: Any) -> None:
    with pytest.raises(UsageError, match="--base"):
        read_change(told(event))


@pytest.mark.parametrize("text", ["", "{", "\xff"])
def test_an_event_that_cannot_be_read_asks_for_both_sides(tmp_path: Path, text: str) -> None:
    (tmp_path / "e").write_text(text, "latin-1")
    with pytest.raises(UsageError, match="cannot be read"):
        read_change({"GITHUB_EVENT_PATH": str(tmp_path / "e")})


def test_gitlab_names_both_sides() -> None:
    variables = {
        "CI_MERGE_REQUEST_IID": "4",
        "CI_PROJECT_PATH": "g/s/r",
        "CI_MERGE_REQUEST_SOURCE_PROJECT_PATH": "x/r",
        "CI_MERGE_REQUEST_DIFF_BASE_SHA": "b" * 40,
        "CI_COMMIT_SHA": "a" * 40,
    }
    assert read_change(variables) == Change("b" * 40, "a" * 40, 4, "g/s/r", True)


def test_elsewhere_a_base_is_enough() -> None:
    assert read_change({}, base="main") == Change("main", "HEAD")
