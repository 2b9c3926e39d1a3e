"""Bounds on memory and process count for sandboxes without an engine: control groups where we may make them.

Without them RLIMIT_AS and RLIMIT_NPROC stand in. Both are poor measures: address space is not memory (a
program may reserve far more than it touches, and each of its children has the whole limit again), and the
kernel counts the processes of the user, not of the sandbox (and exempts root).
"""

from __future__ import annotations

import contextlib
import os
import shlex
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from perfagent.tools.sandbox.protocol import Limits

ROOT = Path("/sys/fs/cgroup")
PREFIX = "perfagent-"

#: Seconds after which a group that nobody is in is nobody's: entering it is the first thing a runner does.
ABANDONED_S = 60.0


@dataclass(frozen=True, slots=True)
class Guard:
    """How one runner is bounded.

    Attributes:
        launcher: put before its argv.
        rlimits: limits each command gets, by their name in `resource`.
        groups: the control groups made for it.
        oom_files: where the kernel counts its kills for memory. pids_files: where it counts refused processes.
    """

    launcher: tuple[str, ...] = ()
    rlimits: dict[str, int] = field(default_factory=dict)
    groups: tuple[Path, ...] = ()
    oom_files: tuple[Path, ...] = ()
    pids_files: tuple[Path, ...] = ()

    def remove(self) -> None:
        """Remove the groups; they must be empty."""
        for group in self.groups:
            try:
                group.rmdir()
            except OSError:
                continue


def guard(limits: Limits) -> Guard:
    """The best bound there is here."""
    groups: list[Path] = []
    try:
        for parent, settings in plans(limits):
            group = parent / f"{PREFIX}{uuid.uuid4().hex[:12]}"
            group.mkdir()
            groups.append(group)
            for name, value in settings.items():
                # Swap accounting may be compiled out; the other settings are what we are here for.
                if "sw" not in name or (group / name).exists():
                    (group / name).write_text(str(value))
    except OSError:
        Guard(groups=tuple(groups)).remove()
        groups = []
    if not groups:
        return Guard(rlimits={"RLIMIT_AS": limits.memory_bytes, "RLIMIT_NPROC": limits.processes + user_tasks()})
    enter = " && ".join(f"echo $$ > {shlex.quote(str(group / 'cgroup.procs'))}" for group in groups)
    counters = [group / name for group in groups for name in ("memory.events", "memory.oom_control")]
    return Guard(
        launcher=("/bin/sh", "-c", f'{enter} && exec "$@"', "sh"),
        groups=tuple(groups),
        oom_files=tuple(file for file in counters if file.exists()),
        pids_files=tuple(file for group in groups if (file := group / "pids.events").exists()),
    )


def sweep() -> None:
    """Remove the groups of sandboxes whose owner was killed before it had recorded them."""
    with contextlib.suppress(OSError):
        for parent, _ in plans(Limits()):
            for group in parent.glob(f"{PREFIX}*"):
                # The kernel refuses while somebody is in it.
                with contextlib.suppress(OSError):
                    if time.time() - group.stat().st_mtime > ABANDONED_S:
                        group.rmdir()


def plans(limits: Limits) -> Iterator[tuple[Path, dict[str, int]]]:
    """Where to make groups and what to write there (Linux admin-guide/cgroup-v2.rst, cgroup-v1/memory.rst).

    Raises:
        OSError: the controllers are not there, or not given to us.
    """
    own = {}
    for line in Path("/proc/self/cgroup").read_text().splitlines():
        _, names, path = line.split(":", 2)
        own.update({name: path.lstrip("/") for name in names.split(",")})
    if (ROOT / "cgroup.controllers").exists():
        # A group with processes in it may have no children with controllers: ours become siblings of our own
        # group.
        parent = (ROOT / own[""]).parent if own.get("") else ROOT
        if not {"memory", "pids"} <= set((parent / "cgroup.subtree_control").read_text().split()):
            raise PermissionError(parent)
        yield parent, {"memory.max": limits.memory_bytes, "memory.swap.max": 0, "pids.max": limits.processes}
        return
    if not {"memory", "pids"} <= set(own):
        raise FileNotFoundError(ROOT)
    bounds = {
        "memory.limit_in_bytes": limits.memory_bytes,
        "memory.memsw.limit_in_bytes": limits.memory_bytes,
    }
    yield ROOT / "memory" / own["memory"], bounds
    yield ROOT / "pids" / own["pids"], {"pids.max": limits.processes}


def user_tasks() -> int:
    """Threads that run as our user now: RLIMIT_NPROC counts them as well."""
    count = 0
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and entry.stat().st_uid == os.getuid():
                count += len(os.listdir(entry / "task"))  # noqa: PTH208 - a count needs no Path objects
        except OSError:
            continue
    return count
