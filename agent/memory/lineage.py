"""Which repository an edit comes from: by its remote's address, by its first commits where it has none.

Two questions are asked of it, and each is answered on the safe side. `same` lets code into prompts, so it is strict:
a private fork shares its first commit with the public project and is yet another repository. `related` keeps an
evaluation honest, so it is wide: a fork's edit may be the answer.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from perfagent.tools.repository import Git, Target

_SCP = re.compile(r"(?:[^@/\s]+@)?(?P<host>[\w.-]+):(?P<path>(?!//).+)")


@dataclass(frozen=True, slots=True)
class Lineage:
    """Where a repository comes from.

    Attributes:
        origin: normal form of its remote's address, without credentials; empty when it has none.
        roots: full ids of its first commits, sorted; empty for a shallow clone, whose first commits are not known.
    """

    origin: str = ""
    roots: tuple[str, ...] = ()

    def same(self, other: Lineage) -> bool:
        """Whether both are surely one repository."""
        if self.origin or other.origin:
            return self.origin == other.origin
        return bool(self.roots) and self.roots == other.roots

    def related(self, other: Lineage) -> bool:
        """Whether both may hold the same history."""
        return bool(self.origin and self.origin == other.origin) or bool(set(self.roots) & set(other.roots))


def lineage_of(target: Target) -> Lineage:
    """The lineage of an opened repository; nothing is fetched."""
    git = target.git if target.root is None else Git(target.root)
    shallow = git.attempt("rev-parse", "--is-shallow-repository").text == "true"
    listed = "" if shallow else target.git.attempt("rev-list", "--max-parents=0", target.head).text
    return Lineage(_address(target, git), tuple(sorted(listed.split())))


def _address(target: Target, git: Git) -> str:
    """The address the repository was cloned from, in its normal form."""
    if target.root is None:
        return normal_address(target.source, Path.cwd())
    names = git.attempt("remote").text.split()
    for name in sorted(names, key=lambda name: (name != "origin", name)):
        address = git.attempt("config", "--get", f"remote.{name}.url").text
        if address:
            return normal_address(address, target.root)
    return ""


def normal_address(address: str, base: Path) -> str:
    """`host/path` of a remote's address: without scheme, user, password, `.git`; an absolute path for a local one.

    Args:
        base: what a relative path is relative to.
    """
    address = address.strip()
    parts = urlsplit(address)
    if parts.scheme and parts.netloc:
        host = parts.netloc.rpartition("@")[2].lower()
        path = parts.path
    elif parts.scheme == "file":
        return str(Path(parts.path).resolve())
    elif scp := _SCP.fullmatch(address):
        host, path = scp["host"].lower(), scp["path"]
    else:
        return str((base / Path(address).expanduser()).resolve())
    return f"{host}/{path.strip('/').removesuffix('.git')}"
