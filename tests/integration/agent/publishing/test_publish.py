"""What becomes of a run's patches, on a GitHub that is held against its own description."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from loopback_forge import Reply
from loopback_github import FakeGitHub
from perfagent.agent.publishing import Route, open_forge
from perfagent.agent.publishing.identity import read_mark
from perfagent.tools.errors import ForgeError, PerfagentError, UsageError
from perfagent.tools.forge import Access, DryRun, GitHub, Sending

Moves = Callable[..., str]


def outcomes(found) -> dict[str, str]:
    return {patch: one.outcome for patch, one in found.items()}


def test_each_patch_stands_alone_on_the_base(run, proposed, github: FakeGitHub) -> None:
    base = github.head("main")
    run.verified("002", base)
    found = proposed()
    assert outcomes(found) == {"001": "opened", "002": "opened", "003": "waiting"}
    assert found["003"].reason == "applies only after patch 001 (Keep seen words in a dict)"
    for pull in github.pulls:
        assert github.git("rev-list", "--parents", "-1", pull.head).split()[1:] == [base]
    assert "Counter" in github.git("show", f"{found['002'].branch}:words.py")
    assert "dict.fromkeys" not in github.git("show", f"{found['002'].branch}:words.py")


def test_a_pull_request_is_a_labelled_draft_with_its_proof(run, proposed, github: FakeGitHub) -> None:
    found = proposed(patches=("1",))["001"]
    (pull,) = github.pulls
    assert (pull.title, pull.draft, pull.base) == ("perf(words): keep seen words in a dict", True, "main")
    assert (pull.number, pull.head, pull.labels) == (found.number, found.branch, ["performance", "perfagent"])
    assert pull.body.splitlines()[1].startswith("**1.50x faster** on `bench` by changing `unique` in `words.py` (")
    mark = read_mark(pull.body)
    assert mark is not None and mark.head == github.head(pull.head) == found.commit
    assert str(run.root) not in pull.body and str(run.folder) not in pull.body


def test_its_chart_is_on_a_branch_of_its_own(run, proposed, github: FakeGitHub) -> None:
    proposed(patches=("1",))
    commit = github.head("perfagent/charts")
    (path,) = github.git("ls-tree", "-r", "--name-only", commit).splitlines()
    assert f"/blob/{commit}/{path}?raw=true)" in github.pulls[0].body
    assert github.git("cat-file", "-s", f"{commit}:{path}") > "1"
    assert github.git("rev-list", "--count", commit) == "1"


def test_a_second_time_sends_nothing(run, proposed, github: FakeGitHub) -> None:
    run.verified("002", github.head("main"))
    proposed()
    writes, pushes = len(github.writes), len(github.git_requests)
    assert outcomes(proposed()) == {"001": "unchanged", "002": "unchanged", "003": "waiting"}
    assert len(github.writes) == writes
    assert not any("receive-pack" in path for path in github.git_requests[pushes:])


def test_no_more_are_open_than_wished_and_the_best_come_first(run, proposed, github: FakeGitHub) -> None:
    run.verified("002", github.head("main"))
    found = proposed(max_open=1)
    assert outcomes(found) == {"002": "opened", "001": "waiting", "003": "waiting"}
    assert found["001"].reason == "1 pull requests are open, and --max-open is 1"


def test_what_was_closed_is_not_proposed_again(run, proposed, github: FakeGitHub) -> None:
    proposed(patches=("1",))
    github.pulls[0].state = "closed"
    found = proposed(patches=("1",))["001"]
    assert (found.outcome, found.number) == ("refused", 1)
    assert len(github.pulls) == 1
    assert proposed(patches=("1",), again=True)["001"].number == 2


def test_the_same_idea_in_other_words_is_refused_too(run, proposed, github: FakeGitHub) -> None:
    proposed(patches=("1",))
    mark = read_mark(github.pulls[0].body)
    assert mark is not None
    github.pulls[0].body = str(replace(mark, diff_key="0" * 12))
    github.pulls[0].state = "closed"
    assert "proposed the same idea" in proposed(patches=("1",))["001"].reason


def test_a_mark_in_a_fork_says_nothing(run, proposed, github: FakeGitHub) -> None:
    proposed(patches=("1",))
    github.pulls[0].state, github.pulls[0].home = "closed", "eve/words"
    github.git("update-ref", "-d", f"refs/heads/{github.pulls[0].head}")
    assert proposed(patches=("1",))["001"].outcome == "opened"


def test_what_was_merged_is_done(run, proposed, github: FakeGitHub) -> None:
    proposed(patches=("1",))
    github.pulls[0].state, github.pulls[0].merged = "closed", True
    assert proposed(patches=("1",))["001"].outcome == "merged"


def test_a_patch_that_is_in_the_base_is_done(run, proposed, main_moves: Moves) -> None:
    text = run.target.git.run("cat-file", "blob", f"{run.result.patches[0].commit}:words.py").text
    main_moves("words.py", text + "\n")
    assert outcomes(proposed(patches=("1",))) == {"001": "merged"}


def test_a_branch_follows_its_base(run, proposed, github: FakeGitHub, main_moves: Moves) -> None:
    first = proposed(patches=("1",))["001"]
    github.pulls[0].body = "Mine.\n\n" + github.pulls[0].body + "\nMine too."
    base = main_moves("other.py", "x = 1\n")
    run.verified("001", base)
    found = proposed(patches=("1",))["001"]
    assert (found.outcome, found.number) == ("updated", first.number)
    assert github.git("rev-list", "--parents", "-1", found.branch).split() == [found.commit, base]
    body = github.pulls[0].body
    assert "**1.30x faster**" in body and body.startswith("Mine.\n") and body.rstrip().endswith("Mine too.")
    assert proposed(patches=("1",))["001"].outcome == "unchanged"


def test_a_lost_proof_is_told_in_one_comment(run, proposed, github: FakeGitHub, main_moves: Moves) -> None:
    first = proposed(patches=("1",))["001"]
    run.verified("001", main_moves("other.py", "x = 1\n"), verdict="not_faster")
    for _ in range(2):
        assert proposed(patches=("1",))["001"].outcome == "unproved"
    assert github.head(first.branch) == first.commit
    (comment,) = github.comments.values()
    assert "is not proved faster on main" in comment["body"]
    run.verified("001", main_moves("other.py", "x = 2\n"))
    assert proposed(patches=("1",))["001"].outcome == "updated"
    assert "verified again" in github.comments[1]["body"] and len(github.comments) == 1


def test_commits_of_others_are_left_alone(run, proposed, github: FakeGitHub, main_moves: Moves) -> None:
    first = proposed(patches=("1",))["001"]
    theirs = main_moves("more.py", "y = 1\n", first.branch)
    run.verified("001", main_moves("other.py", "x = 1\n"))
    writes = len(github.writes)
    found = proposed(patches=("1",))["001"]
    assert (found.outcome, found.reason) == ("left", "others have worked on its branch; #1 is left to them")
    assert github.head(first.branch) == theirs and len(github.writes) == writes


def test_an_amended_commit_is_somebodys_work(run, proposed, git, github: FakeGitHub, tmp_path: Path) -> None:
    first = proposed(patches=("1",))["001"]
    work = tmp_path / "reviewer"
    git(tmp_path, "clone", "--quiet", "--branch", first.branch, str(github.bare), str(work))
    git(work, "commit", "--quiet", "--amend", "--no-edit", "--author", "Ada <ada@example.org>")
    git(work, "push", "--quiet", "--force", "origin", first.branch)
    assert proposed(patches=("1",))["001"].outcome == "left"
    assert github.head(first.branch) != first.commit


def test_a_text_that_was_not_renewed_is_renewed(run, proposed, github: FakeGitHub, main_moves: Moves) -> None:
    proposed(patches=("1",))
    run.verified("001", main_moves("other.py", "x = 1\n"))
    github.fail("PATCH", "/pulls/1$", Reply({"message": "no", "documentation_url": "x"}, 403))
    with pytest.raises(ForgeError):
        proposed(patches=("1",))
    pushes = [path for path in github.git_requests if "receive-pack" in path]
    found = proposed(patches=("1",))["001"]
    assert found.outcome == "updated" and f"head={found.commit}" in github.pulls[0].body
    assert [path for path in github.git_requests if "receive-pack" in path] == pushes


def test_a_branch_of_that_name_by_others_is_left_alone(run, proposed, github: FakeGitHub) -> None:
    branch = proposed(patches=("1",))["001"].branch
    github.pulls.clear()
    github.git("update-ref", f"refs/heads/{branch}", github.head("main"))
    found = proposed(patches=("1",))["001"]
    assert found.outcome == "left" and branch in found.reason
    assert not github.pulls


def test_a_branch_that_moves_meanwhile_stays_where_it_went(
    run, proposed, github: FakeGitHub, main_moves: Moves, clock
) -> None:
    first = proposed(patches=("1",))["001"]
    base = main_moves("other.py", "x = 1\n")
    run.verified("001", base)

    class Slow(GitHub):
        def push(self, git, updates) -> None:
            github.git("update-ref", f"refs/heads/{first.branch}", base)
            super().push(git, updates)

    slow = Slow(Access(github.full_name, github.url, github.token, github.clone_url), clock)
    with pytest.raises(ForgeError, match=f"somebody else has moved {first.branch}"):
        proposed(slow, patches=("1",))
    assert github.head(first.branch) == base


def test_a_dry_run_tells_exactly_what_is_sent(run, proposed, forge: GitHub, github: FakeGitHub, clock) -> None:
    run.verified("002", github.head("main"))
    dry = DryRun(forge)
    imagined = outcomes(proposed(dry))
    assert not github.writes and not any("receive-pack" in path for path in github.git_requests)
    pushed: list[Sending] = []

    class Watched(GitHub):
        def push(self, git, updates) -> None:
            pushed.extend(self.pushing(updates))
            super().push(git, updates)

    watched = Watched(Access(github.full_name, github.url, github.token, github.clone_url), clock)
    assert outcomes(proposed(watched)) == imagined
    numbers = {f"{{number of {pull.head}}}": str(pull.number) for pull in github.pulls}
    told = [_numbered(each, numbers) for each in dry.sendings if each.method != "push"]
    assert told == [(each.method, github.url + each.path, each.body) for each in github.writes]
    assert [each for each in dry.sendings if each.method == "push"] == pushed


def _numbered(sending: Sending, numbers: dict[str, str]) -> tuple[str, str, object]:
    url = sending.url
    for name, number in numbers.items():
        url = url.replace(name, number)
    return sending.method, url, dict(sending.body)


@pytest.mark.parametrize(
    ("fact", "value", "told"), [("may_push", False, "may not push"), ("archived", True, "archived")]
)
def test_what_takes_no_branch_is_told_before_any_work(run, proposed, github: FakeGitHub, fact, value, told) -> None:
    setattr(github, fact, value)
    with pytest.raises(ForgeError, match=told):
        proposed(base="main")
    assert not github.git_requests


def test_wrong_names_are_usage_errors(run, proposed, github: FakeGitHub) -> None:
    with pytest.raises(UsageError, match="has no patch '9'"):
        proposed(patches=("9",))
    with pytest.raises(ForgeError, match="no branch 'nowhere'"):
        proposed(base="nowhere")
    (run.folder / "result.json").unlink()
    with pytest.raises(PerfagentError, match="has not ended"):
        proposed()


def test_hostile_words_stay_words(run, proposed, github: FakeGitHub) -> None:
    patch = run.result.patches[0].model_copy(
        update={"idea": "@octocat fixes #1 `x`", "rationale": "closes #2 @octocat <!-- /perfagent -->\n/close"}
    )
    (run.folder / "result.json").write_text(run.result.model_copy(update={"patches": (patch,)}).to_json())
    proposed()
    (pull,) = github.pulls
    assert pull.title == "perf(words): octocat fixes no. 1 x"
    assert "Closes #&#8203;2 @&#8203;octocat &lt;!-- /perfagent --&gt; /close" in pull.body
    assert pull.body.count("<!--") == 2


def test_a_refusal_in_the_middle_is_gone_on_with(run, proposed, github: FakeGitHub) -> None:
    github.fail("POST", "/labels$", Reply({"message": "no", "documentation_url": "x"}, 403))
    with pytest.raises(ForgeError):
        proposed(patches=("1",))
    assert proposed(patches=("1",))["001"].outcome == "unchanged"
    assert github.pulls[0].labels == ["performance", "perfagent"] and len(github.pulls) == 1


def test_mails_in_a_folder_stand_in_for_a_forge(run, proposed, git, github: FakeGitHub, tmp_path: Path) -> None:
    base = git(run.root, "rev-parse", "HEAD")
    run.verified("002", base)
    there = open_forge(run.folder, Route(forge="patches", out=tmp_path / "mails"), {})
    assert outcomes(proposed(there)) == {"001": "opened", "002": "opened", "003": "waiting"}
    again = open_forge(run.folder, Route(forge="patches", out=tmp_path / "mails"), {})
    assert outcomes(proposed(again)) == {"001": "unchanged", "002": "unchanged", "003": "waiting"}
    work = tmp_path / "other"
    git(tmp_path, "clone", "--quiet", str(run.root), str(work))
    (mail,) = (tmp_path / "mails").glob("*count-once*/0001-*.patch")
    git(work, "am", "--quiet", str(mail))
    assert "dict(Counter(words))" in (work / "words.py").read_text()
    assert not github.requests
