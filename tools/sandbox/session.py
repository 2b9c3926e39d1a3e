"""What the three sandboxes share: the conversation with the runner, its watchdog, and paths inside."""

from __future__ import annotations

import posixpath
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from perfagent.tools.errors import SandboxError
from perfagent.tools.sandbox.channel import Channel
from perfagent.tools.sandbox.disk import INTERVAL_S, DiskWatch
from perfagent.tools.sandbox.protocol import (
    Command,
    Completed,
    Environment,
    Fork,
    Limits,
    Mount,
    SandboxKind,
)
from perfagent.tools.sandbox.wire import decode, decode_forks, encode, lost

RUNNER = Path(__file__).with_name("runner.py")
START_TIMEOUT_S = 60.0  # a cold container on a loaded machine takes some seconds
GRACE_S = 15.0  # beyond a command's own timeout: killing thousands of processes, sending 64 MB back
SYSTEM_PATH = "/usr/local/bin:/usr/bin:/bin"
SANDBOX_HOME = "/home/perfagent"
SHARED_MEMORY_BYTES = 256 * 2**20  # /dev/shm: multiprocessing's semaphores and arrays; counts as memory
SANDBOX_ID = 1000  # the user inside when we are root


@dataclass(frozen=True, slots=True)
class Setup:
    """What a sandbox is opened with; `cpus` are the cores it may use at all, every allowed one when None."""

    mounts: tuple[Mount, ...]
    environment: Environment
    limits: Limits
    run_id: str
    cpus: tuple[int, ...] | None = None


class _DiskFilled(Exception):
    """The running command has written more than it may."""


class RunnerSandbox(ABC):
    """A sandbox that talks to one runner, and starts another one when a command took the first with it."""

    kind: SandboxKind

    def __init__(self, setup: Setup) -> None:
        self.setup = setup
        self._channel: Channel | None = None
        self._disk: DiskWatch | None = None
        self._lock = threading.Lock()
        self._closed = False

    @abstractmethod
    def _start(self) -> Channel:
        """Start a runner and what contains it."""

    @abstractmethod
    def _stop(self) -> None:
        """Kill what `_start` made and remove it; harmless when there is nothing."""

    @abstractmethod
    def _killed_for_memory(self) -> bool:
        """Whether memory is what the runner, now gone, died of.

        Raises:
            SandboxError: it is gone for a reason that is not the command's doing.
        """

    def inside(self, host_path: Path) -> str:
        """See Sandbox; the innermost mount decides."""
        path = Path(host_path).resolve()
        best: tuple[int, str] | None = None
        for source, target in self._places():
            if path.is_relative_to(source):
                found = posixpath.join(target, *path.relative_to(source).parts)
                best = max(best or (-1, ""), (len(source.parts), found))
        if best is None:
            raise SandboxError(f"{host_path} is not mounted in the sandbox")
        return best[1]

    def _places(self) -> list[tuple[Path, str]]:
        """Resolved host folders and what they are called inside."""
        places = [(mount.source.resolve(), mount.target) for mount in self.setup.mounts]
        prefix = self.setup.environment.prefix
        return places if prefix is None else [*places, (prefix.resolve(), str(prefix))]

    def execute(self, command: Command) -> Completed:
        """See Sandbox."""
        timeout = self._timeout(command)
        answer = self._ask(encode(command, timeout), timeout)
        return decode(answer) if isinstance(answer, bytes) else answer

    def fork(self, server: Command, forks: Sequence[Fork]) -> list[Completed]:
        """See Sandbox."""
        timeouts = [self._timeout(fork) for fork in forks]
        forking = self._timeout(server)
        request = encode(server, forking, list(zip(forks, timeouts, strict=True)))
        answer = self._ask(request, sum(timeouts) + forking * len(forks))
        return decode_forks(answer) if isinstance(answer, bytes) else []

    def _timeout(self, command: Command | Fork) -> float:
        return command.timeout_s if command.timeout_s is not None else self.setup.limits.timeout_s

    def _ask(self, request: bytes, timeout: float) -> bytes | Completed:
        """The runner's reply to a request, or what is known when it is lost."""
        with self._lock:
            channel = self._ready()
            began = time.monotonic()
            try:
                channel.send(request)
                reply = self._reply(channel, time.monotonic() + timeout + GRACE_S)
            except TimeoutError:
                self._drop()
                return lost(time.monotonic() - began, timed_out=True)
            except _DiskFilled:
                self._drop()
                return lost(time.monotonic() - began, over_disk=True)
            except OSError:
                reply = None
            except BaseException:  # interrupted: the answer that comes later must not be taken for another's
                self._drop()
                raise
            if reply is None:
                return self._autopsy(time.monotonic() - began)
        return reply

    def _reply(self, channel: Channel, deadline: float) -> bytes | None:
        """The runner's reply, with an eye on the disk while it is waited for; None when the runner is gone.

        Raises:
            TimeoutError: there is none by the deadline.
            _DiskFilled: the command writes too much.
        """
        if self._disk is None:
            self._disk = DiskWatch(self.setup.mounts, self.setup.limits.disk_bytes)
        while True:
            try:
                return channel.receive(min(deadline, time.monotonic() + INTERVAL_S))
            except TimeoutError:
                if self._disk.exceeded():
                    raise _DiskFilled from None
                if time.monotonic() >= deadline:
                    raise

    def _ready(self) -> Channel:
        """The running runner's channel.

        Raises:
            SandboxError: the sandbox is closed, or no runner would start.
        """
        if self._closed:
            raise SandboxError("the sandbox is closed")
        if self._channel is None:
            try:
                self._channel = self._start()
                hello = self._channel.receive(time.monotonic() + START_TIMEOUT_S)
            except (TimeoutError, OSError) as error:
                self._drop()
                raise SandboxError(f"the {self.kind} sandbox does not answer: {error!r}") from error
            except BaseException:
                self._drop()
                raise
            if hello is None:
                said = self._channel.complaints()
                self._drop()
                raise SandboxError(f"the {self.kind} sandbox does not start: {said or 'it ended at once'}")
        return self._channel

    def _autopsy(self, elapsed_s: float) -> Completed:
        """The runner is gone: say what the command did, and clear the way for the next one.

        Raises:
            SandboxError: it is not the command's doing.
        """
        if self._closed:
            raise SandboxError("the sandbox was closed while a command ran")
        try:
            return lost(elapsed_s, out_of_memory=self._killed_for_memory())
        finally:
            self._drop()

    def _drop(self) -> None:
        """Forget the runner and all it ran."""
        channel, self._channel = self._channel, None
        try:
            self._stop()
        finally:
            if channel is not None:
                channel.close()

    def environ(self, home: str, temporary: str) -> dict[str, str]:
        """What every command gets beside its own variables."""
        programs = posixpath.dirname(self.setup.environment.python)
        path = f"{programs}:{SYSTEM_PATH}" if programs not in SYSTEM_PATH.split(":") and programs else SYSTEM_PATH
        return {"PATH": path, "HOME": home, "LANG": "C.UTF-8", "TMPDIR": temporary}

    def fleeting(self, *folders: str) -> list[str]:
        """The folders that each command finds empty, as seen inside: those given and those mounted so."""
        return [*folders, *(self.inside(mount.source) for mount in self.setup.mounts if mount.fleeting)]

    def close(self) -> None:
        """See Sandbox."""
        self._closed = True
        self._drop()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()
