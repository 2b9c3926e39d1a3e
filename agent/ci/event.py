"""Which change a CI job is about, as its system says it in environment variables and in the event's file."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from perfagent.tools.errors import UsageError

#: What an event gives as the commit before a branch's first one.
NO_COMMIT = re.compile(r"0{40,64}")


@dataclass(frozen=True, slots=True)
class Change:
    """What is to be compared, and where it may be talked about.

    Attributes:
        base, head: revisions; the comparison starts where the head left the base.
        pull: number of the pull or merge request; None outside of one.
        repository: `owner/name` that the request belongs to; empty when unknown.
        from_fork: whether the head comes from another repository, whose jobs may not write here.
    """

    base: str
    head: str
    pull: int | None = None
    repository: str = ""
    from_fork: bool = False


def read_change(environ: Mapping[str, str], base: str | None = None, head: str | None = None) -> Change:
    """The change of this job; what is given beats what the event says.

    Raises:
        UsageError: neither says what to compare with, or the event's file cannot be read.
    """
    found = _of_github(environ) if environ.get("GITHUB_EVENT_PATH") else _of_gitlab(environ)
    found = replace(found, base=base or found.base, head=head or found.head or "HEAD")
    if not found.base or NO_COMMIT.fullmatch(found.base):
        event = environ.get("GITHUB_EVENT_NAME", "this job")
        raise UsageError(f"{event} does not say what to compare with", "name a commit or branch with --base")
    return found


def _of_github(environ: Mapping[str, str]) -> Change:
    event = read_event(environ)
    repository = environ.get("GITHUB_REPOSITORY", "")
    pull = event.get("pull_request")
    if isinstance(pull, dict):
        base, head = _table(pull, "base"), _table(pull, "head")
        # A fork that was deleted has no repository at all.
        foreign = _table(head, "repo").get("full_name") != _table(base, "repo").get("full_name")
        number = pull.get("number")
        return Change(
            str(base.get("sha", "")),
            str(head.get("sha", "")),
            number if isinstance(number, int) else None,
            repository,
            foreign,
        )
    group = _table(event, "merge_group")
    if group:
        return Change(str(group.get("base_sha", "")), str(group.get("head_sha", "")), repository=repository)
    return Change(str(event.get("before") or ""), str(event.get("after") or ""), repository=repository)


def _of_gitlab(environ: Mapping[str, str]) -> Change:
    """GitLab's words for the same; all empty elsewhere."""
    number = environ.get("CI_MERGE_REQUEST_IID", "")
    project = environ.get("CI_PROJECT_PATH", "")
    source = environ.get("CI_MERGE_REQUEST_SOURCE_PROJECT_PATH", project)
    return Change(
        environ.get("CI_MERGE_REQUEST_DIFF_BASE_SHA", ""),
        environ.get("CI_COMMIT_SHA", ""),
        int(number) if number.isdigit() else None,
        project,
        source != project,
    )


def read_event(environ: Mapping[str, str]) -> dict[str, Any]:
    """The document of the event that started a GitHub workflow.

    Raises:
        UsageError: it cannot be read.
    """
    path = environ["GITHUB_EVENT_PATH"]
    try:
        event = json.loads(Path(path).read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise UsageError(f"the event's file {path} cannot be read", "give --base and --head", code="PA104") from error
    return event if isinstance(event, dict) else {}


def _table(where: Mapping[str, Any], name: str) -> dict[str, Any]:
    found = where.get(name)
    return found if isinstance(found, dict) else {}
