"""What a run found out about an unchanged target, kept for the next run: its stable tests, values and loop counts.

A finding is named by all that it depends on, so that any change makes it be found anew. It also grows stale: code
may depend on the date or the machine. A stale finding can cost a candidate its acceptance, never gain it one, for
candidates are always run afresh.
"""

from __future__ import annotations

import functools
import hashlib
import json
import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from perfagent import __version__
from perfagent.agent.journal import write_atomically
from perfagent.tools import equivalence, workload
from perfagent.tools.workload import Workload

#: Of the stored form; another number makes everything be found anew.
FORMAT = 1

#: Seconds after which a finding is not believed any more.
LONGEST_TRUST_S = 7 * 86400.0


class Findings:
    """Findings by name and facts.

    Args:
        home: the folder they are kept in.
        facts: what all of them depend on, as JSON: the tree, the environment, the workloads.
        now: seconds since the epoch.
    """

    def __init__(self, home: Path, facts: Sequence[Any], now: Callable[[], float] = time.time) -> None:
        self._home = home
        self._facts = [FORMAT, __version__, harness_digest(), os.uname().nodename, *facts]
        self._now = now
        self.recalled: list[str] = []

    def recall(self, name: str, facts: Sequence[Any], find: Callable[[], Any]) -> Any:
        """The JSON that `find` returned in an earlier run under the same facts; else what it returns now.

        Args:
            name: what it is. facts: what it depends on beyond the facts of all.
        """
        place = self._place(name, facts)
        known = self._read(place)
        if known is not None:
            self.recalled.append(name)
            return known["found"]
        found = find()
        self._home.mkdir(parents=True, exist_ok=True)
        self._forget_stale()
        write_atomically(place, json.dumps({"name": name, "time": self._now(), "found": found}).encode())
        return found

    def _place(self, name: str, facts: Sequence[Any]) -> Path:
        described = json.dumps([*self._facts, name, *facts], sort_keys=True)
        return self._home / f"{hashlib.sha256(described.encode('utf-8', 'surrogateescape')).hexdigest()[:32]}.json"

    def _read(self, place: Path) -> dict[str, Any] | None:
        """A stored finding that may still be believed."""
        try:
            known: dict[str, Any] = json.loads(place.read_bytes())
        except (OSError, ValueError):
            return None
        return known if 0 <= self._now() - known["time"] <= LONGEST_TRUST_S else None

    def _forget_stale(self) -> None:
        """Remove the files that nobody will believe again."""
        for path in self._home.glob("*.json"):
            try:
                if path.stat().st_mtime < self._now() - LONGEST_TRUST_S:
                    path.unlink()
            except FileNotFoundError:
                continue


@functools.cache
def harness_digest() -> str:
    """A digest of the files that run inside the sandbox: what they report is what is kept."""
    total = hashlib.sha256()
    for folder in (equivalence.HARNESS, workload.HARNESS):
        for path in sorted(folder.glob("*.py")):
            total.update(path.read_bytes())
    return total.hexdigest()


def identity(timed: Workload) -> list[str]:
    """What a workload is: a script outside of the repository goes by its name and content, wherever it stands."""
    path = Path(timed.target)
    if timed.kind != "script" or not path.is_absolute():
        return [timed.spec]
    return [path.name, hashlib.sha256(path.read_bytes()).hexdigest()]
