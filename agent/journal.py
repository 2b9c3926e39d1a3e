"""Files that are only ever whole, and journals of what finished, from which a resumed run goes on."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any


class Journal:
    """Finished rounds of one measurement, appended one JSON line each; a torn last line is dropped on reading."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.entries: list[Any] = []
        if path.exists():
            for line in path.read_text("utf-8").splitlines():
                try:
                    self.entries.append(json.loads(line))
                except json.JSONDecodeError:
                    break
            write_atomically(path, "".join(json.dumps(e) + "\n" for e in self.entries).encode())
        self._next = 0

    def replay(self, compute: Callable[[], Any]) -> Any:
        """The next entry: the recorded one, or a fresh one that is computed and appended."""
        if self._next == len(self.entries):
            value = compute()
            with self._path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(value) + "\n")
            self.entries.append(value)
        entry = self.entries[self._next]
        self._next += 1
        return entry

    @property
    def upcoming(self) -> Any:
        """The recorded entry that `replay` would give now; None when it would compute."""
        return self.entries[self._next] if self._next < len(self.entries) else None

    def diverge(self) -> None:
        """Drop what was recorded from here on: things went another way this time."""
        del self.entries[self._next :]
        write_atomically(self._path, "".join(json.dumps(e) + "\n" for e in self.entries).encode())


#: Numbers unfinished files: two threads may write the same document at once.
_WRITES = count()


def write_atomically(target: Path, data: bytes) -> None:
    """Write a file so that a reader sees the old content or the new, never a part."""
    temporary = target.with_name(f".{target.name}.{os.getpid()}-{next(_WRITES)}")
    temporary.write_bytes(data)
    temporary.replace(target)
