"""Who owns what runs: process identities beyond the reuse of pids, and records of what must not outlive us.

A process is identified by boot, pid namespace, pid and start time; records are small JSON files in a private
folder.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import shutil
import signal
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

CLEAR_TIMEOUT_S = 3.0  # killed processes with much memory take a while to go
START_TIME_FIELD = 19  # field 22 of /proc/PID/stat (proc_pid_stat(5)), counted from the one after the name


@dataclass(frozen=True, slots=True)
class Process:
    """One process of this machine, beyond doubt: its start time is in clock ticks since boot."""

    boot: str
    namespace: str
    pid: int
    started: int

    @property
    def alive(self) -> bool:
        """Whether it still runs; a process of another pid namespace is taken to, as we cannot see it."""
        if self.boot != boot_id():
            return False
        return self.namespace != pid_namespace() or start_time(self.pid) == self.started


@dataclass(frozen=True, slots=True)
class Record:
    """What one open sandbox keeps on this machine beside the owner's memory.

    Attributes:
        run_id: the run it belongs to.
        owner: the perfagent process.
        runner: the process to kill with everything below it.
        folders: scratch folders to delete.
        cgroups: control groups to remove.
    """

    run_id: str
    owner: Process
    runner: Process
    folders: tuple[str, ...] = ()
    cgroups: tuple[str, ...] = ()


def boot_id() -> str:
    """The kernel's random name for this boot."""
    return Path("/proc/sys/kernel/random/boot_id").read_text().strip()


def pid_namespace() -> str:
    """Names the pid namespace we are in."""
    return str(Path("/proc/self/ns/pid").readlink())


def stat_fields(pid: int) -> list[str]:
    """The fields of /proc/PID/stat after the name; empty when there is no such process."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def start_time(pid: int) -> int | None:
    """Clock ticks since boot at which the process started; None when it is gone or a zombie."""
    fields = stat_fields(pid)
    return int(fields[START_TIME_FIELD]) if fields and fields[0] not in "ZX" else None


def identify(pid: int) -> Process:
    """The identity of a running process."""
    return Process(boot_id(), pid_namespace(), pid, start_time(pid) or 0)


def kill_tree(pid: int) -> None:
    """Kill a process and everything below it, whatever its session."""
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (fields := stat_fields(int(entry.name))):
            parents.setdefault(int(fields[1]), []).append(int(entry.name))
    doomed = [pid]
    for parent in doomed:
        doomed += parents.get(parent, [])
    for victim in doomed:
        kill(victim)


def kill(pid: int) -> None:
    """Kill one process if it is there and ours."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.kill(pid, signal.SIGKILL)


def records_folder() -> Path:
    """The private folder of the records.

    Raises:
        PermissionError: somebody else made it: what it says must not be obeyed.
    """
    folder = Path(os.environ.get("XDG_RUNTIME_DIR") or os.environ.get("TMPDIR") or "/tmp") / f"perfagent-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    status = folder.lstat()
    if status.st_uid != os.getuid() or status.st_mode & 0o022 or folder.is_symlink():
        raise PermissionError(f"{folder} belongs to somebody else")
    return folder


def write_record(record: Record) -> Path:
    """Store a record; delete the returned file when what it lists is gone."""
    path = records_folder() / f"{record.runner.pid}-{record.runner.started}.json"
    path.write_text(json.dumps(asdict(record)))
    return path


def read_records() -> Iterator[tuple[Path, Record]]:
    """Every stored record; unreadable ones are skipped."""
    for path in sorted(records_folder().glob("*.json")):
        try:
            yield path, parse_record(json.loads(path.read_text()))
        except (OSError, ValueError, TypeError, KeyError):
            continue


def drop_torn_records() -> None:
    """Delete records whose writer was killed before a word of them was written; their runners ended with it."""
    for path in records_folder().glob("*.json"):
        pid, _, started = path.stem.partition("-")
        with contextlib.suppress(OSError, ValueError):
            if not path.stat().st_size and start_time(int(pid)) != int(started):
                path.unlink()


def parse_record(data: Mapping[str, object]) -> Record:
    """A record from its JSON form."""
    fields = dict(data)
    for name in ("owner", "runner"):
        fields[name] = Process(**fields[name])  # type: ignore[arg-type]
    for name in ("folders", "cgroups"):
        fields[name] = tuple(fields[name])  # type: ignore[arg-type]
    return Record(**fields)  # type: ignore[arg-type]


def clear(path: Path, record: Record) -> bool:
    """Kill and delete what a record lists; True when the runner still ran."""
    ran = record.runner.alive and record.runner.namespace == pid_namespace()
    if ran:
        kill_tree(record.runner.pid)
    deadline = time.monotonic() + CLEAR_TIMEOUT_S
    while (left := stragglers(record)) and time.monotonic() < deadline:
        for pid in left:
            kill(pid)
        time.sleep(0.005)
    for group in map(Path, record.cgroups):
        # A zombie is no straggler, but keeps its group until it is reaped.
        while not _removed(group) and time.monotonic() < deadline:
            time.sleep(0.005)
    for folder in record.folders:
        shutil.rmtree(folder, ignore_errors=True)
    path.unlink(missing_ok=True)
    return ran


def _removed(group: Path) -> bool:
    try:
        group.rmdir()
    except OSError as error:
        return error.errno != errno.EBUSY
    return True


def stragglers(record: Record) -> set[int]:
    """Processes of a sandbox whose runner is gone: they are in its control groups, or its folder is their HOME."""
    found: set[int] = set()
    for group in record.cgroups:
        with contextlib.suppress(OSError):
            found.update(map(int, (Path(group) / "cgroup.procs").read_text().split()))
    marks = [os.fsencode(folder) for folder in record.folders]
    for entry in Path("/proc").iterdir() if marks else ():
        with contextlib.suppress(OSError):
            if entry.name.isdigit() and any(mark in (entry / "environ").read_bytes() for mark in marks):
                found.add(int(entry.name))
    return {pid for pid in found if start_time(pid) is not None}
