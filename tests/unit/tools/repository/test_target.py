"""Trees, commits and branches of the clone, and the one way back into the user's repository."""

from __future__ import annotations

from pathlib import Path

import pytest

from perfagent.tools.errors import EditError, RepositoryError
from perfagent.tools.repository import Author, Target, open_target


@pytest.fixture
def target(user: Path, workspace: Path) -> Target:
    return open_target(str(user), workspace)


def edited(target: Target, dest: Path, text: str = "def f():\n    return 3\n") -> Path:
    """The head's tree with another core.py."""
    tree = target.checkout("HEAD", dest)
    (tree / "pkg/core.py").write_text(text)
    return tree


def test_revisions_resolve_to_full_ids(target: Target, user: Path, git) -> None:
    assert target.commit("v1.0") == target.commit("HEAD~1") == git(user, "rev-parse", "v1.0")


@pytest.mark.parametrize("revision", ["nothing", "--output=x", "", "HEAD:pkg", "-h"])
def test_unknown_revisions_are_refused(target: Target, revision: str) -> None:
    with pytest.raises(RepositoryError, match="no commit"):
        target.commit(revision)


def test_remote_tracking_branches_are_known(user: Path, workspace: Path, git) -> None:
    git(user.parent, "clone", "-q", str(user), "fork")
    target = open_target(str(user.parent / "fork"), workspace)
    assert target.commit("origin/main") == target.head


def test_info_and_describe(target: Target) -> None:
    info = target.info()
    assert (info.author, info.message, info.sha) == ("A <a@x>", "two\n", target.head)
    assert target.describe().startswith("v1.0-1-g")


def test_a_checkout_has_the_files_and_no_history(target: Target, tmp_path: Path) -> None:
    tree = target.checkout("v1.0", tmp_path / "out")
    assert (tree / "pkg/core.py").read_text() == "def f():\n    return 1\n"
    assert not list(tree.rglob(".git"))


def test_a_checkout_into_a_full_folder_is_refused(target: Target, tmp_path: Path) -> None:
    (tmp_path / "x").write_text("")
    with pytest.raises(RepositoryError, match="not empty"):
        target.checkout("HEAD", tmp_path)


def test_a_checkout_ignores_the_targets_attributes(user: Path, workspace: Path, tmp_path: Path, git) -> None:
    (user / ".gitattributes").write_text("*.py export-ignore text eol=crlf ident working-tree-encoding=UTF-16\n")
    (user / "pkg/core.py").write_bytes(b"# $Id$\nx = '\xc3\xa9'\n")
    git(user, "-c", "core.attributesFile=/dev/null", "add", ".gitattributes")
    git(
        user,
        "update-index",
        "--add",
        "--cacheinfo",
        f"100644,{git(user, 'hash-object', '-w', '--no-filters', 'pkg/core.py')},pkg/core.py",
    )
    git(user, "commit", "-qm", "attributes")
    tree = open_target(str(user), workspace, allow_dirty=True).checkout("HEAD", tmp_path / "out")
    assert (tree / "pkg/core.py").read_bytes() == b"# $Id$\nx = '\xc3\xa9'\n"


def test_apply_changes_a_tree_or_nothing(target: Target, tmp_path: Path) -> None:
    tree = target.checkout("v1.0", tmp_path / "out")
    diff = target.diff("v1.0", "HEAD")
    target.apply(tree, diff)
    assert "return 2" in (tree / "pkg/core.py").read_text()
    with pytest.raises(EditError) as caught:
        target.apply(tree, diff)
    assert caught.value.reason == "does_not_apply"


def test_commit_patch_from_a_tree_and_from_a_diff_agree(target: Target, tmp_path: Path, frozen) -> None:
    tree = edited(target, tmp_path / "out")
    (tree / "pkg/__pycache__").mkdir()
    (tree / "pkg/__pycache__/core.pyc").write_bytes(b"\0")
    from_tree = target.commit_patch("HEAD", tree, "faster", Author("P", "p@x", "2026-01-01T00:00:00+0000"))
    from_diff = target.commit_patch("HEAD", target.diff("HEAD", from_tree), "faster")
    assert target.info(from_tree).tree == target.info(from_diff).tree
    assert target.info(from_tree).author == "P <p@x>"
    assert target.files(from_tree) == target.files()
    assert frozen()


def test_a_commit_of_nothing_is_refused(target: Target, tmp_path: Path) -> None:
    with pytest.raises(RepositoryError, match="changes nothing"):
        target.commit_patch("HEAD", target.checkout("HEAD", tmp_path / "out"), "empty")


def test_format_patch_is_a_mail_that_applies(target: Target, tmp_path: Path) -> None:
    sha = target.commit_patch("HEAD", edited(target, tmp_path / "a"), "Faster core\n\nWhy.")
    mail = target.format_patch("HEAD", sha)
    assert "Subject: [PATCH] Faster core" in mail
    assert target.info(target.commit_patch("HEAD", mail, "again")).tree == target.info(sha).tree


def test_fetch_into_adds_one_branch_and_nothing_else(target: Target, user: Path, tmp_path: Path, git) -> None:
    sha = target.commit_patch("HEAD", edited(target, tmp_path / "out"), "faster")
    target.branch("perfagent/x", sha)
    before = git(user, "status", "--porcelain", "--branch")
    assert target.fetch_into(user, "perfagent/x") == target.fetch_into(user, "perfagent/x") == sha
    assert git(user, "rev-parse", "perfagent/x") == sha
    assert git(user, "status", "--porcelain", "--branch") == before
    assert git(user, "for-each-ref", "--format=%(refname)").split() == [
        "refs/heads/main",
        "refs/heads/perfagent/x",
        "refs/tags/v1.0",
    ]


def test_fetch_into_never_replaces_a_branch(target: Target, user: Path, tmp_path: Path, git) -> None:
    git(user, "branch", "taken", "v1.0")
    target.branch("taken", target.head)
    with pytest.raises(RepositoryError, match="taken exists and is another commit"):
        target.fetch_into(user, "taken")
    assert git(user, "rev-parse", "taken") == git(user, "rev-parse", "v1.0")


@pytest.mark.parametrize("name", ["-f", "a..b", "a b", "", "x.lock", "@{-1}"])
def test_names_that_are_no_branch(target: Target, name: str) -> None:
    with pytest.raises(RepositoryError, match="not a name for a branch"):
        target.branch(name, "HEAD")
