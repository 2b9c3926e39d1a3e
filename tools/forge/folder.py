"""Pull requests as a folder of mails, for projects that take patches by mail or from anywhere else.

Every branch gets a folder: a cover letter with the pull request's title and body, and one mail for each commit, as
`git format-patch` makes them and `git am` or `git send-email` take them. `pulls.json` remembers what was proposed; a
person who refuses an idea sets its `state` to `gone`.
"""

from __future__ import annotations

import email.policy
import json
import os
import re
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, replace
from email.message import EmailMessage
from email.utils import formataddr
from pathlib import Path
from typing import Any

from perfagent.tools.errors import ForgeError, RepositoryError
from perfagent.tools.forge.clock import Clock, SystemClock
from perfagent.tools.forge.push import Credentials, Remote, check_update, fetch_branch
from perfagent.tools.forge.records import (
    BranchUpdate,
    Comment,
    Label,
    NewPull,
    PullChange,
    PullRequest,
    Repository,
    Sending,
)
from perfagent.tools.repository import Git

INDEX = "pulls.json"
#: Where the clone keeps upstream's branch.
BASE = "refs/perfagent/patches/base"
COVER = "0000-cover-letter.patch"
#: What `git format-patch` writes into the first line of every mail, for programs that look for mails.
_MAGIC_DATE = "Mon Sep 17 00:00:00 2001"
#: Headers on one line each, as long as mail allows (RFC 5322, 2.1.1): programs that read patches are simple.
_POLICY = email.policy.default.clone(max_line_length=998)


class PatchFolder:
    """Satisfies Describing; nothing leaves the machine.

    Args:
        folder: where the mails go; made when something is written.
        git: the repository that has the commits; what `upstream` has and it lacks is fetched into it.
        upstream: path or address of the repository the patches are for.
        default_branch: the branch they are for; the one that is checked out there when empty.
        clock: the time.
    """

    name = "patches"

    def __init__(
        self, folder: Path, git: Git, upstream: str, default_branch: str = "", clock: Clock | None = None
    ) -> None:
        self._folder = folder
        self._git = git
        self._upstream = Remote(upstream, Credentials("", "", ""), clock or SystemClock())
        self._default_branch = default_branch

    def repository(self) -> Repository:
        """The repository's facts.

        Raises:
            ForgeError: `missing` when no branch is given or checked out.
        """
        branch = self._default_branch or self._checked_out()
        if not branch:
            raise ForgeError("missing", "no branch is checked out", "name the one the patches are for with --base")
        name = self._upstream.shown.rstrip("/").rpartition("/")[2].removesuffix(".git")
        return Repository(name, branch, web_url="", clone_url="", can_push=True)

    def pulls(self, branch: str = "") -> tuple[PullRequest, ...]:
        """What the folder remembers, newest first."""
        return tuple(each for each in reversed(self._load()[0]) if branch in ("", each.head_branch))

    def pull(self, number: int) -> PullRequest:
        """One of them; raises ForgeError `missing`."""
        for each in self.pulls():
            if each.number == number:
                return each
        raise ForgeError("missing", f"{self._folder / INDEX} has no number {number}")

    def opening(self, new: NewPull) -> tuple[Sending, ...]:
        """The files `open_pull` writes, but for the index."""
        return self._mails(new.head_branch, new.head_sha, new.base_branch, new.title, new.body)

    def open_pull(self, new: NewPull) -> PullRequest:
        """Write the mails, or hand back the open one of that branch."""
        pulls, heads = self._load()
        for each in pulls:
            if each.state == "open" and each.head_branch == new.head_branch:
                return each
        self._write(self.opening(new))
        made = PullRequest(
            number=len(pulls) + 1,
            url=str(self._place(new.head_branch)),
            title=new.title,
            body=new.body,
            state="open",
            draft=new.draft,
            head_branch=new.head_branch,
            head_sha=new.head_sha,
            base_branch=new.base_branch,
        )
        self._keep([*pulls, made], heads)
        return made

    def updating(self, number: int, change: PullChange) -> tuple[Sending, ...]:
        """The files `update_pull` writes, but for the index."""
        new = change.applied_to(self.pull(number))
        return self._mails(new.head_branch, new.head_sha, new.base_branch, new.title, new.body)

    def update_pull(self, number: int, change: PullChange) -> PullRequest:
        """Write the mails anew."""
        self._write(self.updating(number, change))
        return self._replace(change.applied_to(self.pull(number)))

    def labelling(self, number: int, labels: Sequence[Label]) -> tuple[Sending, ...]:  # noqa: ARG002 - see Describing
        """Nothing: mails carry no labels."""
        return ()

    def add_labels(self, number: int, labels: Sequence[Label]) -> None:
        """Remember them."""
        pull = self.pull(number)
        self._replace(replace(pull, labels=tuple(dict.fromkeys((*pull.labels, *(each.name for each in labels))))))

    def comments(self, number: int) -> tuple[Comment, ...]:  # noqa: ARG002 - see Forge
        """None: mails are answered elsewhere."""
        return ()

    def commenting(self, number: int, found: Comment | None, body: str) -> tuple[Sending, ...]:  # noqa: ARG002
        """Nothing."""
        return ()

    def put_comment(self, number: int, marker: str, body: str) -> None:
        """Nothing: what is to be said stands in the cover letter."""

    def branch_head(self, branch: str) -> str | None:
        """Where a branch was last put, else where upstream has it."""
        if branch in (heads := self._load()[1]):
            return heads[branch]
        told = self._ask(f"refs/heads/{branch}")
        return told.partition("\t")[0] or None

    def fetch(self, git: Git, branch: str, reference: str) -> str | None:
        """Bring a branch's commits into a repository and point `reference` there at its head."""
        if branch not in (heads := self._load()[1]):
            return fetch_branch(git, self._upstream, branch, reference)
        git.run("update-ref", reference, heads[branch])
        return heads[branch]

    def pushing(self, updates: Sequence[BranchUpdate]) -> tuple[Sending, ...]:
        """The mails of open pull requests on these branches."""
        there = {each.head_branch: each for each in self.pulls() if each.state == "open"}
        moved = [(there[each.branch], each.commit) for each in updates if each.branch in there]
        return tuple(
            mail
            for pull, commit in moved
            for mail in self._mails(pull.head_branch, commit, pull.base_branch, pull.title, pull.body)
        )

    def push(self, git: Git, updates: Sequence[BranchUpdate]) -> None:  # noqa: ARG002 - it has the commits already
        """Remember where the branches are, and write their mails anew.

        Raises:
            ForgeError: `conflict` when one is elsewhere than expected.
        """
        pulls, heads = self._load()
        for each in map(check_update, updates):
            if heads.get(each.branch, "") not in (each.expected, each.commit):
                raise ForgeError("conflict", f"{each.branch} is elsewhere than expected in {self._folder / INDEX}")
        self._write(self.pushing(updates))
        heads |= {each.branch: each.commit for each in updates}
        self._keep([_at(each, heads) for each in pulls], heads)

    def image_url(self, commit: str, path: str) -> str:  # noqa: ARG002 - see Forge
        """Empty: a mail links to nothing."""
        return ""

    def _checked_out(self) -> str:
        """The branch that upstream's HEAD names; empty when it names none."""
        told = re.search(r"^ref: refs/heads/(\S+)\tHEAD$", self._ask("--symref", "HEAD"), re.MULTILINE)
        return told[1] if told else ""

    def _ask(self, *words: str) -> str:
        """What `git ls-remote` says of upstream."""
        *flags, pattern = words
        result = self._upstream.talk(self._git, ("ls-remote", *flags), [pattern])
        if result.status != 0:
            raise self._upstream.refused(result, "read")
        return result.text

    def _place(self, branch: str) -> Path:
        return self._folder / re.sub(r"[^\w+]+", "-", branch)

    def _mails(self, branch: str, commit: str, base: str, title: str, body: str) -> tuple[Sending, ...]:
        """The cover letter and the mails of the commits that `base` lacks."""
        below = self.fetch(self._git, base, BASE)
        if below is None:
            raise ForgeError("missing", f"{self._upstream.shown} has no branch {base}", "name one with --base")
        with tempfile.TemporaryDirectory() as scratch:
            options = ("--output-directory", scratch, "--no-signature", "--numbered", "--no-stat", "--quiet")
            try:
                self._git.run("format-patch", *options, f"{below}..{commit}")
            except RepositoryError as error:
                raise ForgeError("invalid", f"no mails of {branch}: {error}") from error
            texts = {file.name: file.read_bytes() for file in sorted(Path(scratch).iterdir())}
        if not texts:
            raise ForgeError("invalid", f"{branch} has no commit that {base} lacks")
        author = self._git.run("show", "-s", "--format=%an%n%ae%n%aD", commit).text
        cover = _cover(commit, author, f"[PATCH 0/{len(texts)}] {title}", body)
        place = self._place(branch)
        return tuple(
            Sending("write", str(place / name), {"text": text.decode("utf-8", "surrogateescape")})
            for name, text in {COVER: cover, **texts}.items()
        )

    def _write(self, sendings: Sequence[Sending]) -> None:
        """Write files; mails of an earlier state of the same branch go."""
        wanted = {Path(each.url): each.body["text"] for each in sendings}
        for place in {file.parent for file in wanted}:
            place.mkdir(parents=True, exist_ok=True)
            for stale in set(place.glob("*.patch")) - set(wanted):
                stale.unlink()
        for file, text in wanted.items():
            file.write_bytes(text.encode("utf-8", "surrogateescape"))

    def _load(self) -> tuple[list[PullRequest], dict[str, str]]:
        """What is remembered: the pull requests, oldest first, and where their branches are."""
        try:
            kept = json.loads((self._folder / INDEX).read_text("utf-8"))
            return [_pull(each) for each in kept["pulls"]], dict(kept["branches"])
        except FileNotFoundError:
            return [], {}
        except (ValueError, KeyError, TypeError) as error:
            raise ForgeError("invalid", f"{self._folder / INDEX} cannot be read: {error}") from error

    def _keep(self, pulls: Sequence[PullRequest], heads: dict[str, str]) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        text = json.dumps({"pulls": [asdict(each) for each in pulls], "branches": heads}, indent=2)
        draft = self._folder / f"{INDEX}.new"
        draft.write_text(text + "\n", "utf-8")
        os.replace(draft, self._folder / INDEX)  # noqa: PTH105 - says that it replaces

    def _replace(self, pull: PullRequest) -> PullRequest:
        pulls, heads = self._load()
        self._keep([pull if each.number == pull.number else each for each in pulls], heads)
        return pull


def _pull(kept: dict[str, Any]) -> PullRequest:
    return PullRequest(**{**kept, "labels": tuple(kept["labels"])})


def _at(pull: PullRequest, heads: dict[str, str]) -> PullRequest:
    """An open pull request where its branch is now."""
    return replace(pull, head_sha=heads.get(pull.head_branch, pull.head_sha)) if pull.state == "open" else pull


def _cover(commit: str, author: str, subject: str, body: str) -> bytes:
    """The mail before the mails; `author` is a name, an address and a date, a line each."""
    name, address, date = author.split("\n")
    mail = EmailMessage(policy=_POLICY)
    mail["From"], mail["Date"] = formataddr((name, address)), date
    mail["Subject"] = " ".join(_whole(subject).split())
    mail.set_content(_whole(body), cte="8bit")
    return f"From {commit} {_MAGIC_DATE}\n".encode() + mail.as_bytes()


def _whole(text: str) -> str:
    """Text that can be written as UTF-8: what is quoted from sources may hold half characters."""
    return text.encode("utf-8", "replace").decode()
