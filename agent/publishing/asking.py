"""What the user asked for, made definite: which forge, which repository, who commits, and the repository's settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from perfagent.agent.publishing.message import person
from perfagent.agent.publishing.publish import finished
from perfagent.agent.publishing.records import Wishes
from perfagent.agent.settings import load_settings
from perfagent.tools.errors import UsageError
from perfagent.tools.forge import (
    Access,
    Clock,
    Describing,
    ForgeName,
    GitHub,
    GitLab,
    PatchFolder,
    Place,
    api_url,
    find_token,
    read_remote,
)
from perfagent.tools.repository import Author, Git

FORGES = ("github", "gitlab", "patches")
#: Whose tokens the variables hold unless the user says otherwise: anybody can call a host `github.` something.
KNOWN_HOSTS = frozenset({"github.com", "ssh.github.com", "gitlab.com"})
#: Where CI systems say whose pipeline it is.
REPOSITORY_VARIABLES: Mapping[str, str] = {"github": "GITHUB_REPOSITORY", "gitlab": "CI_PROJECT_PATH"}
#: Who commits in GitHub's Actions, where nobody's name is known; the number is that of the account.
ACTIONS_AUTHOR = Author("github-actions[bot]", "41898282+github-actions[bot]@users.noreply.github.com")


@dataclass(frozen=True, slots=True)
class Route:
    """Where pull requests shall go, as far as the user says.

    Attributes:
        forge: `github`, `gitlab` or `patches`; told from the remote when empty.
        repo: `owner/name`; read from the remote `origin` when empty.
        api_url: the API's address; told from the forge's host when empty.
        remote: what git pushes to; the forge's https address when empty.
        out: folder for patches.
    """

    forge: str = ""
    repo: str = ""
    api_url: str = ""
    remote: str = ""
    out: Path | None = None


def open_forge(folder: Path, route: Route, environ: Mapping[str, str], clock: Clock | None = None) -> Describing:
    """The forge that a run's pull requests go to; nothing is asked of it yet.

    Args:
        folder: the run's.
        environ: the process environment: tokens, and what CI says.
        clock: the time, for tests.

    Raises:
        UsageError: it cannot be told which repository on which forge, or a flag does not go with the forge.
    """
    if route.forge not in ("", *FORGES):
        raise UsageError(f"there is no forge {route.forge!r}", f"give --forge {', '.join(FORGES)}")
    if (route.out is not None) != (route.forge == "patches"):
        raise UsageError("--out and --forge patches belong together", "give both, or none of them", code="PA103")
    source = finished(folder).repository
    if route.out is not None:
        clone = folder / "repo.git"
        return PatchFolder(route.out, Git(clone, git_dir=clone), source, clock=clock)
    place = read_remote(route.remote) or read_remote(_origin(source))
    name = cast("ForgeName", route.forge or _named(place, environ))
    repository = route.repo or (place.full_name if place else environ.get(REPOSITORY_VARIABLES[name], ""))
    if "/" not in repository.strip("/"):
        raise UsageError("it cannot be told which repository the pull requests go to", "give --repo OWNER/NAME")
    host = place.host if place else f"{name}.com"
    access = Access(repository, api_url(name, host, route.api_url, environ), find_token(name, environ), route.remote)
    return GitHub(access, clock) if name == "github" else GitLab(access, clock)


def wishes_for(folder: Path, flags: Mapping[str, Any], environ: Mapping[str, str]) -> Wishes:
    """How a run's patches are to be proposed: flags, then the environment, then the repository's [tool.perfagent].

    Args:
        flags: fields of Wishes by name, those of settings with their prefix `pull_`; None and empty is not given.

    Raises:
        UsageError: a setting or a person's name is none.
    """
    root = Path(finished(folder).repository)
    given = {name: value for name, value in flags.items() if value}
    settings = load_settings(
        {name: value for name, value in given.items() if name.startswith("pull_")},
        environ,
        root if root.is_dir() else None,
    )
    return Wishes(
        base=given.get("base", ""),
        patches=tuple(given.get("patches", ())),
        ready=settings.pull_ready,
        max_open=settings.pull_max_open,
        labels=settings.pull_labels,
        author=_author(root, environ),
        co_authors=tuple(person(name) for name in given.get("co_authors", ())),
        again=bool(given.get("again")),
    )


def _origin(source: str) -> str:
    """The address a run's repository came from: of a folder that of its remote `origin`."""
    if not Path(source).is_dir():
        return source
    found = Git(Path(source)).attempt("remote", "get-url", "origin")
    return found.text if found.status == 0 else ""


def _named(place: Place | None, environ: Mapping[str, str]) -> str:
    """The forge that a well-known host or the CI tells of; who uses another host says that it may have the token.

    Raises:
        UsageError: neither does.
    """
    if place is not None and place.forge is not None and (place.host in KNOWN_HOSTS or place.host.endswith(".ghe.com")):
        return place.forge
    for name, variable in REPOSITORY_VARIABLES.items():
        if environ.get(variable):
            return name
    where = (
        f"{place.host} is not known to be a forge that the token is for" if place else "the repository names no forge"
    )
    raise UsageError(where, "give --forge github or gitlab with --repo OWNER/NAME, or --forge patches --out DIR")


def _author(root: Path, environ: Mapping[str, str]) -> Author:
    """Who commits: the user as git knows them, in GitHub's Actions its own account, else perfagent."""
    git = Git(root if root.is_dir() else Path.cwd(), user_config=True)
    name, email = (git.attempt("config", "--get", f"user.{part}").text for part in ("name", "email"))
    if name and email:
        return Author(name, email)
    return ACTIONS_AUTHOR if environ.get("GITHUB_ACTIONS") == "true" else Author()
