"""One attempt at one job: a process group that ends with its job, its time, or whoever started it."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterable, Sequence

from perfagent.benchmarks.gso_swe_perf.executor.cores import Claim
from perfagent.benchmarks.gso_swe_perf.executor.protocol import POLL_S, Work
from perfagent.benchmarks.gso_swe_perf.records import Job

#: Bytes at the end of a log that are searched for the line that tells why.
LOG_TAIL = 4096


class Attempt:
    """A job's process, started; it leads a session of its own, so that its children end with it.

    Its standard input stays open as long as we live: by its end the process learns that nobody waits any more.

    Args:
        claim: the core it may measure on.
    """

    def __init__(self, work: Work, job: Job, claim: Claim) -> None:
        self.job = job
        self._work = work
        self._began = time.monotonic()
        log = work.log(job)
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as output:
            self._log_start = output.tell()
            self._process = subprocess.Popen(
                work.argv(),
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=output,
                env={**os.environ, "PERFAGENT_CORE": str(claim.core)},
                start_new_session=True,
                pass_fds=(claim.descriptor,),
            )
        self._tell(job.model_dump_json())

    def _tell(self, line: str) -> None:
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(line.encode() + b"\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            pass  # It died at once; its exit status tells more.

    def ended(self) -> str | None:
        """None while it runs; then empty when it ended well, else one line that says how it ended."""
        if self.reap():
            return self._how()
        if time.monotonic() - self._began > self._work.timeout_s:
            stop([self], self._work.grace_s)
            return f"not ended after {self._work.timeout_s:g} s"
        return None

    def signal(self, number: int) -> None:
        """To the process and its children, while they can be named."""
        if self._process.returncode is not None:
            return
        try:
            os.killpg(self._process.pid, number)
        except ProcessLookupError:
            pass

    def reap(self, *, wait: bool = False) -> bool:
        """Whether it has ended; what it left running ends with it."""
        if self._process.returncode is not None:
            return True
        looking = os.WEXITED | os.WNOWAIT | (0 if wait else os.WNOHANG)
        if os.waitid(os.P_PID, self._process.pid, looking) is None:
            return False
        # Before the process is reaped nobody else can have its group's number.
        self.signal(signal.SIGKILL)
        self._process.wait()
        assert self._process.stdin is not None
        self._process.stdin.close()
        return True

    def _how(self) -> str:
        status = self._process.returncode
        if status == 0:
            return ""
        how = f"killed by {signal.Signals(-status).name}" if status < 0 else f"ended with status {status}"
        last = self._last_line()
        return f"{how}: {last}" if last else how

    def _last_line(self) -> str:
        """The last line that this attempt printed."""
        with self._work.log(self.job).open("rb") as log:
            size = log.seek(0, os.SEEK_END)
            log.seek(max(self._log_start, size - LOG_TAIL))
            lines = log.read().decode("utf-8", "replace").split("\n")
        return next((line.strip() for line in reversed(lines) if line.strip()), "")


def stop(attempts: Iterable[Attempt], grace_s: float) -> None:
    """Ask all to end, and end those by force that have not after the grace."""
    left: Sequence[Attempt] = list(attempts)
    for attempt in left:
        attempt.signal(signal.SIGTERM)
    deadline = time.monotonic() + grace_s
    while left and time.monotonic() < deadline:
        left = [attempt for attempt in left if not attempt.reap()]
        time.sleep(POLL_S if left else 0)
    for attempt in left:
        attempt.signal(signal.SIGKILL)
    for attempt in left:
        attempt.reap(wait=True)
