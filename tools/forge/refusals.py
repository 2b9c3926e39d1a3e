"""How forges say no, as errors that tell what to do about it.

GitHub: docs.github.com, "Rate limits for the REST API" and "Troubleshooting the REST API".
GitLab: docs.gitlab.com, "REST API authentication" and "User and IP rate limits".
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Any

from perfagent.tools.errors import ForgeError, ForgeKind
from perfagent.tools.forge.http import LONGEST_WAIT_S, Answer

#: What GitHub asks to wait at least when it names no time for a secondary limit.
SECONDARY_WAIT_S = 60.0
#: Clocks of a forge's machines differ by about this.
CLOCK_SLACK_S = 1.0
_SECONDARY = ("secondary rate limit", "abuse detection")
_KINDS: Mapping[int, ForgeKind] = {
    401: "auth",
    403: "forbidden",
    404: "missing",
    409: "conflict",
    410: "missing",
    422: "invalid",
    429: "rate",
}


def github_refusal(answer: Answer, now: float) -> ForgeError:
    """What GitHub's refusal means.

    Args:
        now: seconds since 1970, used when the answer does not carry its date.
    """
    said = _github_words(answer.document)
    if (wait := _github_wait(answer, said, now)) is not None:
        return _rate("GitHub", wait, now, answer.status)
    kind = _kind(answer)
    message = f"GitHub refuses {_what(answer)}: {said or answer.status}"
    return ForgeError(kind, message, _github_remedy(kind, answer, said), status=answer.status, wait_s=_again(kind))


def gitlab_refusal(answer: Answer, now: float) -> ForgeError:
    """What GitLab's refusal means; `now` as for GitHub."""
    said = _gitlab_words(answer.document)
    if answer.status == 429:
        wait = _seconds(answer, "retry-after", _until(answer, "ratelimit-reset", now))
        return _rate("GitLab", SECONDARY_WAIT_S if wait is None else wait, now, answer.status)
    kind = "invalid" if answer.status == 400 else _kind(answer)
    message = f"GitLab refuses {_what(answer)}: {said or answer.status}"
    return ForgeError(kind, message, _gitlab_remedy(kind), status=answer.status, wait_s=_again(kind))


def _kind(answer: Answer) -> ForgeKind:
    return _KINDS.get(answer.status, "unavailable" if answer.status >= 500 else "invalid")


def _again(kind: ForgeKind) -> float | None:
    return 0.0 if kind == "unavailable" else None


def _what(answer: Answer) -> str:
    """The request in few words, without the query."""
    return f"{answer.method} {answer.url.partition('?')[0]}"


def _rate(forge: str, wait_s: float, now: float, status: int) -> ForgeError:
    """The error of a limit: waited for when that is short, else with the time to come back."""
    again = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(now + wait_s))
    remedy = f"come back after {again}" if wait_s > LONGEST_WAIT_S else "it goes on refusing; come back later"
    return ForgeError("rate", f"{forge} takes no more requests for now", remedy, status=status, wait_s=wait_s)


def _github_wait(answer: Answer, said: str, now: float) -> float | None:
    """Seconds GitHub wants us to stay away; None when the answer is not about a limit."""
    if answer.status not in (403, 429):
        return None
    if (wait := _seconds(answer, "retry-after")) is not None:
        return wait
    if answer.headers.get("x-ratelimit-remaining") == "0":
        return _until(answer, "x-ratelimit-reset", now) or SECONDARY_WAIT_S
    limited = answer.status == 429 or any(words in said.lower() for words in _SECONDARY)
    return SECONDARY_WAIT_S if limited else None


def _seconds(answer: Answer, header: str, otherwise: float | None = None) -> float | None:
    text = answer.headers.get(header, "")
    return float(text) if text.isdecimal() else otherwise


def _until(answer: Answer, header: str, now: float) -> float | None:
    """Seconds until the time in a header, by the forge's own clock where it tells it."""
    moment = _seconds(answer, header)
    if moment is None:
        return None
    try:
        now = parsedate_to_datetime(answer.headers["date"]).timestamp()
    except (KeyError, ValueError):
        pass
    return max(0.0, moment - now) + CLOCK_SLACK_S


def _github_words(document: Any) -> str:
    """GitHub's message with the list of what it finds wrong."""
    if not isinstance(document, Mapping):
        return ""
    listed = document.get("errors")
    wrong = [_wrong(each) for each in listed] if isinstance(listed, list) else []
    return ": ".join(part for part in (str(document.get("message", "")), "; ".join(wrong)) if part)


def _wrong(each: Any) -> str:
    """One entry of GitHub's `errors`: a sentence, or a field and a code."""
    if not isinstance(each, Mapping):
        return str(each)
    return str(each.get("message") or f"{each.get('field', each.get('resource', ''))} {each.get('code', '')}".strip())


def _github_remedy(kind: ForgeKind, answer: Answer, said: str) -> str:
    if kind == "auth":
        return "set GITHUB_TOKEN to a token that is still valid"
    if kind == "missing":
        return "either it does not exist, or the token may not see it"
    if kind == "invalid" and "draft" in said.lower():
        return "this repository knows no drafts; use --ready"
    return _github_permission(answer, said) if kind == "forbidden" else ""


def _github_permission(answer: Answer, said: str) -> str:
    """What the token lacks, as far as GitHub tells."""
    if "x-github-sso" in answer.headers:
        return f"authorize the token for the organization's single sign-on{_sso_address(answer)}"
    if "not permitted to create" in said:
        return "allow it under Settings > Actions > General, or use a token of your own"
    # Alternatives are parted by semicolons, what is needed together by commas.
    needed = answer.headers.get("x-accepted-github-permissions", "")
    if needed:
        return f"the token needs {needed.replace('=', ': ').replace('; ', ' or ').replace(',', ' and ')}"
    scopes = answer.headers.get("x-accepted-oauth-scopes", "")
    return f"the token needs one of the scopes {scopes}" if scopes else "give the token the permission for this"


def _sso_address(answer: Answer) -> str:
    """The page GitHub names in `X-GitHub-SSO: required; url=...`."""
    address = answer.headers["x-github-sso"].partition("url=")[2]
    return f" at {address}" if address else ""


def _gitlab_words(document: Any) -> str:
    """GitLab's `message` or `error`, which may be text, a list or a table of lists."""
    if not isinstance(document, Mapping):
        return ""
    said = document.get("message") or document.get("error_description") or document.get("error") or ""
    if isinstance(said, Mapping):
        said = [
            f"{field} {', '.join(map(str, found)) if isinstance(found, list) else found}"
            for field, found in said.items()
        ]
    return "; ".join(map(str, said)) if isinstance(said, list) else str(said)


def _gitlab_remedy(kind: ForgeKind) -> str:
    remedies: dict[ForgeKind, str] = {
        "auth": "set GITLAB_TOKEN to a valid token; a job's own (CI_JOB_TOKEN) cannot open merge requests",
        "forbidden": "the token needs the scope api and the role Developer",
        "missing": "either it does not exist, or the token may not see it",
    }
    return remedies.get(kind, "")
