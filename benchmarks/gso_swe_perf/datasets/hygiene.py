"""Patches as text: what a prediction is cleaned of when it is written, and what is told of one that is read.

A prediction may be any text at all, so nothing here parses hunks; a file's part begins at its `diff --git` line.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from perfagent.benchmarks.gso_swe_perf.records import Record

_HEAD = re.compile(r"^diff --git ", re.MULTILINE)
_BINARY = re.compile(r"^(Binary files .* differ|GIT binary patch)\r?$", re.MULTILINE)
_NEW = re.compile(r"^(new file mode|--- /dev/null)", re.MULTILINE)
_CRLF_HEAD = re.compile(r"^(diff --git |@@ ).*\r$", re.MULTILINE)
_TARGET = re.compile(r"^\+\+\+ (?:\"?b/)?(.*?)\"?\s*$", re.MULTILINE)
_SOURCE = re.compile(r"^--- (?:\"?a/)?(.*?)\"?\s*$", re.MULTILINE)
_NAMED = re.compile(r"^diff --git \"?a/.*? \"?b/(.*?)\"?\s*$", re.MULTILINE)

#: Endings of files that profilers, editors, patch programs and redirected output leave behind.
_SCRATCH = (".log", ".out", ".prof", ".pstats", ".pkl", ".orig", ".rej", ".bak", ".swp", ".patch", ".diff", ".tmp")


class FilePatch(NamedTuple):
    """One file's part of a patch."""

    path: str
    text: str

    @property
    def is_binary(self) -> bool:
        """Whether the file is binary: there is nothing to read, and mostly nothing to apply."""
        return bool(_BINARY.search(self.text))

    @property
    def is_new(self) -> bool:
        """Whether the patch creates the file."""
        return bool(_NEW.search(self.text))

    @property
    def is_test(self) -> bool:
        """Whether the file is a test, by its name and folders."""
        from perfagent.tools.patch import Policy

        return Policy().protection(self.path) == "a test"

    @property
    def is_scratch(self) -> bool:
        """Whether the file is none of the project's: bytecode, output, or a new file at the top of the tree."""
        from perfagent.tools.patch import is_leftover

        left = is_leftover(self.path) or self.path.lower().endswith(_SCRATCH)
        return self.is_new and (left or ("/" not in self.path and not self.is_test))


class Hygiene(Record):
    """Files of a patch that no speedup needs, by what they are; a file may be in several."""

    scratch: tuple[str, ...] = ()
    binaries: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()

    @property
    def clean(self) -> bool:
        """Whether there are none."""
        return not (self.scratch or self.binaries or self.tests)


def file_patches(patch: str) -> list[FilePatch]:
    """The parts of a patch, in its order; text before the first `diff --git` belongs to none."""
    starts = [match.start() for match in _HEAD.finditer(patch)]
    ends = [*starts[1:], len(patch)] if starts else []
    return [FilePatch(_path(text), text) for text in (patch[a:b] for a, b in zip(starts, ends, strict=True))]


def hygiene(patch: str) -> Hygiene:
    """What a patch touches that it should not; the patch itself stays as it is."""
    parts = file_patches(patch)
    return Hygiene(
        scratch=tuple(part.path for part in parts if part.is_scratch),
        binaries=tuple(part.path for part in parts if part.is_binary),
        tests=tuple(part.path for part in parts if part.is_test),
    )


def without_tests(patch: str) -> str:
    """The patch without its test files; the whole one when it has no others, as a change to a testing library has."""
    kept = [part.text for part in file_patches(patch) if not part.is_test]
    return "".join(kept) if kept else patch


def cleaned(patch: str | None) -> str:
    """A patch as the benchmarks' harnesses take it best; empty for no patch.

    GSO's harness does the same on writing: text before the first `diff --git` is cut, line ends are made LF, binary
    files are dropped. A missing final newline is added, as SWE-fficiency's does. Unlike GSO's, a carriage return
    stays where the diff's own lines have none: then it is the file's, and without it the patch would not apply.
    """
    if not patch or not patch.strip():
        return ""
    text = patch.replace("\r\n", "\n") if _CRLF_HEAD.search(patch) else patch
    parts = file_patches(text)
    kept = "".join(part.text for part in parts if not part.is_binary) if parts else text
    return kept if not kept or kept.endswith("\n") else kept + "\n"


def _path(text: str) -> str:
    """The path after the patch; before it, for a file that is removed."""
    head = text.split("\n@@", 1)[0]
    for pattern in (_TARGET, _SOURCE, _NAMED):
        found = pattern.search(head)
        if found and found[1] not in ("", "/dev/null"):
            return found[1]
    return ""
