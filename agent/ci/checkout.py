"""A clone of a CI job's checkout that stands where the change left its base.

Jobs leave files behind in their checkout, see little of the history, and stand on a merge nobody wrote. The clone is
clean and has just what is compared. Standing on the base it also has the base's `[tool.perfagent]`: a change under
judgement does not choose how it is judged.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

from perfagent.agent.ci.event import Change
from perfagent.tools.errors import RepositoryError
from perfagent.tools.repository.git import CLONE_TIMEOUT_S, Git, foreign
from perfagent.tools.repository.opening import root_of

#: Commits fetched beyond a shallow checkout until the sides meet: most branches are younger than the first, and after
#: the last step the whole history is cheaper than further guesses.
DEEPENING = (50, 500)

BASE, HEAD = "refs/heads/perfagent-base", "refs/heads/perfagent-head"
REMEDY = "give actions/checkout `fetch-depth: 0`"


@dataclass(frozen=True, slots=True)
class Remote:
    """Where commits that the checkout lacks are fetched.

    Attributes:
        url: of the repository; empty when there is none to ask.
        token: sent to an https address alone; never part of a command line.
    """

    url: str = ""
    token: str = ""

    @classmethod
    def of(cls, root: Path, environ: Mapping[str, str]) -> Remote:
        """The repository of a GitHub job, else the checkout's origin."""
        server, name = environ.get("GITHUB_SERVER_URL"), environ.get("GITHUB_REPOSITORY")
        token = environ.get("GITHUB_TOKEN") or environ.get("GH_TOKEN") or ""
        if server and name:
            return cls(f"{server}/{name}.git", token)
        return cls(foreign(root).attempt("config", "remote.origin.url").text)

    def variables(self) -> dict[str, str]:
        """What git reads the token from."""
        parts = urlsplit(self.url)
        if not self.token or parts.scheme != "https":
            return {}
        credentials = base64.b64encode(f"x-access-token:{self.token}".encode()).decode()
        return {
            "GIT_CONFIG_COUNT": "1",
            "GIT_CONFIG_KEY_0": f"http.{parts.scheme}://{parts.netloc}/.extraHeader",
            "GIT_CONFIG_VALUE_0": f"Authorization: Basic {credentials}",
        }


@dataclass(frozen=True, slots=True)
class Sides:
    """A change as commits.

    Attributes:
        root: the clone, checked out at `base`.
        base: full id of the commit where the head left its base.
        head: full id of the change's last commit.
        files: what it adds, removes or modifies, relative.
        name: of the repository, for people; the clone's path is nobody's business.
    """

    root: Path
    base: str
    head: str
    files: tuple[str, ...]
    name: str = ""


def open_sides(root: Path, change: Change, remote: Remote, folder: Path) -> Sides:
    """Make the clone in `folder`, which must be empty or absent; the checkout is only read.

    Raises:
        RepositoryError: there is no repository, a commit cannot be had, or the two have no history in common.
    """
    root = root_of(root)
    folder.mkdir(parents=True, exist_ok=True)
    git = Git(folder)
    git.run("init", "--quiet", "--template=", ".")
    for revision, name in ((change.base, BASE), (change.head, HEAD)):
        _take(git, root, remote, revision, name)
    base, head = _parting(git, remote), _resolved(git, HEAD)
    listed = git.run("diff-tree", "-r", "-z", "--name-only", "--no-renames", base, head, "--").text
    git.run("checkout", "--quiet", "--detach", base)
    return Sides(folder, base, head, tuple(name for name in listed.split("\0") if name), change.repository or root.name)


def _take(git: Git, root: Path, remote: Remote, revision: str, name: str) -> None:
    """Bring one commit into the clone: from the checkout, else from where that came from."""
    here = foreign(root)
    for spelled in (revision, f"refs/remotes/origin/{revision}"):
        found = here.attempt("rev-parse", "--verify", "--quiet", "--end-of-options", f"{spelled}^{{commit}}")
        if found.status == 0:
            fetch = ("fetch", "--quiet", "--no-tags", "--update-shallow", "--end-of-options")
            git.run(*fetch, str(root), f"+{found.text}:{name}", timeout_s=CLONE_TIMEOUT_S)
            return
    if not _fetched(git, remote, "--depth=1", f"+{revision}:{name}"):
        raise RepositoryError(
            f"the checkout lacks the commit {revision}, and it cannot be fetched", REMEDY, code="PA209"
        )


def _parting(git: Git, remote: Remote) -> str:
    """The commit both sides share last; more history is fetched until it is there."""
    for step in (*(f"--deepen={count}" for count in DEEPENING), "--unshallow", ""):
        found = git.attempt("merge-base", BASE, HEAD)
        if found.status == 0:
            return found.text
        if not git.cwd.joinpath(".git", "shallow").exists():
            raise RepositoryError(
                "base and head have no commit in common", "name another base with --base", code="PA209"
            )
        sides = [f"+{_resolved(git, name)}:{name}" for name in (BASE, HEAD)]
        if step and not _fetched(git, remote, step, *sides):
            raise RepositoryError("the checkout is too shallow to find where the change begins", REMEDY, code="PA209")
    raise RepositoryError("the change's beginning was not found", REMEDY, code="PA209")


def _fetched(git: Git, remote: Remote, depth: str, *wanted: str) -> bool:
    """Whether the remote gave what was asked for."""
    if not remote.url:
        return False
    words = ("fetch", "--quiet", "--no-tags", depth, "--end-of-options", remote.url, *wanted)
    # Proxies and certificates are the user's; what is checked out later is not to depend on them.
    asking = replace(git, user_config=True)
    return asking.attempt(*words, timeout_s=CLONE_TIMEOUT_S, env=remote.variables()).status == 0


def _resolved(git: Git, name: str) -> str:
    return git.run("rev-parse", "--verify", f"{name}^{{commit}}").text
