"""One job in a process of its own: `python -m perfagent.benchmarks.gso_swe_perf.executor.worker FOLDER`.

The job comes as one line of JSON on standard input, which stays open: its end means that whoever gave the job is gone,
and the process ends too. The core to measure on stands in PERFAGENT_CORE. Ends with 0 when the job's result is in the
folder, whatever it says; anything else means that the job is worth another try.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from pathlib import Path
from types import FrameType

from perfagent.benchmarks.gso_swe_perf.executor.cores import keep_off_claimed
from perfagent.benchmarks.gso_swe_perf.executor.protocol import GRACE_S
from perfagent.benchmarks.gso_swe_perf.records import Job
from perfagent.tools.errors import PerfagentError


def main() -> int:
    """Do the job; returns the exit status."""
    folder, job = Path(sys.argv[1]), Job.model_validate_json(sys.stdin.readline())
    core = os.environ.get("PERFAGENT_CORE", "")
    signal.signal(signal.SIGTERM, _interrupt)
    threading.Thread(target=_end_with_giver, daemon=True).start()
    if core:
        keep_off_claimed(int(core))
    from perfagent.benchmarks.gso_swe_perf.evaluation.perform import perform

    try:
        perform(folder, job, int(core) if core else None)
    except PerfagentError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_status
    except KeyboardInterrupt:
        sys.stderr.write("interrupted\n")
        return 130
    return 0


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    # As an exception it lets containers and folders be taken away on the way out.
    raise KeyboardInterrupt


def _end_with_giver() -> None:
    """Wait for the end of standard input, then end this process and its children: nobody would reap them."""
    while os.read(sys.stdin.fileno(), 1024):
        pass
    os.killpg(0, signal.SIGTERM)
    time.sleep(GRACE_S)
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    sys.exit(main())
