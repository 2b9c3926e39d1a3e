"""GitLab, against a small one of our own."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from loopback_forge import FakeClock, Reply
from loopback_gitlab import FakeGitLab
from perfagent.tools.errors import ForgeError
from perfagent.tools.forge import Access, BranchUpdate, DryRun, Forge, GitLab, Label, NewPull, PullChange
from perfagent.tools.repository import Git

BRANCH = "perfagent/unique-1a2b3c4d"
MARK = "<!-- mark -->"


@pytest.fixture
def forge(gitlab: FakeGitLab, clock: FakeClock) -> GitLab:
    return GitLab(Access(gitlab.full_name, gitlab.url, gitlab.token), clock)


@pytest.fixture
def clone(gitlab: FakeGitLab, tmp_path: Path) -> Git:
    folder = tmp_path / "clone"
    subprocess.run(["git", "clone", "-q", gitlab.bare, folder], check=True)
    git = Git(folder, extra=("user.name=t", "user.email=t@example.org"))
    git.run("commit", "--allow-empty", "-qm", "faster")
    return git


@pytest.fixture
def update(clone: Git) -> BranchUpdate:
    return BranchUpdate(BRANCH, clone.run("rev-parse", "HEAD").text)


@pytest.fixture
def new(forge: GitLab, clone: Git, update: BranchUpdate) -> NewPull:
    forge.push(clone, [update])
    return NewPull(BRANCH, update.commit, "main", "Faster words", "Why.")


def propose(forge: Forge, git: Git, update: BranchUpdate) -> None:
    forge.push(git, [update])
    opened = forge.open_pull(NewPull(update.branch, update.commit, "main", "Faster", "Why."))
    forge.add_labels(opened.number, [Label("bug"), Label("performance", "0e8a16")])
    forge.put_comment(opened.number, MARK, f"{MARK} 1.2x")
    forge.update_pull(opened.number, PullChange(title="Faster still", body="Better."))


def test_the_project(forge: GitLab, gitlab: FakeGitLab) -> None:
    found = forge.repository()
    assert (found.full_name, found.default_branch, found.private, found.can_push) == ("acme/words", "main", True, True)
    gitlab.may_push = False
    assert not GitLab(Access(gitlab.full_name, gitlab.url, gitlab.token)).repository().can_push


def test_a_draft_is_told_by_its_title_and_the_title_is_without(forge: GitLab, gitlab: FakeGitLab, new: NewPull) -> None:
    opened = forge.open_pull(new)
    assert gitlab.pulls[0].title == "Draft: Faster words"
    assert (opened.title, opened.draft, opened.state) == ("Faster words", True, "open")
    assert (opened.head_sha, opened.base_branch, opened.from_fork) == (new.head_sha, "main", False)
    assert forge.pulls(BRANCH) == (opened,) == (forge.pull(1),)


def test_a_new_title_leaves_a_draft_one(forge: GitLab, gitlab: FakeGitLab) -> None:
    gitlab.add_pull("a", title="draft: Old")
    gitlab.add_pull("b", title="Old")
    for number in (1, 2):
        forge.update_pull(number, PullChange(title="New"))
    assert [each.title for each in gitlab.pulls] == ["Draft: New", "New"]


def test_an_open_one_is_handed_back(forge: GitLab, gitlab: FakeGitLab, new: NewPull) -> None:
    assert forge.open_pull(new) == forge.open_pull(new)
    assert len(gitlab.pulls) == 1


def test_an_answer_that_is_lost_is_looked_for(forge: GitLab, gitlab: FakeGitLab, new: NewPull) -> None:
    gitlab.fail("POST", "/merge_requests$", Reply(cut=True), after=True)
    assert forge.open_pull(new).number == 1
    assert len(gitlab.writes) == 1


def test_hundreds_are_read_to_the_last_page(forge: GitLab, gitlab: FakeGitLab) -> None:
    for number in range(201):
        gitlab.add_pull(f"branch-{number}")
    assert [each.number for each in forge.pulls()] == list(range(201, 0, -1))


def test_how_they_ended_is_told_apart(forge: GitLab, gitlab: FakeGitLab) -> None:
    gitlab.add_pull(BRANCH, state="closed", merged=True)
    gitlab.add_pull(BRANCH, state="closed")
    gitlab.add_pull(BRANCH, home="eve/words")
    assert [(each.state, each.from_fork) for each in forge.pulls()] == [
        ("open", True),
        ("gone", False),
        ("merged", False),
    ]
    assert [each.number for each in forge.pulls(BRANCH)] == [2, 1]


def test_one_comment_is_edited_from_then_on(forge: GitLab, gitlab: FakeGitLab) -> None:
    gitlab.add_pull("topic")
    gitlab.add_comment(1, f"{MARK} theirs", "mallory")
    gitlab.add_comment(1, f"changed the title {MARK}", "gitlab")
    for text in ("1.2x", "1.3x", "1.3x"):
        forge.put_comment(1, MARK, f"{MARK} {text}")
    assert [each.body for each in forge.comments(1)] == [f"{MARK} theirs", f"{MARK} 1.3x"]
    assert [each.method for each in gitlab.writes] == ["POST", "PUT"]


def test_a_dry_run_says_what_a_real_run_sends(
    forge: GitLab, gitlab: FakeGitLab, clone: Git, update: BranchUpdate
) -> None:
    dry = DryRun(forge)
    propose(dry, clone, update)
    assert (gitlab.writes, gitlab.head(BRANCH)) == ([], "")
    propose(forge, clone, update)
    said = [(each.method, each.url.replace(f"{{number of {BRANCH}}}", "1"), each.body) for each in dry.sendings[1:]]
    assert said == [(each.method, gitlab.address + each.path, each.body) for each in gitlab.writes]
    assert forge.pull(1).labels == ("bug", "performance")


def test_somebody_elses_branch_stays(forge: GitLab, gitlab: FakeGitLab, clone: Git, update: BranchUpdate) -> None:
    gitlab.git("branch", BRANCH, "main")
    with pytest.raises(ForgeError, match="somebody else has moved"):
        forge.push(clone, [update])
    assert forge.branch_head(BRANCH) == gitlab.head("main")


@pytest.mark.parametrize(
    ("reply", "kind", "said"),
    [
        (Reply({"message": "401 Unauthorized"}, 401), "auth", "CI_JOB_TOKEN"),
        (Reply({"error": "insufficient_scope", "error_description": "needs api"}, 403), "forbidden", "scope api"),
        (Reply({"message": "404 Project Not Found"}, 404), "missing", "may not see it"),
        (Reply({"message": {"title": ["is too long", "is rude"]}}, 400), "invalid", "title is too long, is rude"),
        (Reply({"message": ["one", "two"]}, 422), "invalid", "one; two"),
        (Reply({}, 429, {"Retry-After": "600"}), "rate", "come back after 2027-01-15 08:10:00 UTC"),
    ],
)
def test_refusals(forge: GitLab, gitlab: FakeGitLab, reply: Reply, kind: str, said: str) -> None:
    gitlab.fail("GET", "/projects/", reply, times=9)
    with pytest.raises(ForgeError) as caught:
        forge.repository()
    assert caught.value.kind == kind
    assert said in str(caught.value)


def test_a_short_limit_is_waited_for(forge: GitLab, gitlab: FakeGitLab, clock: FakeClock) -> None:
    gitlab.fail("GET", "/projects/", Reply({}, 429, {"Retry-After": "12"}))
    forge.repository()
    assert clock.slept == [12.0]
