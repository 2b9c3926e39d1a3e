"""Runners that are our own child processes: starting, watching, recording and ending them."""

from __future__ import annotations

import functools
import json
import os
import shutil
import subprocess
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO

from perfagent.tools.errors import SandboxError
from perfagent.tools.sandbox.cgroup import Guard, guard
from perfagent.tools.sandbox.channel import PipeChannel
from perfagent.tools.sandbox.crowd import CrowdedSandbox
from perfagent.tools.sandbox.owners import Record, clear, identify, kill_tree, records_folder, write_record
from perfagent.tools.sandbox.session import SYSTEM_PATH, Setup

END_TIMEOUT_S = 3.0  # a healthy runner ends within milliseconds of its input


# `functools.cache` lets two threads make one each, and what the loser's had started would die with it.
_SPAWNING = threading.Lock()


@functools.cache
def spawner() -> ThreadPoolExecutor:
    """The one thread that starts processes.

    "Parent death" is the death of the thread that forked (prctl(2), PR_SET_PDEATHSIG): a sandbox opened in a
    worker thread would die with that worker, this thread lives as long as the process.
    """
    return ThreadPoolExecutor(1, thread_name_prefix="perfagent-spawner")


def spawn(argv: list[str], errors: IO[bytes]) -> subprocess.Popen[bytes]:
    """Start a process with pipes, in a session of its own, from the spawner thread."""

    def start() -> subprocess.Popen[bytes]:
        pipe = subprocess.PIPE
        return subprocess.Popen(
            argv,
            bufsize=0,
            stdin=pipe,
            stdout=pipe,
            stderr=errors,
            start_new_session=True,
            cwd="/",
            env={"PATH": SYSTEM_PATH, "LANG": "C.UTF-8"},  # our own holds secrets
        )

    with _SPAWNING:
        spawning = spawner().submit(start)
    return spawning.result()


class ProcessSandbox(CrowdedSandbox):
    """A sandbox whose runner is our child; subclasses say how it is started."""

    def __init__(self, setup: Setup) -> None:
        super().__init__(setup)
        self._process: subprocess.Popen[bytes] | None = None
        self._record: tuple[Path, Record] | None = None

    def _argv(self, scratch: Path, guard: Guard) -> list[str]:
        """The command that starts the runner."""
        raise NotImplementedError

    def _start(self) -> PipeChannel:
        """Start the runner inside its memory and process guard, and record it for `reap`."""
        scratch = Path(tempfile.mkdtemp(prefix="perfagent-"))
        limits = guard(self.setup.limits)
        errors = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the channel
        try:
            records_folder()  # before there is anything to record, for a runner nobody knows of could not be reaped
            self._process = spawn([*limits.launcher, *self._argv(scratch, limits)], errors)
        except BaseException as error:
            errors.close()
            shutil.rmtree(scratch, ignore_errors=True)
            limits.remove()
            if isinstance(error, OSError):
                raise SandboxError(f"the {self.kind} sandbox does not start: {error}") from error
            raise
        record = Record(
            run_id=self.setup.run_id,
            owner=identify(os.getpid()),
            runner=identify(self._process.pid),
            folders=(str(scratch),),
            cgroups=tuple(str(group) for group in limits.groups),
        )
        self._record = write_record(record), record
        self.refusal_counters = limits.pids_files
        return PipeChannel(self._process, errors)

    def _stop(self) -> None:
        """Kill the runner and what it ran, delete what it left."""
        process, self._process = self._process, None
        if process is not None:
            assert process.stdin is not None and process.stdout is not None
            process.stdin.close()  # the runner kills its command and ends
            try:
                process.wait(END_TIMEOUT_S)
            except subprocess.TimeoutExpired:
                pass
            # Before its record is cleared: a zombie of ours would keep the control group busy.
            if process.poll() is None:
                kill_tree(process.pid)
                process.wait()
            process.stdout.close()
        stored, self._record = self._record, None
        if stored is not None:
            clear(*stored)

    def _killed_for_memory(self) -> bool:
        """Memory kills go to the command first, so the runner itself was killed by the command."""
        assert self._process is not None and self._channel is not None
        code = self._process.wait(END_TIMEOUT_S)
        if code > 0 and (said := self._channel.complaints()):
            raise SandboxError(f"the {self.kind} sandbox broke: {said.splitlines()[-1]}")
        return False

    def config(self, guard: Guard, home: str, temporary: str, *, contained: bool) -> str:
        """The runner's configuration."""
        rlimits = {"RLIMIT_FSIZE": self.setup.limits.file_bytes, **guard.rlimits}
        return json.dumps(
            {
                "contained": contained,
                "environ": self.environ(home, temporary),
                "output_bytes": self.setup.limits.output_bytes,
                "rlimits": rlimits,
                "oom_files": [str(file) for file in guard.oom_files],
                "cpus": self.setup.cpus,
                "fleeting": self.fleeting(home, temporary, *(["/dev/shm"] if contained else [])),
            }
        )
