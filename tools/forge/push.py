"""Branches to a forge by git's own push: all or none, and none that somebody else has moved.

The token travels in the environment of that one git process, bound to the forge's own address: it is in no argument,
no file, no remote's URL and no message.
"""

from __future__ import annotations

import base64
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit, urlunsplit

from perfagent.tools.errors import ForgeError, ForgeKind
from perfagent.tools.forge.clock import Clock
from perfagent.tools.forge.records import BranchUpdate, Sending
from perfagent.tools.repository import Git, GitResult

PUSH_TIMEOUT_S = 600.0
#: A push that found its branches where they should be already changes nothing, so it may be repeated.
PUSH_ATTEMPTS = 3
PUSH_WAIT_S = 2.0

_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
#: What git's own rules (git-check-ref-format) allow and no shell, refspec or URL takes for something else.
_BRANCH = re.compile(r"(?!.*(?:\.\.|//|\.lock(?:/|$)|/\.|\.$|/$))[A-Za-z0-9_][\w./+-]*", re.ASCII)

#: Words of git, of GitHub and of GitLab, first match counts.
_REASONS: tuple[tuple[ForgeKind, str], ...] = (
    ("conflict", r"stale info|fetch first|non-fast-forward|remote ref updated|cannot lock ref|failed to update ref"),
    ("auth", r"error: 401|Authentication failed|could not read (?:Username|Password)|Permission denied \(publickey"),
    ("forbidden", r"error: 403|not allowed|denied|protected branch|GH006|GH013|without `?workflows?|refusing to allow"),
    ("missing", r"error: 404|not found|does not appear to be a git repository|does not exist"),
    ("invalid", r"remote rejected|pre-receive hook declined|does not match any|bad object"),
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


def describe_push(remote: str, updates: Sequence[BranchUpdate]) -> tuple[Sending, ...]:
    """What `push_branches` sends, without credentials."""
    moved = [{"branch": each.branch, "commit": each.commit, "expected": each.expected} for each in updates]
    return (Sending("push", _shown(remote), {"branches": moved}),) if moved else ()


def push_branches(
    git: Git, remote: str, updates: Sequence[BranchUpdate], credentials: Credentials, clock: Clock
) -> None:
    """Move branches, all or none, each only from where it is expected to be.

    Args:
        git: bound to the repository that has the commits; its hooks do not run.
        remote: an address or a path.

    Raises:
        ForgeError: `conflict` when a branch is elsewhere than expected, `invalid` when a branch's or commit's name is
            none, or why the forge refuses.
    """
    if not updates:
        return
    arguments = ["push", "--atomic", "--porcelain", "--no-verify"]
    arguments += [f"--force-with-lease=refs/heads/{each.branch}:{each.expected}" for each in map(_checked, updates)]
    refs = [f"{each.commit}:refs/heads/{each.branch}" for each in updates]
    pushing, variables = replace(git, user_config=True), _environment(remote, credentials)
    for attempt in range(1, PUSH_ATTEMPTS + 1):
        result = pushing.attempt(*arguments, "--end-of-options", remote, *refs, timeout_s=PUSH_TIMEOUT_S, env=variables)
        if result.status == 0:
            return
        error = _refused(result, remote, updates)
        if error.kind != "unavailable" or attempt == PUSH_ATTEMPTS:
            raise error
        clock.sleep(PUSH_WAIT_S * attempt)


def fetch_branch(
    git: Git, remote: str, branch: str, reference: str, credentials: Credentials, clock: Clock
) -> str | None:
    """Bring a branch's commits here, and point a reference at its head.

    Args:
        git: bound to the repository that is to have them.
        reference: full name, such as `refs/perfagent/fetched/main`; moved whatever it was.

    Returns:
        Full id of the head; None when there is no such branch.

    Raises:
        ForgeError: why the forge refuses.
    """
    fetching, variables = replace(git, user_config=True), _environment(remote, credentials)
    arguments = ("fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--no-auto-maintenance", "--end-of-options")
    for attempt in range(1, PUSH_ATTEMPTS + 1):
        result = fetching.attempt(
            *arguments, remote, f"+refs/heads/{branch}:{reference}", timeout_s=PUSH_TIMEOUT_S, env=variables
        )
        if result.status == 0:
            return git.run("rev-parse", "--verify", f"{reference}^{{commit}}").text
        if b"couldn't find remote ref" in result.stderr:
            return None
        error = _refused(result, remote, (), "fetch from")
        if error.kind != "unavailable" or attempt == PUSH_ATTEMPTS:
            raise error
        clock.sleep(PUSH_WAIT_S * attempt)
    return None


def _checked(update: BranchUpdate) -> BranchUpdate:
    wrong = [sha for sha in (update.commit, update.expected) if sha and not _COMMIT.fullmatch(sha)]
    if not update.commit or wrong or not _BRANCH.fullmatch(update.branch):
        raise ForgeError("invalid", f"{update.commit!r} cannot be pushed to a branch {update.branch!r}")
    return update


def _environment(remote: str, credentials: Credentials) -> dict[str, str]:
    """Git's settings for this push, behind those that CI hands down in the same way."""
    # Following a redirect, git would send the header on to wherever it leads.
    settings = [("http.followRedirects", "false")]
    if credentials.token and _same_forge(remote, credentials.home):
        word = base64.b64encode(f"{credentials.user}:{credentials.token}".encode()).decode()
        name = f"http.{remote}.extraHeader"
        # Empty drops those set before, such as the one that actions/checkout leaves: two would be refused.
        settings += [(name, ""), (name, f"Authorization: Basic {word}")]
    start = int(os.environ.get("GIT_CONFIG_COUNT") or 0)
    found = {"GIT_CONFIG_COUNT": str(start + len(settings))}
    for number, (key, value) in enumerate(settings, start):
        found |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    return found


def _same_forge(remote: str, home: str) -> bool:
    """Whether a remote is an http address on the forge's own origin, without credentials of its own."""
    one, other = urlsplit(remote), urlsplit(home)
    return (
        one.scheme in ("http", "https")
        and (one.scheme, one.hostname, one.port) == (other.scheme, other.hostname, other.port)
        and one.username is None
    )


def _refused(result: GitResult, remote: str, updates: Sequence[BranchUpdate], verb: str = "push to") -> ForgeError:
    told = (result.text + "\n" + result.stderr.decode("utf-8", "replace")).replace(remote, _shown(remote))
    kind: ForgeKind = next((kind for kind, words in _REASONS if re.search(words, told)), "unavailable")
    if kind == "conflict":
        stale = re.findall(r"^!\t[^\t]*:refs/heads/(\S+)\t\[[^\]]*\] \((?!atomic)", told, re.MULTILINE)
        names = ", ".join(stale or [each.branch for each in updates])
        message = f"somebody else has moved {names} on {_shown(remote)}"
    else:
        message = f"git cannot {verb} {_shown(remote)}: {_reason(told)}"
    return ForgeError(kind, message, _REMEDIES.get(kind, ""))


def _reason(told: str) -> str:
    """The line that says most: what the forge said, else what git complained of."""
    lines = [line.strip() for line in told.splitlines() if line.strip()]
    for words in (r"^remote: .*(?:error|GH\d|denied|not allowed|refus)", r"^!\t", r"^(?:fatal|error|remote): "):
        if found := next((line for line in lines if re.search(words, line)), None):
            return found[:300]
    return lines[-1][:300] if lines else "no word why"


def _shown(remote: str) -> str:
    """A remote's address without the credentials some people write into it."""
    parts = urlsplit(remote) if "://" in remote else None
    if parts is None or parts.password is None:
        return remote
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
