"""Telling that a command wanted more processes than it may have: the kernel counts how often it refused one.

The counter is `max` in the pids controller's `pids.events`, in control groups of version 1 and 2 alike (Linux
admin-guide/cgroup-v2.rst, cgroup-v1/pids.rst). Where there is no control group (RLIMIT_NPROC) nothing is counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from perfagent.tools.sandbox.protocol import Command, Completed, Fork
from perfagent.tools.sandbox.session import RunnerSandbox, Setup

EVENTS = "pids.events"
ROOTS = (Path("/sys/fs/cgroup"), Path("/sys/fs/cgroup/pids"))  # version 2, version 1


class CrowdedSandbox(RunnerSandbox):
    """A sandbox that says which of its commands were stopped at the limit of processes.

    Attributes:
        refusal_counters: the kernel's counters of refused processes, as files of the host; set by `_start`.
    """

    refusal_counters: Sequence[Path] = ()

    def __init__(self, setup: Setup) -> None:
        super().__init__(setup)
        self._refused_at_end = 0

    def execute(self, command: Command) -> Completed:
        """See Sandbox."""
        before = self._before()
        return self._explained(super().execute(command), before)

    def fork(self, server: Command, forks: Sequence[Fork]) -> list[Completed]:
        """See Sandbox."""
        before = self._before()
        return [self._explained(ended, before) for ended in super().fork(server, forks)]

    def _before(self) -> int:
        """Refusals so far."""
        self._refused_at_end = 0
        return refusals(self.refusal_counters)

    def _explained(self, ended: Completed, before: int) -> Completed:
        """The command with the limit it ran into, where it did and failed."""
        if ended.ok or max(refusals(self.refusal_counters), self._refused_at_end) <= before:
            return ended
        return replace(ended, over_processes=self.setup.limits.processes)

    def _drop(self) -> None:
        """See RunnerSandbox; the counters go with what they count."""
        self._refused_at_end = refusals(self.refusal_counters)
        super()._drop()
        self.refusal_counters = ()


def refusals(counters: Sequence[Path]) -> int:
    """How many processes the kernel refused by these counters; a missing one counts none."""
    total = 0
    for path in counters:
        try:
            words = path.read_text().split()
        except OSError:
            continue
        total += int(dict(zip(words[::2], words[1::2], strict=False)).get("max", 0))
    return total


def counters_of(pid: int, name: str) -> list[Path]:
    """The counters of the control group of a process, by /proc, when that group's path holds `name`.

    An engine may be on another machine, where `pid` is somebody else: then nothing is found.
    """
    try:
        lines = Path(f"/proc/{pid}/cgroup").read_text().splitlines()
    except OSError:
        return []
    groups = [path.lstrip("/") for _, names, path in (line.split(":", 2) for line in lines) if names in ("", "pids")]
    found = (root / group / EVENTS for group in groups if name in group for root in ROOTS)
    return [path for path in found if path.is_file()]
