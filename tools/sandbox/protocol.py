"""What every sandbox promises: run a command on mounted trees, contained, and say what it cost.

Clocks are read by the runner, a process of its own inside the sandbox, never by the code under test.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol

SandboxKind = Literal["docker", "bubblewrap", "local"]


@dataclass(frozen=True, slots=True)
class Mount:
    """A host folder or file made visible inside; `target` is absolute, and ignored by `local`.

    Attributes:
        fleeting: each command finds it empty, like /tmp and home: nothing that one leaves there is seen by the next.
    """

    source: Path
    target: str
    writable: bool = False
    fleeting: bool = False


@dataclass(frozen=True, slots=True)
class Limits:
    """What one command may use: bytes, process count, seconds.

    `file_bytes` bounds one file, `disk_bytes` what all writable mounts together may grow by while a sandbox is open.
    """

    memory_bytes: int = 4 * 2**30
    processes: int = 256
    timeout_s: float = 600.0
    output_bytes: int = 1_000_000
    file_bytes: int = 2 * 2**30
    disk_bytes: int = 4 * 2**30

    @property
    def tmpfs_bytes(self) -> int:
        """Size of each of the two folders kept in memory, /tmp and home: together what memory may be."""
        return min(self.memory_bytes // 2, self.disk_bytes)


@dataclass(frozen=True, slots=True)
class Command:
    """One command to run inside.

    Attributes:
        argv: program and arguments, paths as seen inside.
        cwd: working directory as seen inside.
        env: the whole environment of the command beside PATH, HOME, LANG and TMPDIR; nothing else leaks in.
        timeout_s: seconds until the whole process group is killed; the sandbox's limit when None.
        stdin: bytes for standard input; /dev/null when None.
        marks: whether the command speaks the mark protocol (spans timed from outside, see runner.py).
        collect: paths inside (regular files, links not followed) returned after the command and then deleted.
        cpu: the core to pin the command to; None for no pinning.
    """

    argv: tuple[str, ...]
    cwd: str
    env: Mapping[str, str] = field(default_factory=dict)
    timeout_s: float | None = None
    stdin: bytes | None = None
    marks: bool = False
    collect: tuple[str, ...] = ()
    cpu: int | None = None


@dataclass(frozen=True, slots=True)
class Fork:
    """One child of a server, a command that forks when it is told to (see "Forks" in runner.py).

    Attributes:
        line: what the server reads before it forks, without its newline.
        timeout_s: seconds until the child is killed; the sandbox's limit when None.
        collect: as in Command.
    """

    line: bytes
    timeout_s: float | None = None
    collect: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Usage:
    """What the command and the children it waited for used: seconds, counts and bytes.

    `run_delay_s` is the main thread's alone; `peak_rss_bytes` is the largest process's, and never below the some
    10 MB of the process that started it.
    """

    wall_s: float
    cpu_s: float
    run_delay_s: float
    voluntary_switches: int
    peak_rss_bytes: int


@dataclass(frozen=True, slots=True)
class Span:
    """The time between two marks of one name, summed over its occurrences.

    Attributes:
        name: the benchmark's id.
        loops: how many executions of the body the marks enclosed in all.
        wall_s, cpu_s, run_delay_s: seconds over all loops; cpu_s counts every thread of the process, not its
            children; run_delay_s (runnable, waiting for a core) the main thread alone.
    """

    name: str
    loops: int
    wall_s: float
    cpu_s: float
    run_delay_s: float


@dataclass(frozen=True, slots=True)
class Completed:
    """How a command ended.

    Attributes:
        exit_code: negative for a signal, as in subprocess; 127 and 126 when it could not be started.
        over_disk: whether it was killed because the writable mounts grew beyond the limit.
        over_processes: the limit of processes when it failed and was refused more of them; 0 when it was not.
        truncated: whether the middle of an output stream was left out.
        spans: spans with a faulty mark are left out, and named in `notes`.
        files: the collected files that existed, by the path asked for.
        notes: what the runner wants known: marks dropped, files not collected, and why.
    """

    exit_code: int
    stdout: str
    stderr: str
    timed_out: bool
    out_of_memory: bool
    truncated: bool
    usage: Usage
    spans: tuple[Span, ...] = ()
    files: Mapping[str, bytes] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    over_disk: bool = False
    over_processes: int = 0

    @property
    def ok(self) -> bool:
        """Whether the command exited 0 in time."""
        return self.exit_code == 0 and not self.timed_out

    @property
    def stopped_by(self) -> str:
        """What stopped the command, to be put after its name; empty when it ended by itself."""
        if self.over_disk:
            return "wrote more to the disk than allowed"
        if self.timed_out:
            crowded = f"reached the limit of {self.over_processes} processes and " if self.over_processes else ""
            return f"{crowded}did not end within {self.usage.wall_s:.0f} s"
        if self.out_of_memory:
            return "ran out of memory"
        if self.over_processes and self.exit_code < 0:
            return f"reached the limit of {self.over_processes} processes"
        return f"was killed by signal {-self.exit_code}" if self.exit_code < 0 else ""


class Sandbox(Protocol):
    """An open sandbox; a context manager whose exit kills and removes everything it made."""

    kind: SandboxKind

    def inside(self, host_path: Path) -> str:
        """The path by which a mounted host path (or one below it) is known inside.

        Raises:
            SandboxError: the path is not under any mount.
        """
        ...

    def execute(self, command: Command) -> Completed:
        """Run one command through the persistent runner.

        Raises:
            SandboxError: the sandbox itself broke (a killed or failing command is a Completed).
        """
        ...

    def fork(self, server: Command, forks: Sequence[Fork]) -> list[Completed]:
        """Start a server, fork it once for each of `forks`, one after the other, and throw it away.

        The server's own `timeout_s` is for each forking. Every child is timed, limited and reported on like a
        command, and nothing it started outlives it. The list is shorter than `forks` when the server died or forked
        no more; of what is missing nothing is known.

        Raises:
            SandboxError: the sandbox itself broke.
        """
        ...

    def close(self) -> None:
        """Kill whatever runs and remove what the sandbox made; may be called twice."""
        ...

    def __enter__(self) -> Sandbox: ...

    def __exit__(self, *exc: object) -> None: ...


@dataclass(frozen=True, slots=True)
class Availability:
    """Whether a kind of sandbox works here, why not, and the command that mends it.

    Attributes:
        counts: whether it has valgrind, with which instructions are counted.
    """

    kind: SandboxKind
    ok: bool
    detail: str
    remedy: str = ""
    counts: bool = False


@dataclass(frozen=True, slots=True)
class Environment:
    """Where the target's code can run.

    Attributes:
        kind: the sandbox it was built for. image: image id for docker, empty otherwise. prefix: host path of
        the virtual environment, mounted read-only at its own path; None for docker. python: the interpreter's
        path as seen inside. version: that interpreter's version, such as "3.11.7". key: digest of everything
        the environment was built from. log: the build's output. cached: whether an earlier build was used.
        overlay: host folder of files the build generated (extension modules, version files), to be copied
        over
            each tree the code is run from; None when there are none.
        roots: folders of a tree, relative to it, that belong on PYTHONPATH; the environment itself holds the
            project's metadata, dependencies and scripts, but none of its code.
        native: how the compiled parts are built in a tree (see native.py); empty when there are none, or when the
            environment was set up by the user's own command.
    """

    kind: SandboxKind
    image: str
    prefix: Path | None
    python: str
    version: str
    key: str
    log: str
    cached: bool
    overlay: Path | None = None
    roots: tuple[str, ...] = (".",)
    native: str = ""
