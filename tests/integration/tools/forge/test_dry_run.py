"""A dry run says what a real run sends: the two are made to do the same, and compared."""

from __future__ import annotations

import json

import pytest

from loopback_github import FakeGitHub
from perfagent.tools.errors import ForgeError
from perfagent.tools.forge import Access, BranchUpdate, DryRun, Forge, GitHub, Label, NewPull, PullChange
from perfagent.tools.repository import Git

BRANCH = "perfagent/unique-1a2b3c4d"
MARK = "<!-- mark -->"


def propose(forge: Forge, git: Git, update: BranchUpdate) -> None:
    """All that opening a pull request and coming back to it takes."""
    forge.push(git, [update])
    opened = forge.open_pull(NewPull(update.branch, update.commit, "main", "Faster", "Why."))
    forge.add_labels(opened.number, [Label("bug"), Label("performance", "0e8a16")])
    forge.put_comment(opened.number, MARK, f"{MARK} 1.2x")
    forge.update_pull(opened.number, PullChange(body="Better."))
    assert forge.pulls(update.branch)[0].body == "Better."
    assert forge.branch_head(update.branch) == update.commit


def test_it_says_what_a_real_run_sends(forge: GitHub, github: FakeGitHub, clone: Git, update: BranchUpdate) -> None:
    dry = DryRun(forge)
    propose(dry, clone, update)
    assert (github.writes, github.head(BRANCH), github.pulls) == ([], "", [])
    propose(forge, clone, update)
    push, *requests = dry.sendings
    assert (push.method, push.url, push.body["branches"]) == (
        "push",
        github.clone_url,
        [{"branch": BRANCH, "commit": update.commit, "expected": ""}],
    )
    said = [(each.method, each.url.replace(f"{{number of {BRANCH}}}", "1"), each.body) for each in requests]
    assert said == [(each.method, github.url + each.path, each.body) for each in github.writes]


def test_no_sending_holds_the_token(forge: GitHub, github: FakeGitHub, clone: Git, update: BranchUpdate) -> None:
    dry = DryRun(forge)
    propose(dry, clone, update)
    assert github.token not in json.dumps([[each.method, each.url, each.body] for each in dry.sendings])


def test_it_finds_a_moved_branch_as_the_push_would(
    forge: GitHub, github: FakeGitHub, clone: Git, update: BranchUpdate
) -> None:
    github.git("branch", BRANCH, "main")
    with pytest.raises(ForgeError) as caught:
        DryRun(forge).push(clone, [update])
    assert caught.value.kind == "conflict"


def test_it_changes_what_is_there_and_tells_both(forge: GitHub, github: FakeGitHub) -> None:
    github.add_pull("topic")
    github.add_comment(1, f"{MARK} old", "ada")
    dry = DryRun(forge)
    assert dry.update_pull(1, PullChange(state="closed")).state == "gone"
    dry.put_comment(1, MARK, f"{MARK} new")
    assert [each.state for each in dry.pulls()] == ["gone"]
    assert [(each.method, each.body) for each in dry.sendings] == [
        ("PATCH", {"state": "closed"}),
        ("PATCH", {"body": f"{MARK} new"}),
    ]


def test_a_comment_that_says_it_already_is_left(forge: GitHub, github: FakeGitHub) -> None:
    github.add_pull("topic")
    github.add_comment(1, f"{MARK} same\r\n", "ada")
    dry = DryRun(forge)
    dry.put_comment(1, MARK, f"{MARK} same")
    assert dry.sendings == []


def test_a_label_is_made_once_for_two_pull_requests(
    forge: GitHub, github: FakeGitHub, clone: Git, update: BranchUpdate
) -> None:
    dry = DryRun(forge)
    for branch in ("perfagent/a", "perfagent/b"):
        opened = dry.open_pull(NewPull(branch, update.commit, "main", "T", "B"))
        dry.add_labels(opened.number, [Label("performance")])
    assert [each.url.rpartition("words/")[2] for each in dry.sendings] == [
        "pulls",
        "labels",
        "issues/{number of perfagent/a}/labels",
        "pulls",
        "issues/{number of perfagent/b}/labels",
    ]


def test_a_public_repository_needs_no_token(github: FakeGitHub, clone: Git, update: BranchUpdate) -> None:
    github.public = True
    dry = DryRun(GitHub(Access(github.full_name, github.url)))
    propose(dry, clone, update)
    assert (dry.name, len(dry.sendings), github.writes) == ("github", 6, [])
