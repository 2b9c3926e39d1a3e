"""GitHub, held against GitHub's own description by Prism in every test."""

from __future__ import annotations

import pytest

from loopback_forge import FakeClock, Reply
from loopback_github import FakeGitHub
from perfagent.tools.errors import ForgeError
from perfagent.tools.forge import Access, GitHub, Label, NewPull, PullChange

BRANCH = "perfagent/unique-1a2b3c4d"


def posts(github: FakeGitHub, end: str) -> int:
    return sum(each.method == "POST" and each.path.endswith(end) for each in github.requests)


def test_the_repository_is_asked_for_once(forge: GitHub, github: FakeGitHub) -> None:
    found = forge.repository()
    assert (found.full_name, found.default_branch, found.can_push) == ("acme/words", "main", True)
    assert forge.repository() is found
    assert [each.path for each in github.requests].count("/repos/acme/words") == 1


def test_every_request_names_the_version_and_carries_the_token(forge: GitHub, github: FakeGitHub) -> None:
    forge.repository()
    sent = github.requests[-1].headers
    assert sent["x-github-api-version"] == "2022-11-28"
    assert sent["authorization"] == f"Bearer {github.token}"
    assert sent["user-agent"].startswith("perfagent/")


def test_a_pull_request_is_opened_as_a_draft_and_read_back(forge: GitHub, new: NewPull) -> None:
    opened = forge.open_pull(new)
    assert (opened.number, opened.state, opened.draft, opened.author) == (1, "open", True, "ada")
    assert (opened.head_branch, opened.head_sha, opened.base_branch) == (BRANCH, new.head_sha, "main")
    assert not opened.from_fork
    assert forge.pull(1) == opened
    assert forge.pulls(BRANCH) == (opened,)


def test_an_open_one_is_handed_back_and_not_doubled(forge: GitHub, github: FakeGitHub, new: NewPull) -> None:
    assert forge.open_pull(new) == forge.open_pull(new)
    assert len(github.pulls) == 1


def test_hundreds_are_read_to_the_last_page(forge: GitHub, github: FakeGitHub) -> None:
    for number in range(201):
        github.add_pull(f"branch-{number}")
    found = forge.pulls()
    assert [each.number for each in found] == list(range(201, 0, -1))
    assert [each.query.get("page") for each in github.requests if each.path.endswith("/pulls")] == [None, "2", "3"]


def test_how_a_pull_request_ended_is_told_apart(forge: GitHub, github: FakeGitHub) -> None:
    github.add_pull("a", state="closed", merged=True)
    github.add_pull("b", state="closed")
    github.add_pull("c", home="somebody/words")
    assert [(each.state, each.from_fork) for each in reversed(forge.pulls())] == [
        ("merged", False),
        ("gone", False),
        ("open", True),
    ]


def test_a_deleted_forks_branch_is_not_ours(github: FakeGitHub) -> None:
    github.add_pull("topic", home=None)
    # Not through Prism: GitHub answers `"repo": null`, which its description does not know.
    (found,) = GitHub(Access(github.full_name, github.address, github.token)).pulls()
    assert found.from_fork


def test_a_forks_branch_of_the_same_name_is_not_ours(forge: GitHub, github: FakeGitHub) -> None:
    github.add_pull(BRANCH, home="acme/other")
    assert forge.pulls(BRANCH) == ()


def test_what_a_change_leaves_out_stays(forge: GitHub, github: FakeGitHub, new: NewPull) -> None:
    forge.open_pull(new)
    changed = forge.update_pull(1, PullChange(body="Better."))
    assert (changed.title, changed.body, changed.state) == ("Faster words", "Better.", "open")
    assert forge.update_pull(1, PullChange(state="closed")).state == "gone"
    assert github.writes[-1].body == {"state": "closed"}


def test_missing_labels_are_made_and_all_are_added(forge: GitHub, github: FakeGitHub, new: NewPull) -> None:
    forge.open_pull(new)
    for _ in range(2):
        forge.add_labels(1, [Label("bug"), Label("performance", "0e8a16", "Makes it faster")])
    assert forge.pull(1).labels == ("bug", "performance")
    assert (posts(github, "acme/words/labels"), github.labels["performance"]) == (1, "0e8a16")


def test_a_branch_head_is_a_commit_or_nothing(forge: GitHub, github: FakeGitHub, new: NewPull) -> None:
    assert forge.branch_head(BRANCH) == new.head_sha == github.head(BRANCH)
    assert forge.branch_head("perfagent/none") is None


def test_one_comment_is_edited_from_then_on(forge: GitHub, github: FakeGitHub) -> None:
    github.add_pull("topic")
    github.add_comment(1, "<!-- mark --> not ours", "mallory")
    made = forge.put_comment(1, "<!-- mark -->", "<!-- mark --> 1.2x")
    edited = forge.put_comment(1, "<!-- mark -->", "<!-- mark --> 1.3x")
    forge.put_comment(1, "<!-- mark -->", "<!-- mark --> 1.3x\r\n")
    assert made.id == edited.id
    assert [each.body for each in forge.comments(1)] == ["<!-- mark --> not ours", "<!-- mark --> 1.3x"]
    assert [each.method for each in github.writes] == ["POST", "PATCH"]


def test_a_comment_behind_many_pages_is_found(forge: GitHub, github: FakeGitHub) -> None:
    github.add_pull("topic")
    for number in range(101):
        github.add_comment(1, f"talk {number}", "bob")
    forge.put_comment(1, "<!-- mark -->", "<!-- mark --> 1")
    forge.put_comment(1, "<!-- mark -->", "<!-- mark --> 2")
    assert posts(github, "/comments") == 1


def test_an_apps_token_knows_its_comments_and_claims_no_rights(github: FakeGitHub, clock: FakeClock) -> None:
    github.login = None
    github.add_pull("topic")
    forge = GitHub(Access(github.full_name, github.url, github.token), clock)
    for text in ("one", "two"):
        forge.put_comment(1, "<!-- mark -->", f"<!-- mark --> {text}")
    assert [each["body"] for each in github.comments.values()] == ["<!-- mark --> two"]
    assert forge.repository().can_push is None


def test_writes_keep_githubs_pace(forge: GitHub, clock: FakeClock, new: NewPull) -> None:
    forge.open_pull(new)
    forge.add_labels(1, [Label("performance")])
    assert clock.slept == pytest.approx([1.0, 1.0])


def test_what_the_description_does_not_allow_fails_the_test(forge: GitHub, github: FakeGitHub) -> None:
    github.add_pull("topic")
    with pytest.raises(ForgeError):
        forge.update_pull(1, PullChange(state="merged"))  # type: ignore[arg-type]
    (found,) = github.violations()
    assert "UNPROCESSABLE_ENTITY" in found
    assert not github.writes


def test_an_answer_that_github_would_not_give_fails_the_test(forge: GitHub, github: FakeGitHub) -> None:
    github.fail("GET", "/words$", Reply({"full_name": "acme/words"}), times=9)
    with pytest.raises(ForgeError):
        forge.repository()
    assert all("VIOLATIONS" in each for each in github.violations())
    assert github.violations() == []


def test_text_that_is_not_quite_text_is_sent(forge: GitHub, github: FakeGitHub) -> None:
    github.add_pull("topic")
    assert forge.update_pull(1, PullChange(title="caf\udce9 ✓ \x00", body="a\r\nb")).title == "caf? ✓ \x00"
