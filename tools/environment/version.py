"""A project's version for build tools that would ask version control, which a copy of the tree does not have.

A wrong version is not harmless: what the tests need may refuse it, and installers then settle for ancient releases.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

GIT_TIMEOUT_S = 30.0
UNKNOWN = "999.0.0"  # lower bounds on a project are commoner than upper ones
HISTORIES = ("CHANGELOG*", "CHANGES*", "HISTORY*", "NEWS*", "RELEASE*", "docs/change*", "doc/change*", "docs/history*")
HISTORY_LINES = 300
NUMBER = r"\d+(?:[._]\d+)+(?:(?:a|b|rc|\.post)\d+)?"
# A heading of a history: nothing before the version but marks, a word and perhaps "version".
HEADING = re.compile(rf"[\s#=\[(]*(?:[A-Za-z][\w-]*\s+)?(?:[Vv]ersion\s+)?[vV]?({NUMBER})(?=[\s\])(:,]|$)(?!\s*%)")


def version_of(tree: Path) -> str:
    """The version by the latest tag, the metadata of a release, or the newest heading of the history; else UNKNOWN."""
    for found in (*tagged(tree), *released(tree), *written(tree)):
        return found.replace("_", ".")
    return UNKNOWN


def plain(name: str) -> str:
    """The version in a tag's name or in what `git describe` says of one, where every commit would be another."""
    found = re.search(NUMBER, name)
    return found[0].replace("_", ".") if found else ""


def tagged(tree: Path) -> Iterator[str]:
    """What git says; a folder that merely lies inside another repository has no tags of its own."""
    if not (tree / ".git").exists():
        return
    command = ["git", "-c", "safe.directory=*", "-C", str(tree), "describe", "--tags", "--abbrev=0"]
    try:
        said = subprocess.run(command, capture_output=True, text=True, timeout=GIT_TIMEOUT_S, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return
    yield from re.findall(NUMBER, said.stdout)


def released(tree: Path) -> Iterator[str]:
    """What the metadata of a source release says."""
    metadata = tree / "PKG-INFO"
    if metadata.is_file():
        yield from re.findall(rf"^Version: ({NUMBER})$", metadata.read_text(errors="replace"), re.MULTILINE)


def written(tree: Path) -> Iterator[str]:
    """What the files that tell a project's history have as headings, the newest first."""
    for pattern in HISTORIES:
        for path in sorted(tree.glob(pattern)):
            if path.is_file():
                lines = path.read_text(errors="replace").splitlines()[:HISTORY_LINES]
                yield from (match[1] for line in lines if (match := HEADING.match(line)))
