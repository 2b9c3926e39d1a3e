"""What is refused as a repository, in which words; nothing is left behind."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Refused = Callable[..., str]
OFFERED = ("--workload", "script:bench.py", "--sandbox", "local")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("nowhere", "nowhere does not exist: give a folder or a git URL"),
        ("plain", "plain is not the root of a git repository: run `git init` and commit"),
        ("file", "file is not a folder: give the folder of a git repository"),
        ("tally/src", "its repository is "),
        ("bare.git", "bare.git is a bare repository: give file:///"),
        ("empty", "empty has no commit: commit the files first"),
        ("file:///nowhere/at/all", "check the address and your access to it"),
        ("ftp://localhost/x", "cannot clone ftp://localhost/x: use an https, ssh, git or file URL"),
    ],
)
def test_what_is_no_repository(refused: Refused, tally: Path, given: str, said: str) -> None:
    place = tally.parent
    for folder in (place / "plain", tally / "src"):
        folder.mkdir()
    (place / "file").write_text("")
    for words in (["init", "-q", "empty"], ["clone", "-q", "--bare", "tally", "bare.git"]):
        subprocess.run(["git", *words], cwd=place, check=True)
    assert said in refused(1, "run", given, *OFFERED)


def test_a_modified_file(refused: Refused, tally: Path) -> None:
    (tally / "tally.py").write_text("x = 1\n")
    line = refused(1, "run", tally, *OFFERED)
    assert line == f"{tally} has uncommitted changes: tally.py: commit or stash them first"
    assert (tally / "tally.py").read_text() == "x = 1\n"


@pytest.mark.parametrize(("base", "head"), [("nope", "HEAD"), ("HEAD", "nope")])
def test_a_commit_that_does_not_exist(refused: Refused, tally: Path, base: str, head: str) -> None:
    line = refused(1, "compare", tally, base, head, *OFFERED)
    assert line == f"no commit 'nope' in {tally}: name a commit, branch or tag it has"


def test_nothing_is_written_into_the_target(refused: Refused, tally: Path) -> None:
    before = sorted(path.relative_to(tally) for path in tally.rglob("*"))
    (tally / "untracked").write_text("")
    refused(1, "run", tally, "--workload", "script:nope.py", "--sandbox", "local")
    after = sorted(path.relative_to(tally) for path in tally.rglob("*") if path.name != "untracked")
    assert after == before


def test_a_run_folder_inside_the_repository(refused: Refused, tally: Path) -> None:
    assert "lies inside the repository: give --out a folder outside" in refused(2, "run", tally, "--out", tally / "r")


def test_a_run_folder_that_is_in_use(refused: Refused, tally: Path, tmp_path: Path) -> None:
    (tmp_path / "used").mkdir()
    (tmp_path / "used" / "mine").write_text("mine")
    line = refused(2, "run", tally, *OFFERED, "--out", tmp_path / "used")
    assert line.endswith("exists already and is not an empty folder: give --out a new folder")
    assert [path.name for path in (tmp_path / "used").iterdir()] == ["mine"]


@pytest.mark.parametrize("place", ["/proc/nowhere/run", "tally/tally.py/run"])
def test_a_run_folder_that_cannot_be_made(refused: Refused, tally: Path, tmp_path: Path, place: str) -> None:
    (tmp_path / "file").write_text("")
    where = place.replace("tally/tally.py", str(tmp_path / "file"))
    assert "give another place with --out, or set PERFAGENT_HOME" in refused(1, "run", tally, *OFFERED, "--out", where)


def test_an_empty_folder_given_for_the_run_is_empty_again(refused: Refused, tally: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    refused(1, "run", tally, "--workload", "script:nope.py", "--sandbox", "local", "--out", tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []
