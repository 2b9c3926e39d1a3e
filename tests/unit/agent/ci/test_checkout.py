"""A change as a clone at its beginning, from the checkouts that CI makes."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from perfagent.agent.ci.checkout import Remote, open_sides
from perfagent.agent.ci.event import Change
from perfagent.tools.errors import RepositoryError


def git(root: Path, *words: str) -> str:
    command = ["git", "-C", str(root), "-c", "user.name=t", "-c", "user.email=t@example.org", *words]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def commit(root: Path, name: str) -> str:
    (root / name).write_text(name)
    git(root, "add", "-A")
    git(root, "commit", "-qm", name)
    return git(root, "rev-parse", "HEAD")


@pytest.fixture
def upstream(tmp_path: Path) -> Path:
    """Two branches that parted 60 commits ago, more than is fetched at first."""
    root = tmp_path / "upstream"
    root.mkdir()
    git(root, "init", "-q", "-b", "main")
    git(root, "config", "uploadpack.allowAnySHA1InWant", "true")
    commit(root, "shared")
    git(root, "tag", "parting")
    git(root, "checkout", "-q", "-b", "work")
    commit(root, "mine.py")
    git(root, "checkout", "-q", "main")
    for number in range(60):
        git(root, "commit", "-q", "--allow-empty", "-m", str(number))
    commit(root, "theirs.py")
    return root


def change(upstream: Path) -> Change:
    return Change(git(upstream, "rev-parse", "main"), git(upstream, "rev-parse", "work"))


def test_the_clone_stands_where_the_change_began_and_is_clean(upstream: Path, tmp_path: Path) -> None:
    (upstream / "shared").write_text("left behind by an earlier step")
    sides = open_sides(upstream, change(upstream), Remote(), tmp_path / "sides")
    assert (sides.base, sides.files) == (git(upstream, "rev-parse", "parting"), ("mine.py",))
    assert sides.head == git(upstream, "rev-parse", "work")
    assert (sides.root / "shared").read_text() == "shared"
    assert git(sides.root, "status", "--porcelain") == ""


def test_a_shallow_checkout_is_deepened_in_the_clone_alone(upstream: Path, tmp_path: Path) -> None:
    shallow = tmp_path / "shallow"
    git(tmp_path, "clone", "-q", "--depth=1", "--branch=work", upstream.as_uri(), str(shallow))
    before = git(shallow, "rev-list", "--all", "--count")
    sides = open_sides(shallow, change(upstream), Remote(upstream.as_uri()), tmp_path / "sides")
    assert sides.base == git(upstream, "rev-parse", "parting")
    assert git(shallow, "rev-list", "--all", "--count") == before


def test_a_shallow_checkout_of_nowhere_says_what_to_set(upstream: Path, tmp_path: Path) -> None:
    shallow = tmp_path / "shallow"
    git(tmp_path, "clone", "-q", "--depth=1", "--no-single-branch", upstream.as_uri(), str(shallow))
    with pytest.raises(RepositoryError, match=r"too shallow.*fetch-depth: 0"):
        open_sides(shallow, change(upstream), Remote(), tmp_path / "sides")


def test_a_branch_may_be_named_as_the_remote_has_it(upstream: Path, tmp_path: Path) -> None:
    git(tmp_path, "clone", "-q", str(upstream), "checkout")
    git(tmp_path / "checkout", "checkout", "-q", "--detach", "origin/work")
    git(tmp_path / "checkout", "branch", "-q", "-D", "main")
    sides = open_sides(tmp_path / "checkout", Change("main", "HEAD"), Remote(), tmp_path / "sides")
    assert sides.files == ("mine.py",)


def test_sides_without_a_common_commit_are_refused(upstream: Path, tmp_path: Path) -> None:
    git(upstream, "checkout", "-q", "--orphan", "other")
    commit(upstream, "other.py")
    with pytest.raises(RepositoryError, match="no commit in common"):
        open_sides(upstream, Change("main", "other"), Remote(), tmp_path / "sides")


@pytest.mark.parametrize("revision", ["nowhere", "--upload-pack=touch pwned", "$(touch pwned)", "main\nother"])
def test_what_is_no_commit_is_refused_and_run_by_nobody(upstream: Path, tmp_path: Path, revision: str) -> None:
    with pytest.raises(RepositoryError, match="lacks the commit"):
        open_sides(upstream, Change(revision, "HEAD"), Remote(upstream.as_uri()), tmp_path / "sides")
    assert not list(tmp_path.rglob("pwned"))


def test_the_token_goes_by_the_environment_and_over_https_alone() -> None:
    variables = Remote("https://host/o/r.git", "secret").variables()
    assert variables["GIT_CONFIG_KEY_0"] == "http.https://host/.extraHeader"
    assert "secret" not in str(variables)
    assert Remote("http://host/o/r.git", "secret").variables() == {}
    assert Remote("https://host/o/r.git").variables() == {}


def test_a_folder_that_is_no_repository_is_told_so(upstream: Path, tmp_path: Path) -> None:
    (upstream / "inside").mkdir()
    with pytest.raises(RepositoryError, match=f"its repository is {upstream}"):
        open_sides(upstream / "inside", change(upstream), Remote(), tmp_path / "sides")
    assert not (tmp_path / "sides").exists()
