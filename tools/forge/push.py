"""Branches to and from a forge by git itself: pushed all or none, and none that somebody else has moved.

The token travels in the environment of that one git process, bound to the forge's own address: it is in no argument,
no file, no remote's URL and no message.
"""

from __future__ import annotations

import base64
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from perfagent.tools.errors import ForgeError, ForgeKind
from perfagent.tools.forge.access import split_address
from perfagent.tools.forge.clock import Clock
from perfagent.tools.forge.records import BranchUpdate, Sending
from perfagent.tools.repository import Git, GitResult

GIT_TIMEOUT_S = 600.0
#: A push that finds its branches where they should be already changes nothing, so it may be repeated.
GIT_ATTEMPTS = 3
GIT_WAIT_S = 2.0

_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
#: What git's own rules (git-check-ref-format) allow and no shell, refspec or URL takes for something else.
_BRANCH = re.compile(r"(?!.*(?:\.\.|//|\.lock(?:/|$)|/\.|\.$|/$))[A-Za-z0-9_][\w./+-]*", re.ASCII)

#: What would make a branch's name more than a name in a refspec.
_SPECIAL = re.compile(r"[\s:*?\[\\^~]")

#: Words of git, of GitHub and of GitLab, first match counts.
_REASONS: tuple[tuple[ForgeKind, str], ...] = (
    ("conflict", r"stale info|fetch first|non-fast-forward|remote ref updated|cannot lock ref|failed to update ref"),
    ("auth", r"error: 401|Authentication failed|could not read (?:Username|Password)|Permission denied \(publickey"),
    ("forbidden", r"error: 403|not allowed|denied|protected branch|GH006|GH013|without `?workflows?|refusing to allow"),
    ("missing", r"error: 404|not found|couldn.t find remote ref|does not appear to be a git repository|does not exist"),
    ("invalid", r"remote rejected|pre-receive hook declined|does not match any|bad object|does not support --atomic"),
)
_REMEDIES: Mapping[ForgeKind, str] = {
    "conflict": "nothing was pushed; look at what is on the branch, and merge or delete it",
    "auth": "set the forge's token, or give --remote with an address git may push to",
    "forbidden": "the token needs to write contents, and the branch must not be protected",
    "missing": "give the repository with --repo, or its address with --remote",
}


@dataclass(frozen=True, slots=True)
class Credentials:
    """A token for git over http.

    Attributes:
        user: what the forge wants to read as the user's name.
        token: empty for none, then git's own ways hold.
        home: an address of the forge; no other host is sent the token.
    """

    user: str
    token: str = field(repr=False)
    home: str


@dataclass(frozen=True, slots=True)
class Remote:
    """What git talks to: an address or a path, with the credentials that go with it."""

    address: str
    credentials: Credentials
    clock: Clock

    @property
    def shown(self) -> str:
        """The address without the credentials some people write into it."""
        # Over ssh the name is part of the address and no secret; over http it may be a token.
        without_password = re.sub(r"^([\w+.-]+://[^/:@\s]*):[^/\s]*@", r"\1@", self.address)
        return re.sub(r"^(https?://)[^/\s]*@", r"\1", without_password)

    def talk(self, git: Git, command: Sequence[str], references: Sequence[str]) -> GitResult:
        """A git command to the remote with the user's own settings, repeated while nobody answers.

        Args:
            command: the subcommand and its flags.
            references: what stands behind the remote's address.
        """
        talking, variables = replace(git, user_config=True), self._environment()
        words = (*command, "--end-of-options", self.address, *references)
        for attempt in range(1, GIT_ATTEMPTS):
            result = talking.attempt(*words, timeout_s=GIT_TIMEOUT_S, env=variables)
            if result.status == 0 or _kind(_told(result)) != "unavailable":
                return result
            self.clock.sleep(GIT_WAIT_S * attempt)
        return talking.attempt(*words, timeout_s=GIT_TIMEOUT_S, env=variables)

    def refused(self, result: GitResult, doing: str) -> ForgeError:
        """Why the remote would not; `doing` is such as `push to`."""
        told = _told(result).replace(self.address, self.shown)
        kind = _kind(told)
        return ForgeError(kind, f"git cannot {doing} {self.shown}: {_reason(told)}", _REMEDIES.get(kind, ""))

    def _environment(self) -> dict[str, str]:
        """Git's settings for this remote, behind those that CI hands down in the same way."""
        # Following a redirect, git would send the header on to wherever it leads.
        settings = [("http.followRedirects", "false")]
        if self.credentials.token and _same_forge(self.address, self.credentials.home):
            word = base64.b64encode(f"{self.credentials.user}:{self.credentials.token}".encode()).decode()
            name = f"http.{self.address}.extraHeader"
            # Empty drops those set before, such as the one that actions/checkout leaves: two would be refused.
            settings += [(name, ""), (name, f"Authorization: Basic {word}")]
        start = int(os.environ.get("GIT_CONFIG_COUNT") or 0)
        found = {"GIT_CONFIG_COUNT": str(start + len(settings))}
        for number, (key, value) in enumerate(settings, start):
            found |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
        return found


def describe_push(remote: Remote, updates: Sequence[BranchUpdate]) -> tuple[Sending, ...]:
    """What `push_branches` sends, without credentials."""
    moved = [{"branch": each.branch, "commit": each.commit, "expected": each.expected} for each in updates]
    return (Sending("push", remote.shown, {"branches": moved}),) if moved else ()


def push_branches(git: Git, remote: Remote, updates: Sequence[BranchUpdate]) -> None:
    """Move branches, all or none, each only from where it is expected to be.

    Args:
        git: bound to the repository that has the commits; its hooks do not run.

    Raises:
        ForgeError: `conflict` when a branch is elsewhere than expected, `invalid` when a branch's or commit's name is
            none, or why the forge refuses.
    """
    if not updates:
        return
    leases = [f"--force-with-lease=refs/heads/{each.branch}:{each.expected}" for each in map(check_update, updates)]
    command = ("push", "--atomic", "--porcelain", "--no-verify", *leases)
    result = remote.talk(git, command, [f"{each.commit}:refs/heads/{each.branch}" for each in updates])
    if result.status == 0:
        return
    error = remote.refused(result, "push to")
    if error.kind == "conflict":
        stale = re.findall(r"^!\t[^\t]*:refs/heads/(\S+)\t\[[^\]]*\] \((?!atomic)", result.text, re.MULTILINE)
        names = ", ".join(stale or [each.branch for each in updates])
        raise ForgeError("conflict", f"somebody else has moved {names} on {remote.shown}", error.remedy)
    raise error


def fetch_branch(git: Git, remote: Remote, branch: str, reference: str) -> str | None:
    """Bring a branch's commits here, and point a reference at its head.

    Args:
        git: bound to the repository that is to have them.
        reference: full name, such as `refs/perfagent/fetched/main`; moved whatever it was.

    Returns:
        Full id of the head; None when there is no such branch.

    Raises:
        ForgeError: `invalid` when the branch's name is none, or why the forge refuses.
    """
    if _SPECIAL.search(branch) or not branch:
        raise ForgeError("invalid", f"{branch!r} is no branch's name")
    command = ("fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--no-auto-maintenance")
    result = remote.talk(git, command, [f"+refs/heads/{branch}:{reference}"])
    if result.status == 0:
        return git.run("rev-parse", "--verify", f"{reference}^{{commit}}").text
    if b"couldn't find remote ref" in result.stderr:
        return None
    raise remote.refused(result, "fetch from")


def check_update(update: BranchUpdate) -> BranchUpdate:
    """The update itself, when its names are such as git takes for nothing else; else raises ForgeError `invalid`."""
    wrong = [sha for sha in (update.commit, update.expected) if sha and not _COMMIT.fullmatch(sha)]
    if not update.commit or wrong or not _BRANCH.fullmatch(update.branch):
        raise ForgeError("invalid", f"{update.commit!r} cannot be pushed to a branch {update.branch!r}")
    return update


def _same_forge(remote: str, home: str) -> bool:
    """Whether a remote is an http address on the forge's own origin, without credentials of its own."""
    one, other = split_address(remote), split_address(home)
    return (
        one is not None
        and other is not None
        and one.scheme in ("http", "https")
        and (one.scheme, one.hostname, one.port) == (other.scheme, other.hostname, other.port)
        and one.username is None
    )


def _told(result: GitResult) -> str:
    """All that git and the forge said."""
    return result.text + "\n" + result.stderr.decode("utf-8", "replace")


def _kind(told: str) -> ForgeKind:
    return next((kind for kind, words in _REASONS if re.search(words, told)), "unavailable")


def _reason(told: str) -> str:
    """The line that says most: what the forge said, else what git complained of."""
    lines = [line.strip() for line in told.splitlines() if line.strip()]
    for words in (r"^remote: .*(?:error|GH\d|denied|not allowed|refus)", r"^!\t", r"^(?:fatal|error|remote): "):
        if found := next((line for line in lines if re.search(words, line)), None):
            return found[:300]
    return lines[-1][:300] if lines else "no word why"
