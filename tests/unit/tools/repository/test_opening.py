"""Opening: what is refused with a remedy, what is warned about, and that nothing of the user's changes."""

from __future__ import annotations

from pathlib import Path

import pytest

from perfagent.tools.errors import LimitExceeded, RepositoryError
from perfagent.tools.repository import disk_free, open_target


def test_opens_at_the_checked_out_commit(user: Path, workspace: Path, git, frozen) -> None:
    target = open_target(str(user), workspace)
    assert target.head == git(user, "rev-parse", "HEAD")
    assert (target.warnings, target.root) == ((), user)
    assert frozen()


def test_a_url_is_cloned(user: Path, workspace: Path, git) -> None:
    target = open_target(user.as_uri(), workspace)
    assert (target.head, target.root) == (git(user, "rev-parse", "HEAD"), None)


def test_the_clone_of_an_earlier_call_is_used_again(user: Path, workspace: Path) -> None:
    open_target(str(user), workspace).branch("kept", "HEAD")
    assert open_target(str(user), workspace).commit("kept")


def test_a_workspace_of_another_repository_is_refused(user: Path, workspace: Path, git) -> None:
    open_target(str(user), workspace)
    git(user.parent, "clone", "-q", str(user), "fork")
    with pytest.raises(RepositoryError, match="holds a clone of"):
        open_target(str(user.parent / "fork"), workspace)


def test_a_commit_made_since_is_fetched_into_an_old_clone(user: Path, workspace: Path, git) -> None:
    open_target(str(user), workspace)
    git(user, "commit", "-q", "--allow-empty", "-m", "three")
    target = open_target(str(user), workspace)
    assert target.info().message == "three\n"


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda user: user.parent / "nowhere", "does not exist"),
        (lambda user: user / "pkg/core.py", "is not a folder"),
        (lambda user: user.parent, "not the root of a git repository: run `git init`"),
        (lambda user: user / "pkg", "its repository is"),
    ],
)
def test_refuses_what_is_no_repository(user: Path, workspace: Path, make, told: str) -> None:
    with pytest.raises(RepositoryError, match=told):
        open_target(str(make(user)), workspace)


@pytest.mark.parametrize("url", ["ext::sh -c true", "ftp://host/x", "foo::bar"])
def test_refuses_other_transports(workspace: Path, url: str) -> None:
    with pytest.raises(RepositoryError, match="cannot clone"):
        open_target(url, workspace)


def test_a_url_that_does_not_answer(tmp_path: Path, workspace: Path) -> None:
    with pytest.raises(RepositoryError, match=r"cannot clone .*check the address"):
        open_target((tmp_path / "missing").as_uri(), workspace)
    assert list(workspace.iterdir()) == []


def test_refuses_a_bare_repository(user: Path, workspace: Path, git) -> None:
    git(user.parent, "clone", "-q", "--bare", str(user), "bare.git")
    with pytest.raises(RepositoryError, match=r"bare repository: give file://"):
        open_target(str(user.parent / "bare.git"), workspace)


def test_refuses_a_repository_without_commits(tmp_path: Path, workspace: Path, git) -> None:
    (tmp_path / "empty").mkdir()
    git(tmp_path / "empty", "init", "-q")
    with pytest.raises(RepositoryError, match="has no commit"):
        open_target(str(tmp_path / "empty"), workspace)


def test_refuses_modified_tracked_files(user: Path, workspace: Path, git) -> None:
    (user / "pkg/core.py").write_text("changed")
    (user / "pkg/new.py").write_text("")
    git(user, "add", "pkg/new.py")
    with pytest.raises(RepositoryError, match=r"uncommitted changes: pkg/core\.py and 1 more: commit or stash"):
        open_target(str(user), workspace)


def test_allow_dirty_works_from_the_commit_and_says_so(user: Path, workspace: Path, tmp_path: Path) -> None:
    (user / "pkg/core.py").write_text("changed")
    target = open_target(str(user), workspace, allow_dirty=True)
    assert "uncommitted changes are left out" in target.warnings[0]
    assert "return 2" in (target.checkout("HEAD", tmp_path / "out") / "pkg/core.py").read_text()


def test_untracked_files_only_warn(user: Path, workspace: Path) -> None:
    (user / "notes.txt").write_text("")
    assert open_target(str(user), workspace).warnings == ("untracked files are left out: 1, first notes.txt",)


def test_a_repository_of_another_owner_opens(user: Path, workspace: Path, set_owner) -> None:
    set_owner(user, 12345)
    assert open_target(str(user), workspace).files()


def test_a_linked_worktree_opens(user: Path, workspace: Path, git) -> None:
    git(user, "worktree", "add", "-q", "--detach", str(user.parent / "linked"), "v1.0")
    target = open_target(str(user.parent / "linked"), workspace)
    assert target.head == git(user, "rev-parse", "v1.0")


def test_a_shallow_clone_opens(user: Path, workspace: Path, git) -> None:
    git(user.parent, "clone", "-q", "--depth=1", user.as_uri(), "shallow")
    target = open_target(str(user.parent / "shallow"), workspace)
    assert target.files() == ("pkg/__init__.py", "pkg/core.py")


def test_submodules_are_named(user: Path, workspace: Path, git) -> None:
    git(user.parent, "clone", "-q", str(user), "inner")
    git(user, "submodule", "--quiet", "add", str(user.parent / "inner"), "vendor")
    git(user, "commit", "-qm", "with a submodule")
    target = open_target(str(user), workspace)
    assert target.warnings == ("submodules are left out: vendor",)
    assert "vendor" not in target.files()


def test_disk_free_raises_below_what_is_needed(tmp_path: Path) -> None:
    assert disk_free(tmp_path, 1) > 0
    with pytest.raises(LimitExceeded, match="MiB are needed under"):
        disk_free(tmp_path, 2**70)
