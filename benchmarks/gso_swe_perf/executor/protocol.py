"""What runs an evaluation's jobs: each in a process of its own, on a core of its own, anywhere."""

from __future__ import annotations

import sys
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Protocol

from perfagent.benchmarks.gso_swe_perf.records import Job

#: Module that does one job; it is given the evaluation's folder as its argument and the job on standard input.
WORKER = "perfagent.benchmarks.gso_swe_perf.executor.worker"

#: How often a job is tried before its failure is its result: a lost machine or a full memory passes, and what kills its
#: process three times would go on to do so.
ATTEMPTS = 3

#: Seconds a job may take. SWE-fficiency's harness allows a workload 7200 s on each side of the edit, and as much for
#: the tests; GSO's allows a task an hour.
LONGEST_JOB_S = 6 * 3600.0

#: Seconds between a request to stop and the end by force: enough to stop containers, too short to be annoying.
GRACE_S = 10.0

#: Seconds between two looks at what runs; jobs take minutes.
POLL_S = 0.05


class Ended(NamedTuple):
    """A job that will not be tried again: `error` is one line, empty when its process ended well."""

    job: Job
    error: str


@dataclass(frozen=True, slots=True)
class Work:
    """How each job is done, wherever that is.

    Attributes:
        folder: the evaluation's, on a file system that every machine sees under the same name.
        command: what does one job, without the folder, which comes last; our worker when empty.
        attempts: how often a job is tried.
        timeout_s: seconds one attempt may take.
        grace_s: seconds it is given to stop.
    """

    folder: Path
    command: tuple[str, ...] = ()
    attempts: int = ATTEMPTS
    timeout_s: float = LONGEST_JOB_S
    grace_s: float = GRACE_S

    def argv(self) -> list[str]:
        """The command line, with the interpreter of the machine that asks."""
        return [*(self.command or (sys.executable, "-m", WORKER)), str(self.folder)]

    def log(self, job: Job) -> Path:
        """The file that takes what a job's attempts print."""
        return self.folder / "logs" / f"{job.id}.log"


class Executor(Protocol):
    """Runs jobs in processes that know their core; what came of a job is in the folder, only its name comes back."""

    @property
    def slots(self) -> int:
        """How many jobs run at once."""

    def run(self, jobs: Sequence[Job]) -> Generator[Ended, None, None]:
        """Every job once, in the order in which they end; closing the iterator stops those that run.

        Raises:
            PerfagentError: no job can run any more.
        """

    def close(self) -> None:
        """Give the slots back."""
