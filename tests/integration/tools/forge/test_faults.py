"""What a forge and a network can do to us: limits, refusals, lost answers, moved repositories."""

from __future__ import annotations

import time

import pytest

from loopback_forge import FakeClock, Reply
from loopback_github import FakeGitHub, refused
from perfagent.tools.errors import ForgeError
from perfagent.tools.forge import Access, GitHub, Label, NewPull, PullChange

LOST = Reply(status=502, body={"message": "Server Error"})
CUT = Reply(cut=True)


def refusal(forge: GitHub) -> ForgeError:
    with pytest.raises(ForgeError) as caught:
        forge.repository()
    return caught.value


@pytest.mark.parametrize("reply", [LOST, CUT])
def test_a_post_whose_answer_is_lost_is_looked_for_and_not_sent_again(
    forge: GitHub, github: FakeGitHub, new: NewPull, reply: Reply
) -> None:
    github.fail("POST", "/pulls$", reply, after=True)
    assert forge.open_pull(new).number == 1
    assert [each.path for each in github.writes] == ["/repos/acme/words/pulls"]


def test_a_post_that_never_took_effect_is_sent_once_more(forge: GitHub, github: FakeGitHub, new: NewPull) -> None:
    github.fail("POST", "/pulls$", LOST)
    assert forge.open_pull(new).number == 1
    assert len(github.writes) == 2


def test_a_forge_that_stays_broken_is_given_up(forge: GitHub, github: FakeGitHub, new: NewPull) -> None:
    github.fail("POST", "/pulls$", LOST, times=9)
    with pytest.raises(ForgeError) as caught:
        forge.open_pull(new)
    assert (caught.value.kind, len(github.writes), github.pulls) == ("unavailable", 2, [])


def test_a_comment_whose_answer_is_lost_is_not_said_twice(forge: GitHub, github: FakeGitHub) -> None:
    github.add_pull("topic")
    github.fail("POST", "/comments$", CUT, after=True)
    assert forge.put_comment(1, "<!-- mark -->", "<!-- mark --> 1").ours
    assert len(github.comments) == 1


def test_a_label_whose_answer_is_lost_is_made_once(forge: GitHub, github: FakeGitHub, new: NewPull) -> None:
    forge.open_pull(new)
    github.fail("POST", "/words/labels$", LOST, after=True)
    github.fail("POST", "/issues/1/labels$", LOST, after=True)
    forge.add_labels(1, [Label("performance")])
    assert forge.pull(1).labels == ("performance",)


def test_reads_and_changes_are_repeated(forge: GitHub, github: FakeGitHub, clock: FakeClock) -> None:
    github.add_pull("topic")
    github.fail("GET", "/words$", LOST, times=2)
    github.fail("PATCH", "/pulls/1$", CUT, after=True)
    assert forge.update_pull(1, PullChange(body="B")).body == "B"
    assert clock.slept[:2] == [1.0, 2.0]


def test_a_secondary_limit_is_waited_for(forge: GitHub, github: FakeGitHub, clock: FakeClock, new: NewPull) -> None:
    limited = refused("You have exceeded a secondary rate limit.", status=403, retry_after="37")
    github.fail("POST", "/pulls$", limited)
    assert forge.open_pull(new).number == 1
    assert 37.0 in clock.slept


@pytest.mark.parametrize("status", [403, 429])
def test_an_abuse_limit_without_a_time_is_waited_for_a_minute(
    forge: GitHub, github: FakeGitHub, clock: FakeClock, status: int
) -> None:
    github.fail("GET", "/words$", refused("You have triggered an abuse detection mechanism.", status=status))
    forge.repository()
    assert clock.slept == [60.0]


def test_a_limit_that_ends_soon_is_waited_for_by_githubs_own_clock(
    forge: GitHub, github: FakeGitHub, clock: FakeClock
) -> None:
    reset = str(int(time.time()) + 20)
    limited = refused("API rate limit exceeded", status=403, x_ratelimit_remaining="0", x_ratelimit_reset=reset)
    github.fail("GET", "/words$", limited)
    forge.repository()
    assert clock.slept == [pytest.approx(20.0, abs=3.0)]


def test_a_long_limit_says_when_to_come_back(forge: GitHub, github: FakeGitHub, clock: FakeClock) -> None:
    github.fail("GET", "/words$", refused("API rate limit exceeded", status=403, retry_after="3600"))
    error = refusal(forge)
    assert (error.kind, clock.slept) == ("rate", [])
    assert str(error) == "GitHub takes no more requests for now: come back after 2027-01-15 09:00:00 UTC"


def test_a_wrong_token(forge: GitHub, github: FakeGitHub) -> None:
    github.token = "another"
    error = refusal(forge)
    assert (error.kind, error.status) == ("auth", 401)
    assert "Bad credentials" in error.message and "GITHUB_TOKEN" in error.remedy


def test_a_missing_permission_is_named(forge: GitHub, github: FakeGitHub, new: NewPull) -> None:
    github.permissions = set()
    with pytest.raises(ForgeError) as caught:
        forge.open_pull(new)
    assert (caught.value.kind, caught.value.remedy) == ("forbidden", "the token needs pull_requests: write")


def test_either_of_two_permissions_is_named(forge: GitHub, github: FakeGitHub, new: NewPull) -> None:
    forge.open_pull(new)
    github.permissions = set()
    with pytest.raises(ForgeError) as caught:
        forge.put_comment(1, "<!-- mark -->", "<!-- mark -->")
    assert caught.value.remedy == "the token needs issues: write or pull_requests: write"


def test_pull_requests_alone_are_enough_for_labels_and_comments(
    forge: GitHub, github: FakeGitHub, new: NewPull
) -> None:
    github.permissions = {"pull_requests"}
    forge.open_pull(new)
    forge.add_labels(1, [Label("performance")])
    assert forge.put_comment(1, "<!-- mark -->", "<!-- mark -->").ours


@pytest.mark.parametrize(
    ("reply", "remedy"),
    [
        (
            refused("GitHub Actions is not permitted to create or approve pull requests.", status=403),
            "allow it under Settings > Actions > General, or use a token of your own",
        ),
        (
            refused("Must have push access", status=403, X_Accepted_OAuth_Scopes="public_repo, repo"),
            "the token needs one of the scopes public_repo, repo",
        ),
        (refused("Forbidden", status=403), "give the token the permission for this"),
    ],
)
def test_what_else_is_missing(forge: GitHub, github: FakeGitHub, new: NewPull, reply: Reply, remedy: str) -> None:
    github.fail("POST", "/pulls$", reply)
    with pytest.raises(ForgeError) as caught:
        forge.open_pull(new)
    assert (caught.value.kind, caught.value.remedy) == ("forbidden", remedy)


def test_single_sign_on_is_named_with_its_page(forge: GitHub, github: FakeGitHub) -> None:
    page = "https://github.com/orgs/acme/sso?authorization_request=A"
    github.fail("GET", "/words$", refused("Resource protected", status=403, X_GitHub_SSO=f"required; url={page}"))
    assert refusal(forge).remedy.endswith(f"single sign-on at {page}")


def test_what_is_not_there_may_be_hidden(github: FakeGitHub, clock: FakeClock) -> None:
    error = refusal(GitHub(Access("acme/secret", github.url, github.token), clock))
    assert (error.kind, error.remedy) == ("missing", "either it does not exist, or the token may not see it")


def test_an_archived_repository(forge: GitHub, github: FakeGitHub, new: NewPull) -> None:
    github.archived = True
    with pytest.raises(ForgeError, match="archived so is read-only"):
        forge.open_pull(new)


def test_a_repository_without_drafts_says_so(forge: GitHub, github: FakeGitHub, new: NewPull) -> None:
    github.drafts = False
    with pytest.raises(ForgeError) as caught:
        forge.open_pull(new)
    assert (caught.value.kind, caught.value.remedy) == ("invalid", "this repository knows no drafts; use --ready")


def test_a_branch_that_was_deleted_meanwhile(forge: GitHub, github: FakeGitHub, new: NewPull) -> None:
    github.git("branch", "-D", new.head_branch)
    with pytest.raises(ForgeError, match="Validation Failed: head invalid"):
        forge.open_pull(new)


def test_an_empty_repository_has_no_branches(forge: GitHub, github: FakeGitHub) -> None:
    github.fail("GET", "/git/ref/", refused("Git Repository is empty.", status=409))
    assert forge.branch_head("main") is None


def test_a_page_of_a_proxy_is_no_answer(github: FakeGitHub, clock: FakeClock) -> None:
    github.fail("GET", "/words$", Reply(headers={"Content-Type": "text/html"}), times=9)
    error = refusal(GitHub(Access(github.full_name, github.address, github.token), clock))
    assert (error.kind, error.remedy) == ("unavailable", "check --api-url and the proxy")


def test_nobody_there(clock: FakeClock) -> None:
    error = refusal(GitHub(Access("acme/words", "http://127.0.0.1:9", "t0ken"), clock))
    assert (error.kind, clock.slept) == ("unavailable", [1.0, 2.0, 4.0])
    assert "t0ken" not in str(error)


def test_something_else_than_github(github: FakeGitHub, clock: FakeClock) -> None:
    github.fail("GET", "/words$", Reply({"status": "ok"}))
    error = refusal(GitHub(Access(github.full_name, github.address, github.token), clock))
    assert (error.kind, error.remedy) == ("unavailable", "check --api-url and --forge")
