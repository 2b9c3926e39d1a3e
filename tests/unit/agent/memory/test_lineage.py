"""Which repository is which: strict where code would be shown, wide where an answer would leak."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from perfagent.agent.memory import Lineage, lineage_of
from perfagent.agent.memory.lineage import normal_address
from perfagent.agent.memory.store import allowed
from perfagent.tools.repository import open_target

PUBLIC = Lineage("github.com/o/r", ("a",))
FORK = Lineage("git.company.example/o/r", ("a",))
OTHER = Lineage("github.com/o/other", ("b",))
LOCAL = Lineage("", ("a",))


@pytest.mark.parametrize(
    "address",
    [
        "https://github.com/o/r.git",
        "https://user:secret@GitHub.com/o/r/",
        "git@github.com:o/r.git",
        "ssh://git@github.com/o/r",
        "github.com:o/r",
    ],
)
def test_one_repository_has_one_address_and_no_credentials(address: str) -> None:
    assert normal_address(address, Path("/x")) == "github.com/o/r"


def test_a_local_address_is_a_path(tmp_path: Path) -> None:
    assert normal_address("../a", tmp_path / "b") == str(tmp_path / "a")
    assert normal_address(f"file://{tmp_path}/a", Path("/x")) == str(tmp_path / "a")


def test_a_fork_is_another_repository_with_the_same_history() -> None:
    assert not PUBLIC.same(FORK)
    assert not PUBLIC.same(LOCAL)
    assert PUBLIC.related(FORK)
    assert not PUBLIC.related(OTHER)
    assert not Lineage().same(Lineage())


@pytest.mark.parametrize(
    ("scope", "shown"),
    [("repository", [PUBLIC]), ("all", [PUBLIC, FORK, OTHER, LOCAL]), ("others", [OTHER]), ("off", [])],
)
def test_who_is_shown_to_whom(scope: str, shown: list[Lineage]) -> None:
    everybody = (PUBLIC, FORK, OTHER, LOCAL)
    assert [theirs for theirs in everybody if allowed(theirs, PUBLIC, scope)] == shown  # type: ignore[arg-type]


def test_the_lineage_of_a_repository(words_repository: Path, tmp_path: Path) -> None:
    def git(*arguments: str) -> str:
        done = subprocess.run(["git", "-C", words_repository, *arguments], check=True, capture_output=True, text=True)
        return done.stdout.strip()

    (tmp_path / "work").mkdir()
    target = open_target(str(words_repository), tmp_path / "work")
    assert lineage_of(target) == Lineage("", (git("rev-parse", "HEAD"),))
    git("remote", "add", "upstream", "https://example.org/b.git")
    git("remote", "add", "origin", "https://token@example.org/a.git")
    assert lineage_of(target).origin == "example.org/a"


def test_a_shallow_clone_does_not_know_its_first_commit(words_repository: Path, tmp_path: Path) -> None:
    subprocess.run(
        ["git", "clone", "-q", "--depth", "1", f"file://{words_repository}", tmp_path / "shallow"], check=True
    )
    (tmp_path / "work").mkdir()
    assert lineage_of(open_target(str(tmp_path / "shallow"), tmp_path / "work")) == Lineage(str(words_repository), ())
