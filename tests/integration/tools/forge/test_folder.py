"""A folder of mails, made and taken by real git."""

from __future__ import annotations

import subprocess
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest

from perfagent.tools.errors import ForgeError
from perfagent.tools.forge import BranchUpdate, DryRun, Forge, Label, NewPull, PatchFolder, PullChange
from perfagent.tools.repository import Git

BRANCH = "perfagent/unique-1a2b3c4d"
IDENTITY = ("user.name=Zoë", "user.email=zoe@example.org")


@pytest.fixture
def clone(words_repository: Path) -> Git:
    git = Git(words_repository, extra=IDENTITY)
    git.run("branch", "-M", "main")
    git.run("switch", "-qc", "topic")
    (words_repository / "pkg/words.py").write_text("def unique(words):\n    return list(dict.fromkeys(words))\n")
    git.run("commit", "-qam", "Unique words in one pass")
    return git


@pytest.fixture
def head(clone: Git) -> str:
    return clone.run("rev-parse", "topic").text


@pytest.fixture
def forge(clone: Git, tmp_path: Path) -> PatchFolder:
    return PatchFolder(tmp_path / "out", clone, str(clone.cwd), "main")


def propose(forge: Forge, git: Git, head: str) -> int:
    forge.push(git, [BranchUpdate(BRANCH, head)])
    opened = forge.open_pull(NewPull(BRANCH, head, "main", "Faster – by far", "Why: a set is enough.\n\n`1.4×`"))
    forge.add_labels(opened.number, [Label("performance")])
    forge.put_comment(opened.number, "<!-- mark -->", "<!-- mark -->")
    return opened.number


def test_git_takes_the_mails(forge: PatchFolder, clone: Git, head: str, tmp_path: Path) -> None:
    propose(forge, clone, head)
    place = tmp_path / "out" / "perfagent-unique-1a2b3c4d"
    cover, mail = sorted(place.iterdir())
    assert (cover.name, mail.name) == ("0000-cover-letter.patch", "0001-Unique-words-in-one-pass.patch")
    clone.run("switch", "-q", "main")
    clone.run("am", "-q", str(mail))
    assert clone.run("diff", "topic", "main").text == ""
    assert clone.run("log", "-1", "--format=%an").text == "Zoë"


def test_the_cover_letter_says_the_title_and_the_body(
    forge: PatchFolder, clone: Git, head: str, tmp_path: Path
) -> None:
    propose(forge, clone, head)
    cover = tmp_path / "out/perfagent-unique-1a2b3c4d/0000-cover-letter.patch"
    told = subprocess.run(
        ["git", "mailinfo", "/dev/stdout", "/dev/null"], input=cover.read_bytes(), capture_output=True, check=True
    )
    text = told.stdout.decode()
    assert "Why: a set is enough." in text and "`1.4×`" in text
    assert "Subject: Faster – by far" in text and "Author: Zoë" in text


def test_what_was_proposed_is_remembered(forge: PatchFolder, clone: Git, head: str, tmp_path: Path) -> None:
    number = propose(forge, clone, head)
    again = PatchFolder(tmp_path / "out", clone, str(clone.cwd), "main")
    assert again.pulls(BRANCH) == (again.pull(number),)
    assert (again.pull(1).labels, again.pull(1).state, again.branch_head(BRANCH)) == (("performance",), "open", head)
    assert again.open_pull(NewPull(BRANCH, head, "main", "T", "B")).number == 1
    assert again.update_pull(1, PullChange(state="closed")).state == "gone"
    with pytest.raises(ForgeError, match="has no number 2"):
        again.pull(2)


def test_a_new_commit_takes_the_old_ones_place(forge: PatchFolder, clone: Git, head: str, tmp_path: Path) -> None:
    propose(forge, clone, head)
    clone.run("commit", "--amend", "-qm", "Another subject")
    new = clone.run("rev-parse", "HEAD").text
    with pytest.raises(ForgeError, match="elsewhere than expected"):
        forge.push(clone, [BranchUpdate(BRANCH, new)])
    forge.push(clone, [BranchUpdate(BRANCH, new, head)])
    names = sorted(each.name for each in (tmp_path / "out/perfagent-unique-1a2b3c4d").iterdir())
    assert names == ["0000-cover-letter.patch", "0001-Another-subject.patch"]
    assert forge.pull(1).head_sha == new


def test_a_dry_run_shows_every_file_and_writes_none(forge: PatchFolder, clone: Git, head: str, tmp_path: Path) -> None:
    dry = DryRun(forge)
    propose(dry, clone, head)
    assert not (tmp_path / "out").exists()
    propose(forge, clone, head)
    assert {each.url: each.body["text"] for each in dry.sendings} == {
        str(file): file.read_text("utf-8") for file in (tmp_path / "out").rglob("*.patch")
    }


def test_a_branch_without_anything_new(forge: PatchFolder, clone: Git) -> None:
    with pytest.raises(ForgeError, match="no commit that main lacks"):
        forge.open_pull(NewPull("x", clone.run("rev-parse", "main").text, "main", "T", "B"))


def test_a_base_that_is_not_there(forge: PatchFolder, head: str) -> None:
    with pytest.raises(ForgeError, match="no branch nowhere"):
        forge.open_pull(NewPull("x", head, "nowhere", "T", "B"))


def test_the_branch_that_is_checked_out_is_the_default(clone: Git, tmp_path: Path) -> None:
    assert PatchFolder(tmp_path, clone, str(clone.cwd)).repository().default_branch == "topic"
    clone.run("switch", "-q", "--detach")
    with pytest.raises(ForgeError, match="no branch is checked out"):
        PatchFolder(tmp_path, clone, str(clone.cwd)).repository()


def test_an_index_that_somebody_broke(forge: PatchFolder, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out/pulls.json").write_text('{"pulls": [{}]}')
    with pytest.raises(ForgeError, match="cannot be read"):
        forge.pulls()


def test_what_upstream_has_got_since_is_fetched(clone: Git, head: str, tmp_path: Path) -> None:
    run = Git(tmp_path / "run", git_dir=tmp_path / "run")
    clone.run("clone", "-q", "--bare", str(clone.cwd), str(tmp_path / "run"))
    clone.run("switch", "-q", "main")
    clone.run("commit", "--allow-empty", "-qm", "meanwhile")
    forge = PatchFolder(tmp_path / "out", run, str(clone.cwd))
    assert forge.repository().full_name == "words"
    assert forge.fetch(run, "main", "refs/perfagent/fetched/main") == forge.branch_head("main")
    assert run.run("rev-parse", "refs/perfagent/fetched/main").text == clone.run("rev-parse", "main").text
    propose(forge, run, head)
    assert forge.fetch(run, BRANCH, "refs/perfagent/fetched/x") == head
    assert (forge.fetch(run, "none", "refs/x"), forge.branch_head("none")) == (None, None)


def test_hostile_words_stay_in_their_place(clone: Git, head: str, tmp_path: Path) -> None:
    forge = PatchFolder(tmp_path / "out", clone, str(clone.cwd), "main")
    clone.run("commit", "--amend", "-q", "--no-edit", "--author", 'Doe, "J" X <j@example.org>')
    commit = clone.run("rev-parse", "HEAD").text
    title, body = "one\nTo: everyone@example.org\ntwo", "From me\n\nFrom you \udcff\n---\ndiff --git a/x b/x"
    forge.open_pull(NewPull("perfagent/../../x", commit, "main", title, body))
    (cover,) = (tmp_path / "out").rglob("0000-*.patch")
    assert cover.parent == tmp_path / "out" / "perfagent-x"
    mail = message_from_bytes(cover.read_bytes(), policy=default)
    assert (mail["To"], mail["Subject"]) == (None, "[PATCH 0/1] one To: everyone@example.org two")
    assert mail["From"].addresses[0].display_name == 'Doe, "J" X'
    assert "From you ?" in mail.get_content()


def test_headers_stand_on_one_line_each(forge: PatchFolder, clone: Git, head: str, tmp_path: Path) -> None:
    forge.open_pull(NewPull(BRANCH, head, "main", "words " * 40, "Why."))
    (cover,) = (tmp_path / "out").rglob("0000-*.patch")
    lines = cover.read_text("utf-8").split("\n\n")[0].splitlines()
    assert [line.split(":")[0].split()[0] for line in lines[:4]] == ["From", "From", "Date", "Subject"]
