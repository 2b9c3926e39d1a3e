"""Where built environments are kept: complete ones alone are ever seen, whatever is killed when.

`<key>.json` is written last and makes the environment exist; beside it `<key>/` is the virtual environment
(at its final path from the start, as it cannot be moved), `<key>.overlay/` what the build generated,
`<key>.lock` the lock, and `<key>.work/` the copy while it is built from.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from pathlib import Path

from perfagent.tools.environment.builder import Site
from perfagent.tools.environment.reading import SKIPPED
from perfagent.tools.errors import BuildError
from perfagent.tools.sandbox.protocol import Environment

HARVEST = Path(__file__).with_name("harvest.py")


class Store:
    """One environment's place in the cache."""

    def __init__(self, cache: Path, key: str) -> None:
        folder = cache / "environments"
        folder.mkdir(parents=True, exist_ok=True)
        self._cache, self._key = cache, key
        self._prefix, self._record = folder / key, folder / f"{key}.json"
        self._overlay, self._lock = folder / f"{key}.overlay", folder / f"{key}.lock"
        self._work = folder / f"{key}.work"

    @contextlib.contextmanager
    def locked(self, say: Callable[[str], None]) -> Iterator[None]:
        """Hold the environment's lock; it is let go when the process dies."""
        with self._lock.open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                say("waiting for another run that builds the same environment")
                fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def load(self) -> Environment | None:
        """The environment if it was built completely and is still here."""
        try:
            data = json.loads(self._record.read_text())
            paths = {name: Path(data[name]) if data[name] else None for name in ("prefix", "overlay")}
            found = Environment(**{**data, **paths, "roots": tuple(data["roots"]), "cached": True})
        except (OSError, ValueError, TypeError, KeyError):
            return None
        return found if all(path is None or path.is_dir() for path in paths.values()) else None

    @contextlib.contextmanager
    def building(self, tree: Path) -> Iterator[Site]:
        """Lay out a build from a copy of the tree; what is left when it fails is removed."""
        self._discard()
        shutil.copytree(tree, self._work / "tree", symlinks=True, ignore=shutil.ignore_patterns(*SKIPPED, "*.pyc"))
        copied = [str(path.relative_to(self._work / "tree")) for path in (self._work / "tree").rglob("*")]
        (self._work / "sources.json").write_text(json.dumps(copied))
        (self._work / "overlay").mkdir()
        shutil.copy(HARVEST, self._work / "harvest.py")
        try:
            self._prefix.mkdir()
            yield Site(self._prefix, self._work, self._cache)
        except BaseException:
            self._discard()
            raise
        finally:
            shutil.rmtree(self._work, ignore_errors=True)

    def _discard(self) -> None:
        """Remove all but the lock."""
        self._record.unlink(missing_ok=True)
        for folder in (self._prefix, self._overlay, self._work):
            shutil.rmtree(folder, ignore_errors=True)

    def save(self, built: Environment) -> Environment:
        """Keep a finished build and its overlay; called within `building`.

        Raises:
            BuildError: the target's code, which may write beside it, put something else in the overlay's place.
        """
        made = self._work / "overlay"
        if made.is_symlink() or not made.is_dir():
            raise BuildError("the build replaced the folder for what it made")
        overlay = self._overlay if any(made.iterdir()) else None
        if overlay is not None:
            made.rename(overlay)
        complete = replace(built, overlay=overlay)
        temporary = self._record.with_suffix(".part")
        temporary.write_text(json.dumps(asdict(complete), default=str))
        os.replace(temporary, self._record)  # noqa: PTH105 - the same thing, said the usual way
        return complete
