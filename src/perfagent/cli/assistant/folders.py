"""Which repositories an assistant may name: those below the folders that were opened to it, and no others."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from urllib.parse import unquote, urlsplit

from perfagent.tools.errors import RepositoryError, UsageError


class Folders:
    """The folders opened to an assistant.

    Args:
        roots: those that the server was started with; whatever links they are reached by, the real folder counts.

    Raises:
        UsageError: one of them is no folder.
    """

    def __init__(self, roots: Sequence[Path]) -> None:
        missing = [root for root in roots if not root.is_dir()]
        if missing:
            raise UsageError(f"{missing[0]} is not a folder", "give folders that hold repositories")
        self._roots = tuple(root.resolve() for root in roots)

    def narrowed(self, uris: Iterable[str]) -> Folders:
        """The same, of which only what lies below the folders of the assistant's program too; all when it names none.

        Args:
            uris: that program's roots, as `file://` addresses; other addresses open nothing.
        """
        uris = tuple(uris)
        if not uris:
            return self
        theirs = [Path(unquote(urlsplit(uri).path)).resolve() for uri in uris if urlsplit(uri).scheme == "file"]
        both = Folders(())
        both._roots = tuple(
            mine if mine.is_relative_to(their) else their
            for mine in self._roots
            for their in theirs
            if mine.is_relative_to(their) or their.is_relative_to(mine)
        )
        return both

    def hold(self, path: Path) -> bool:
        """Whether the path, its links followed, is one of the folders or below one."""
        real = path.resolve()
        return any(real.is_relative_to(root) for root in self._roots)

    def repository(self, named: str) -> Path:
        """The real folder of the repository an assistant named, which may be relative to the first folder.

        Raises:
            UsageError: it is outside, such as any URL.
            RepositoryError: it is no folder.
        """
        if "://" in named:
            raise self._refusal(named)
        place = self._inside(Path(self._roots[0] if self._roots else "/", Path(named).expanduser()), named)
        if not place.is_dir():
            raise RepositoryError(f"{named} is not a folder", "give the folder of a git repository", code="PA201")
        return place

    def workload(self, spec: str, repository: Path) -> str:
        """The workload as it is, if the file it names is inside too.

        Raises:
            UsageError: it is not.
        """
        kind, _, target = spec.partition(":")
        if kind != "command":
            self._inside(Path(repository, Path(target.split("::")[0]).expanduser()), target)
        return spec

    def _inside(self, path: Path, named: str) -> Path:
        if not self.hold(path):
            raise self._refusal(named)
        return path.resolve()

    def _refusal(self, named: str) -> UsageError:
        opened = " or ".join(map(str, self._roots)) or "what `perfagent mcp` was started with"
        return UsageError(
            f"{named} is outside of the folders that were opened to the assistant",
            f"start `perfagent mcp` with it, or name a folder below {opened}",
            code="PA111",
        )
