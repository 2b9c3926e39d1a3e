"""Files that `perfagent init` would write: shown as a diff before anything is written, undone by git."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from pathlib import Path

from perfagent.tools.errors import PerfagentError


@dataclass(frozen=True, slots=True)
class Change:
    """One file of a repository as it is to be.

    Attributes:
        path: relative to the repository's root. text: the whole new content. why: one line.
    """

    path: str
    text: str
    why: str

    def diff(self, root: Path) -> str:
        """What changes against the file as it is, as a unified diff; empty when nothing does."""
        before = self._before(root)
        old, new = (before or "").splitlines(keepends=True), self.text.splitlines(keepends=True)
        first = f"a/{self.path}" if before is not None else "/dev/null"
        return "".join(_whole(line) for line in difflib.unified_diff(old, new, first, f"b/{self.path}"))

    def exists(self, root: Path) -> bool:
        """Whether the repository has such a file already."""
        return (root / self.path).exists()

    def write(self, root: Path) -> None:
        """Write the file.

        Raises:
            PerfagentError: it cannot be written, or leads out of the repository by a link.
        """
        place = root / self.path
        if not place.resolve().is_relative_to(root.resolve()):
            raise PerfagentError(f"{self.path} leads out of the repository", "write it by hand", code="PA105")
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            # Line ends are the text's own, which are those of the file it was made from.
            place.write_text(self.text, "utf-8", newline="")
        except OSError as error:
            raise PerfagentError(
                f"{self.path} cannot be written ({error.strerror})", "make it writable", code="PA105"
            ) from error

    def _before(self, root: Path) -> str | None:
        try:
            with (root / self.path).open(encoding="utf-8", newline="") as stream:
                return stream.read()
        except FileNotFoundError:
            return None


def _whole(line: str) -> str:
    """A line of a diff; one that ends without a newline says so, as git's do."""
    return line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"
