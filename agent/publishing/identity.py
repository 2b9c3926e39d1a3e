"""Which pull request is which patch's: keys that outlive moved lines, branch names, and the mark in a body.

Two patches are one idea when they do the same to the same functions. What they change is told by git's patch id, which
leaves out line numbers and white space (git-patch-id(1)); where and how, by paths, functions and the rule or mechanism.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from perfagent.agent.memory.changed import touched_lines
from perfagent.tools.errors import EditError
from perfagent.tools.patch import read_patch
from perfagent.tools.report import PatchReport
from perfagent.tools.repository import Git, outline

#: Hexadecimal digits of a key: 48 bits, so that no repository ever has two alike by chance.
KEY_DIGITS = 12
#: Below it our branches stand.
BRANCH_PREFIX = "perfagent/"
CHART_BRANCH = "perfagent/charts"
#: Longest part of a branch's name that says what it does.
SLUG_LENGTH = 40
#: Ends our part of a body; what people write below it is theirs.
BODY_END = "<!-- /perfagent -->"

_MARK = re.compile(
    r"^<!-- perfagent:patch=(?P<patch>\w+) key=(?P<diff>[0-9a-f]{12})-(?P<idea>[0-9a-f]{12})"
    r"(?: head=(?P<head>[0-9a-f]{40,64}))? -->\s*$",
    re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class Mark:
    """What the body of a pull request of ours says about it.

    Attributes:
        patch: id within its run.
        diff_key, idea_key: as Offer's.
        head: the commit that the text describes.
    """

    patch: str
    diff_key: str
    idea_key: str
    head: str = ""

    def __str__(self) -> str:
        head = f" head={self.head}" if self.head else ""
        return f"<!-- perfagent:patch={self.patch} key={self.diff_key}-{self.idea_key}{head} -->"


def read_mark(body: str) -> Mark | None:
    """The first mark that stands on a line of its own; our own text cannot hold one above it."""
    found = _MARK.search(body.replace("\r\n", "\n"))
    return Mark(found["patch"], found["diff"], found["idea"], found["head"] or "") if found else None


def replaced(body: str, ours: str) -> str:
    """A body with our part of it exchanged, and what people wrote around it kept."""
    unix = body.replace("\r\n", "\n")
    found = _MARK.search(unix)
    end = unix.rfind(BODY_END)
    if found is None or end < found.start():
        return ours
    return unix[: found.start()] + ours.rstrip("\n") + unix[end + len(BODY_END) :]


def diff_key(git: Git, diff: str) -> str:
    """What a change does, wherever its lines stand.

    Raises:
        RepositoryError: git cannot read it.
    """
    # Without its header lines: they hold blob ids of whole files, which move with every other change.
    told = git.run("patch-id", "--stable", stdin=diff.encode("utf-8", "surrogateescape")).text
    return _digest([told.split()[0]] if told else [diff])


def idea_key(patch: PatchReport, names: Iterable[str]) -> str:
    """Where and by what means a patch changes something; another wording of the same edit has the same."""
    means = patch.mechanism if patch.origin == "model" else patch.idea
    return _digest([patch.origin, means, *read_patch(patch.diff).paths, "", *sorted(names)])


def changed_names(diff: str, read: Callable[[str], str]) -> tuple[str, ...]:
    """The innermost functions and methods of Python files that a diff touches, those it touches most first.

    Args:
        diff: canonical.
        read: the text of a file before the change.
    """
    lines: dict[str, list[int]] = {}
    for path, line in touched_lines(diff):
        if path.endswith(".py"):
            lines.setdefault(path, []).append(line)
    counts = Counter(name for path, numbers in lines.items() for name in _names(read(path), numbers))
    return tuple(sorted(counts, key=lambda name: (-counts[name], name)))


def _names(text: str, numbers: Iterable[int]) -> Iterable[str]:
    try:
        functions = [symbol for symbol in outline(text) if symbol.kind != "class"]
    except EditError:
        return
    for number in numbers:
        holding = [symbol for symbol in functions if symbol.start <= number <= symbol.end]
        if holding:
            yield max(holding, key=lambda symbol: symbol.start).qualname


def branch_name(title: str, key: str) -> str:
    """`perfagent/<what it does>-<8 digits of its key>`; the same for the same change."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode()
    slug = re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")[:SLUG_LENGTH].strip("-")
    return f"{BRANCH_PREFIX}{slug or 'patch'}-{key[:8]}"


def _digest(parts: Iterable[str]) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogateescape")).hexdigest()[:KEY_DIGITS]
