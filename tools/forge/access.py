"""Which repository on which forge: read from a remote's address, the environment and the user's flags."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Literal
from urllib.parse import SplitResult, urlsplit

from perfagent.tools.errors import UsageError

ForgeName = Literal["github", "gitlab"]

#: Where each forge's token is looked for, in this order.
TOKEN_VARIABLES: Mapping[ForgeName, tuple[str, ...]] = {
    "github": ("GITHUB_TOKEN", "GH_TOKEN"),
    "gitlab": ("GITLAB_TOKEN",),
}
#: Where CI systems say their API's address.
API_VARIABLES: Mapping[ForgeName, str] = {"github": "GITHUB_API_URL", "gitlab": "CI_API_V4_URL"}

_SCP = re.compile(r"(?:[^@/\s]+@)?(?P<host>[^:/\s]+):(?P<path>[^\s]+)")
_NAME = re.compile(r"(?!(?:.*/)?\.{1,2}(?:/|$))[\w.-]+(?:/[\w.-]+)+")


@dataclass(frozen=True, slots=True)
class Access:
    """How to reach one repository.

    Attributes:
        api_url: the API's address without a slash at its end.
        token: empty for none; never shown.
        remote: what git pushes to; empty for the address that the forge names.
    """

    full_name: str
    api_url: str
    token: str = field(default="", repr=False)
    remote: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """What a remote's address says: the host (with its port, if any) and the path of the repository."""

    host: str
    full_name: str

    @property
    def forge(self) -> ForgeName | None:
        """The forge the host's name tells of, None when it tells nothing."""
        name = self.host.partition(":")[0]
        if name in ("github.com", "ssh.github.com") or name.endswith(".ghe.com") or name.startswith("github."):
            return "github"
        return "gitlab" if name == "gitlab.com" or name.startswith("gitlab.") else None


def read_remote(url: str) -> Place | None:
    """The place a git remote names, from its https, ssh or scp-like form; None for a folder or anything else."""
    if "://" in url:
        parts = split_address(url)
        if parts is None or parts.scheme not in ("http", "https", "ssh", "git+ssh") or not parts.hostname:
            return None
        # The port of ssh is not that of the API.
        port = f":{parts.port}" if parts.port and parts.scheme.startswith("http") else ""
        host, path = parts.hostname + port, parts.path
    elif match := _SCP.fullmatch(url):
        host, path = match["host"], match["path"]
    else:
        return None
    name = path.strip("/").removesuffix(".git")
    return Place(host.lower(), name) if _NAME.fullmatch(name) else None


def api_url(forge: ForgeName, host: str, given: str = "", environment: Mapping[str, str] | None = None) -> str:
    """The API's address: as given, else as CI says, else as the host's name tells.

    Raises:
        UsageError: it is no http address, or would send the token unencrypted to another machine.
    """
    found = given or (environment or {}).get(API_VARIABLES[forge], "") or _default_api(forge, host)
    parts = split_address(found)
    if parts is None or parts.scheme not in ("http", "https") or not parts.hostname:
        raise UsageError(f"{found!r} is no address of an API", "give --api-url https://HOST/...")
    if parts.scheme == "http" and not _loopback(parts.hostname):
        raise UsageError(f"{found} would send the token unencrypted", "give --api-url https://HOST/...")
    return found.rstrip("/")


def find_token(forge: ForgeName, environment: Mapping[str, str]) -> str:
    """The user's token; empty when there is none.

    Raises:
        UsageError: what is there cannot be one.
    """
    variable = next((name for name in TOKEN_VARIABLES[forge] if environment.get(name, "").strip()), "")
    token = environment[variable].strip() if variable else ""
    # A line break would end the header that carries it, and the complaint about that would quote it.
    if not re.fullmatch(r"[!-~]*", token):
        raise UsageError(f"{variable} holds no token", "copy it anew, without spaces and line breaks")
    return token


def split_address(url: str) -> SplitResult | None:
    """The parts of an address; None when its host or port is none."""
    try:
        parts = urlsplit(url)
        return parts if parts.port != 0 else None
    except ValueError:
        return None


def _default_api(forge: ForgeName, host: str) -> str:
    if forge == "gitlab":
        return f"https://{host}/api/v4"
    if host in ("github.com", "ssh.github.com"):
        return "https://api.github.com"
    return f"https://api.{host}" if host.endswith(".ghe.com") else f"https://{host}/api/v3"


def _loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
