"""Real pushes over HTTP to `git http-backend`, and to a folder."""

from __future__ import annotations

import base64
import os
from dataclasses import replace
from pathlib import Path

import pytest

from loopback_forge import FakeClock, LoopbackForge
from loopback_github import FakeGitHub
from perfagent.tools.errors import ForgeError
from perfagent.tools.forge import Access, BranchUpdate, GitHub
from perfagent.tools.repository import Git

BRANCH = "perfagent/unique-1a2b3c4d"


def failure(forge: GitHub, git: Git, *updates: BranchUpdate) -> ForgeError:
    with pytest.raises(ForgeError) as caught:
        forge.push(git, updates)
    return caught.value


def others_commit(github: LoopbackForge, branch: str) -> str:
    """Somebody else's commit at the end of a branch."""
    identity = ("-c", "user.name=eve", "-c", "user.email=eve@example.org")
    tree, parent = github.git("rev-parse", "main^{tree}"), github.head(branch) or github.head("main")
    sha = github.git(*identity, "commit-tree", "-p", parent, "-m", "mine", tree)
    github.git("update-ref", f"refs/heads/{branch}", sha)
    return sha


def test_a_new_branch(forge: GitHub, github: FakeGitHub, clone: Git, update: BranchUpdate) -> None:
    forge.push(clone, [update])
    assert github.head(BRANCH) == update.commit
    assert any("git-receive-pack" in path for path in github.git_requests)


def test_pushing_again_changes_nothing(forge: GitHub, github: FakeGitHub, clone: Git, update: BranchUpdate) -> None:
    forge.push(clone, [update])
    forge.push(clone, [update])
    assert github.head(BRANCH) == update.commit


def test_a_branch_is_moved_back_and_forth(forge: GitHub, github: FakeGitHub, clone: Git, update: BranchUpdate) -> None:
    forge.push(clone, [update])
    back = github.head("main")
    forge.push(clone, [replace(update, commit=back, expected=update.commit)])
    assert github.head(BRANCH) == back


def test_what_somebody_else_pushed_stays(forge: GitHub, github: FakeGitHub, clone: Git, update: BranchUpdate) -> None:
    forge.push(clone, [update])
    theirs = others_commit(github, BRANCH)
    error = failure(forge, clone, replace(update, commit=github.head("main"), expected=update.commit))
    assert (error.kind, github.head(BRANCH)) == ("conflict", theirs)
    assert error.message == f"somebody else has moved {BRANCH} on {github.clone_url}"


def test_a_branch_that_was_not_to_exist_stays(
    forge: GitHub, github: FakeGitHub, clone: Git, update: BranchUpdate
) -> None:
    theirs = others_commit(github, BRANCH)
    assert failure(forge, clone, update).kind == "conflict"
    assert github.head(BRANCH) == theirs


def test_all_branches_or_none(forge: GitHub, github: FakeGitHub, clone: Git, update: BranchUpdate) -> None:
    others_commit(github, BRANCH)
    error = failure(forge, clone, replace(update, branch="perfagent/charts"), update)
    assert BRANCH in error.message and "charts" not in error.message
    assert github.head("perfagent/charts") == ""


@pytest.mark.parametrize("right", [False, True])
def test_a_push_that_may_not(forge: GitHub, github: FakeGitHub, clone: Git, update: BranchUpdate, right: bool) -> None:
    forge.repository()
    github.may_push = False
    github.token = github.token if right else "another"
    error = failure(forge, clone, update)
    assert error.kind == ("forbidden" if right else "auth")
    assert github.token not in str(error)


def test_nobody_there_is_tried_thrice(github: FakeGitHub, clock: FakeClock, clone: Git, update: BranchUpdate) -> None:
    forge = GitHub(Access(github.full_name, github.url, github.token, remote="http://127.0.0.1:9/a/b.git"), clock)
    error = failure(forge, clone, update)
    assert (error.kind, clock.slept) == ("unavailable", [2.0, 4.0])


def test_a_remote_of_the_users_own(
    github: FakeGitHub, clock: FakeClock, clone: Git, update: BranchUpdate, tmp_path: Path
) -> None:
    other = tmp_path / "mirror.git"
    Git(tmp_path).run("init", "-q", "--bare", str(other))
    GitHub(Access(github.full_name, github.url, github.token, remote=str(other)), clock).push(clone, [update])
    assert Git(other).run("rev-parse", BRANCH).text == update.commit


def test_the_header_that_a_checkout_left_is_not_sent_too(
    forge: GitHub, github: FakeGitHub, clone: Git, update: BranchUpdate
) -> None:
    clone.run("config", f"http.{github.address}/.extraheader", "Authorization: Basic b2xkOm9sZA==")
    forge.push(clone, [update])
    assert github.head(BRANCH) == update.commit


def test_settings_that_ci_hands_down_stay(
    forge: GitHub, github: FakeGitHub, clone: Git, update: BranchUpdate, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = f"{github.address}/none.git"
    settings = {"COUNT": "1", "KEY_0": f"url.{github.clone_url}.insteadOf", "VALUE_0": address}
    for name, value in settings.items():
        monkeypatch.setenv(f"GIT_CONFIG_{name}", value)
    forge.push(clone, [update])
    elsewhere = GitHub(Access(github.full_name, github.url, github.token, remote=address), FakeClock())
    with pytest.raises(ForgeError, match=r"401|could not read Username"):
        elsewhere.push(clone, [replace(update, branch="perfagent/other")])


def test_the_token_is_in_no_argument(
    forge: GitHub, github: FakeGitHub, clone: Git, update: BranchUpdate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = tmp_path / "arguments"
    (tmp_path / "bin").mkdir()
    program = tmp_path / "bin" / "git"
    program.write_text(f'#!/bin/sh\necho "$@" >> {told}\nPATH={os.environ["PATH"]} exec git "$@"\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")
    forge.push(clone, [update])
    arguments = told.read_text()
    word = base64.b64encode(f"x-access-token:{github.token}".encode()).decode()
    assert BRANCH in arguments and github.token not in arguments and word not in arguments


@pytest.mark.parametrize("branch", ["a:b", "-x", "a..b", "a b", "x.lock", "a//b", "/a", "a/", "refs*", "a~1", ""])
def test_names_that_git_would_take_for_something_else(
    forge: GitHub, clone: Git, update: BranchUpdate, branch: str
) -> None:
    assert failure(forge, clone, replace(update, branch=branch)).kind == "invalid"


def test_a_branch_is_fetched_as_it_is_now(
    forge: GitHub, github: FakeGitHub, clock: FakeClock, clone: Git, update: BranchUpdate
) -> None:
    forge.push(clone, [update])
    theirs = others_commit(github, BRANCH)
    assert forge.fetch(clone, BRANCH, "refs/perfagent/fetched/x") == theirs
    assert clone.run("rev-parse", "refs/perfagent/fetched/x").text == theirs
    assert forge.fetch(clone, "perfagent/none", "refs/perfagent/fetched/x") is None
    assert clock.slept == []


@pytest.mark.parametrize(
    ("remote", "shown"),
    [
        ("https://t0ken@github.com/a/b", "https://github.com/a/b"),
        ("https://u:t0ken@github.com/a/b", "https://github.com/a/b"),
        ("https://u:t0k@n@github.com/a/b", "https://github.com/a/b"),
        ("ssh://git:t0ken@github.com/a/b", "ssh://git@github.com/a/b"),
        ("ssh://git@github.com/a/b", "ssh://git@github.com/a/b"),
        ("git@github.com:a/b.git", "git@github.com:a/b.git"),
        ("/srv/git/a@b", "/srv/git/a@b"),
    ],
)
def test_how_a_remote_is_shown(github: FakeGitHub, update: BranchUpdate, remote: str, shown: str) -> None:
    forge = GitHub(Access(github.full_name, github.url, github.token, remote))
    assert [each.url for each in forge.pushing([update])] == [shown]


@pytest.mark.parametrize("branch", ["a:refs/heads/main", "*", "", "a b"])
def test_a_fetch_takes_a_name_for_nothing_else(forge: GitHub, clone: Git, branch: str) -> None:
    with pytest.raises(ForgeError, match="no branch's name"):
        forge.fetch(clone, branch, "refs/perfagent/fetched/x")


@pytest.mark.parametrize("secret", ["s3cret", "user:s3cret"])
def test_credentials_in_a_remotes_address_are_not_shown(
    github: FakeGitHub, clock: FakeClock, clone: Git, update: BranchUpdate, secret: str
) -> None:
    remote = github.clone_url.replace("://", f"://{secret}@")
    forge = GitHub(Access(github.full_name, github.url, github.token, remote), clock)
    error = failure(forge, clone, update)
    assert error.kind == "auth" and github.clone_url in error.message
    assert "s3cret" not in str(error) + str(forge.pushing([update]))


def test_what_a_remote_says_does_nothing_to_the_terminal(
    forge: GitHub, github: FakeGitHub, clone: Git, update: BranchUpdate
) -> None:
    (github.bare / "hooks").mkdir(exist_ok=True)
    hook = github.bare / "hooks" / "pre-receive"
    hook.write_text("#!/bin/sh\nprintf 'error: \\033]0;owned\\007no\\n' >&2; exit 1\n")
    hook.chmod(0o755)
    error = failure(forge, clone, update)
    assert error.kind == "invalid" and error.message.isprintable() and "]0;owned" in error.message


def test_without_a_token_nothing_is_pushed(github: FakeGitHub, clone: Git, update: BranchUpdate) -> None:
    github.public = True
    error = failure(GitHub(Access(github.full_name, github.url, remote=str(github.bare))), clone, update)
    assert (str(error), github.head(BRANCH)) == ("there is no token for github: set GITHUB_TOKEN", "")
