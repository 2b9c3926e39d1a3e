"""The one comment a gate keeps on a pull request. Where the token may not write, as in forks, there is none."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from urllib.parse import urlsplit

from perfagent.agent.ci.event import Change
from perfagent.agent.ci.gate import Gated
from perfagent.tools.errors import ForgeError
from perfagent.tools.forge import Access, Forge, GitHub, api_url, find_token


def keep_comment(change: Change, gated: Gated, environ: Mapping[str, str], given: str | None) -> str:
    """Write or edit the comment; a line for the log when there is none though there should be, else empty.

    Args:
        given: the API's address, where it is not the job's own.

    Raises:
        UsageError: that address is none.
    """
    if change.pull is None or not change.repository:
        return ""
    forge = _forge(change, environ, given)
    if forge is None:
        return "no comment was left: there is no token"
    mark = marker(environ)
    try:
        # Who only mends the documentation needs no word from us, unless an earlier one is not true any more.
        if gated.verdict == "skipped" and not any(
            each.ours and mark in each.body for each in forge.comments(change.pull)
        ):
            return ""
        forge.put_comment(change.pull, mark, f"{mark}\n{gated.markdown}")
    except ForgeError as error:
        why = "; tokens of pull requests from forks may only read" if change.from_fork else ""
        return f"no comment was left: {error}{why}"
    return ""


def _forge(change: Change, environ: Mapping[str, str], given: str | None) -> Forge | None:
    """The forge of the job; None without a token."""
    token = find_token("github", environ)
    if not token:
        return None
    host = urlsplit(environ.get("GITHUB_SERVER_URL", "https://github.com")).netloc
    return GitHub(Access(change.repository, api_url("github", host, given or "", environ), token))


def marker(environ: Mapping[str, str]) -> str:
    """What the comment is found again by: two jobs that judge the same pull request keep one each."""
    told = "/".join(environ.get(name, "") for name in ("GITHUB_WORKFLOW", "GITHUB_JOB", "CI_JOB_NAME"))
    return f"<!-- perfagent:gate={hashlib.sha256(told.encode()).hexdigest()[:12]} -->"
