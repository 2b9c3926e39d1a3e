"""What was about to be sent and what was: a line before each write and one after it, flushed to the disk.

Whoever is killed between the two leaves an intent without its end; the next session then asks the forge whether the
write took effect before it sends anything. Most of that the forge itself can be asked for (a branch by its name, a pull
request by its branch); what it cannot be asked for is whether a label that is missing was never put or was taken off.
"""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any


class Ledger:
    """One run's writes to a forge.

    Args:
        path: the file; made with its folder at the first line.
        keep: False for a dry run, which reads and writes nothing.
    """

    def __init__(self, path: Path, *, keep: bool = True) -> None:
        self._path = path
        self._keep = keep
        self._lines = _read(path) if keep else []

    def intend(self, what: str, branch: str, **detail: Any) -> None:
        """Say that a write is about to be sent."""
        self._add({"intent": what, "branch": branch, **detail})

    def done(self, what: str, branch: str, **detail: Any) -> None:
        """Say that it was sent and answered."""
        self._add({"done": what, "branch": branch, **detail})

    def owes(self, what: str, after: str, branch: str) -> bool:
        """Whether the last `after` that was begun for a branch was not followed by a finished `what`."""
        begun = [n for n, line in enumerate(self._lines) if line.get("intent") == after and line["branch"] == branch]
        ended = [n for n, line in enumerate(self._lines) if line.get("done") == what and line["branch"] == branch]
        return bool(begun) and (not ended or ended[-1] < begun[-1])

    def _add(self, line: dict[str, Any]) -> None:
        self._lines.append(line)
        if not self._keep:
            return
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("a", encoding="utf-8") as file:
            # A line that a kill cut off must not swallow this one.
            start = "" if file.tell() == 0 or self._path.read_bytes().endswith(b"\n") else "\n"
            file.write(start + json.dumps({"time": round(time.time(), 3), **line}) + "\n")
            file.flush()
            os.fsync(file.fileno())


def _read(path: Path) -> list[dict[str, Any]]:
    """The whole lines of a ledger; one that was cut off by a kill says nothing."""
    if not path.exists():
        return []
    found = []
    for line in path.read_text("utf-8").splitlines():
        try:
            found.append(json.loads(line))
        except json.JSONDecodeError:
            continue
    return found
