"""The hardened git: no program that a target names may start, and a git that hangs is ended."""

from __future__ import annotations

from pathlib import Path

import pytest

from perfagent.tools.errors import RepositoryError
from perfagent.tools.repository import Git, git_version, open_target
from perfagent.tools.repository.git import foreign


@pytest.fixture
def trap(user: Path, tmp_path: Path, git) -> Path:
    """The user's repository with every kind of program planted; the file returned exists once one has run."""
    sprung = tmp_path / "sprung"
    script = tmp_path / "evil.sh"
    script.write_text(f'#!/bin/sh\necho "$0 $*" >> {sprung}\ncat\n')
    script.chmod(0o755)
    (user / ".gitattributes").write_text("*.py filter=evil diff=evil merge=evil\n*.txt filter=evil.dotted\n")
    (user / "note.txt").write_text("a\n")
    git(user, "add", "-A")
    git(user, "commit", "-qm", "attributes")
    for key in ("filter.evil.clean", "filter.evil.smudge", "filter.evil.process", "filter.evil.dotted.clean"):
        git(user, "config", key, str(script))
    for key in (
        "diff.evil.textconv",
        "diff.evil.command",
        "merge.evil.driver",
        "diff.external",
        "core.fsmonitor",
    ):
        git(user, "config", key, str(script))
    for key in ("core.sshCommand", "core.pager", "core.editor", "uploadpack.packObjectsHook", "gpg.program"):
        git(user, "config", key, str(script))
    git(user, "config", "commit.gpgSign", "true")
    for hook in ("post-checkout", "reference-transaction", "post-index-change", "pre-auto-gc", "update"):
        (user / ".git/hooks").mkdir(exist_ok=True)
        (user / ".git/hooks" / hook).write_bytes(script.read_bytes())
        (user / ".git/hooks" / hook).chmod(0o755)
    sprung.unlink(missing_ok=True)
    # Stale times make git compare contents, which is when filters would run.
    for path in user.rglob("*.*"):
        if ".git" not in path.parts:
            path.write_bytes(path.read_bytes())
    return sprung


def test_nothing_planted_runs(user: Path, workspace: Path, tmp_path: Path, trap: Path) -> None:
    target = open_target(str(user), workspace)
    tree = target.checkout("HEAD", tmp_path / "out")
    (tree / "pkg/core.py").write_text("def f():\n    return 4\n")
    sha = target.commit_patch("HEAD", tree, "faster")
    target.branch("fast", sha)
    assert "return 4" in target.format_patch("HEAD", sha) + target.diff("HEAD", sha)
    assert target.fetch_into(user, "fast") == sha
    assert not trap.exists()


def test_the_trap_is_real(user: Path, trap: Path, git) -> None:
    git(user, "-c", "core.fsmonitor=false", "checkout", "-q", "-b", "other")
    assert trap.exists()


def test_filters_of_included_files_are_switched_off(user: Path, git) -> None:
    (user / ".git/more").write_text('[filter "a.b"]\n\tclean = false\n')
    git(user, "config", "include.path", "more")
    assert "filter.a.b.clean=" in foreign(user).extra


def test_variables_of_the_caller_do_not_steer_git(user: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_DIR", "/nonexistent")
    monkeypatch.setenv("GIT_EXTERNAL_DIFF", "false")
    assert Git(user).run("rev-parse", "HEAD").text


def test_a_repository_around_the_folder_is_not_found(user: Path) -> None:
    with pytest.raises(RepositoryError, match="not a git repository"):
        Git(user / "pkg").run("rev-parse", "HEAD")


def test_a_git_that_hangs_is_ended(user: Path) -> None:
    with pytest.raises(RepositoryError, match=r"longer than 0\.2 s"):
        Git(user, extra=("alias.hang=!sleep 60",)).run("hang", timeout_s=0.2)


def test_the_reason_is_the_first_complaint(user: Path) -> None:
    result = Git(user).attempt("rev-parse", "--verify", "nothing")
    assert result.reason == "fatal: Needed a single revision"


def test_a_missing_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(RepositoryError, match="is not a folder"):
        Git(tmp_path / "none").run("version")


def test_the_version_is_numbers() -> None:
    assert git_version() >= (2, 30)
