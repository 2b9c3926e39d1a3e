"""Jobs on a dask cluster: one dask worker a core, each job a process below it, results in the shared folder.

Dask hands out names of jobs and brings back one line each; it is given nothing whose loss would cost work. A dask
worker that is lost takes its job's process with it, and the job goes to another.
"""

from __future__ import annotations

import logging
import os
import socket
import time
from collections import deque
from collections.abc import Callable, Generator, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from perfagent import __version__
from perfagent.agent.run_folder import state_home
from perfagent.benchmarks.gso_swe_perf.executor.attempt import Attempt, stop
from perfagent.benchmarks.gso_swe_perf.executor.cores import Claim, chosen, claim_some, free_cores, timing_cores
from perfagent.benchmarks.gso_swe_perf.executor.protocol import POLL_S, Ended, Work
from perfagent.benchmarks.gso_swe_perf.records import Job
from perfagent.tools.errors import PerfagentError, UsageError

#: Dask's resource that stands for a core to measure on.
SLOT = "slot"

#: `--cluster local:N` starts N dask workers on this machine, for trying.
LOCAL = "local:"

#: Seconds until a scheduler must have answered, and to wait for the first worker between two lines that say so.
CONNECT_S, WORKERS_S = 10.0, 60.0

#: Seconds between two looks for workers that joined or left.
JOINING_S = 3.0

#: Seconds until all workers of a machine must run: each is an interpreter that imports dask, and many start at once.
START_S = 300.0

#: A dask worker's environment before it starts: it would log every connection. Dask's own setting, in whose place this
#: stands, would hold our jobs to one thread a library, which no other executor does.
QUIET = {"DASK_DISTRIBUTED__LOGGING__DISTRIBUTED": "critical"}

#: The core this dask worker holds, from its first job to its end.
_held: list[Claim] = []


class ClusterExecutor:
    """Slots of a dask cluster.

    Args:
        address: of a running scheduler, such as `tcp://head:8786`, or `local:N` for N workers on this machine.
        say: told in one line of jobs that are tried again, and of waiting.

    Raises:
        PerfagentError: dask is not installed, no scheduler answers, or a worker lacks perfagent or the folder.
    """

    def __init__(self, work: Work, address: str, say: Callable[[str], None] = lambda _: None) -> None:
        self._work = work
        self._say = say
        self._cluster: Any = _local_cluster(address) if address.startswith(LOCAL) else None
        self._client = _connected(self._cluster or address, address)
        try:
            self._await_workers()
            self._check_workers()
        except BaseException:
            self.close()
            raise

    @property
    def slots(self) -> int:
        """How many jobs run at once, as far as workers have joined."""
        return len(self._client.nthreads())

    def run(self, jobs: Sequence[Job]) -> Generator[Ended, None, None]:
        """Every job once, in the order in which they end; closing the iterator stops those that run.

        Only as many are submitted as there are slots: dask would divide all of them among the workers at once, by
        guesses of how long they take, and those that join later would get none.
        """
        waiting = deque((job, 1) for job in jobs)
        running: dict[Any, tuple[Job, int]] = {}
        slots, looked = self.slots, time.monotonic()
        try:
            while waiting or running:
                if waiting and time.monotonic() - looked > JOINING_S:
                    slots, looked = self.slots, time.monotonic()
                while waiting and len(running) < max(slots, 1):
                    job, number = waiting.popleft()
                    running[self._submit(job, number)] = (job, number)
                for future in [each for each in running if each.done()]:
                    job, number = running.pop(future)
                    error = self._error(future)
                    if error and number < self._work.attempts:
                        self._say(f"{job.id}: {error}; it is tried again")
                        waiting.append((job, number + 1))
                    else:
                        yield Ended(job, error)
                time.sleep(POLL_S)
        finally:
            self._client.cancel(list(running), force=True)

    def _submit(self, job: Job, number: int) -> Any:
        key = f"{job.id}-{number}-{time.time_ns()}"
        return self._client.submit(do, self._work, job, key=key, resources={SLOT: 1}, pure=False, retries=0)

    def _error(self, future: Any) -> str:
        """What a future that is done says.

        Raises:
            PerfagentError: the scheduler is gone.
        """
        if future.status == "finished":
            return str(future.result())
        if future.status == "error":
            error = future.exception()
            lost = type(error).__name__ == "KilledWorker"
            return "its dask worker was lost" if lost else f"{type(error).__name__}: {error}".split("\n", maxsplit=1)[0]
        raise PerfagentError(
            "the dask scheduler is gone", "start it and the same command again: it goes on", code="PA905"
        )

    def _await_workers(self) -> None:
        while not self.slots:
            self._say("no dask worker has joined yet: `perfagent eval worker --scheduler ADDRESS` starts some")
            try:
                self._client.wait_for_workers(1, timeout=WORKERS_S)
            except TimeoutError:
                continue

    def _check_workers(self) -> None:
        """Notice before any job that a machine could not do one.

        Raises:
            PerfagentError: which one lacks what.
        """
        try:
            found = self._client.run(look, str(self._work.folder))
        except ImportError as error:
            raise PerfagentError(
                f"a dask worker lacks perfagent ({error})", f"install {__version__} there", code="PA905"
            ) from error
        for worker, (version, sees) in found.items():
            if version != __version__:
                raise PerfagentError(
                    f"{worker} has perfagent {version}, here it is {__version__}", "install the same", code="PA905"
                )
            if not sees:
                raise PerfagentError(
                    f"{worker} does not see {self._work.folder}", "give --out a folder all share", code="PA905"
                )

    def close(self) -> None:
        """Leave the cluster, and end it if it was started here."""
        self._client.close()
        if self._cluster is not None:
            self._cluster.close()


def look(folder: str) -> tuple[str, bool]:
    """What a machine has: perfagent's version, and whether it sees the evaluation's folder."""
    return __version__, Path(folder).is_dir()


def do(work: Work, job: Job) -> str:
    """One attempt at a job, on the core that this dask worker holds; returns as `Attempt.ended`."""
    if not _held:
        named = os.environ.get("PERFAGENT_CORE")
        _held.extend(claim_some((int(named),) if named else timing_cores(), lambda _: None, most=1))
    worker = _distributed().get_worker()
    key = worker.get_current_task()
    attempt = Attempt(work, job, _held[0])
    try:
        while (error := attempt.ended()) is None:
            # Dask cannot end a task that runs; it only notes that nobody wants it any more.
            task = worker.state.tasks.get(key)
            if task is None or task.state != "executing":
                return "nobody waits for it"
            time.sleep(POLL_S)
        return error
    finally:
        stop([attempt], work.grace_s)


def serve(scheduler: str, cores: Sequence[int]) -> None:
    """Run one dask worker on each of these cores until the scheduler ends, or this process is interrupted.

    Raises:
        PerfagentError: dask is not installed, or no scheduler answers.
    """
    import asyncio

    nanny_of = _distributed().Nanny

    async def work() -> None:
        nannies = [nanny_of(scheduler, **_nanny(core)) for core in cores]
        try:
            await asyncio.wait_for(asyncio.gather(*nannies), START_S)
            await asyncio.gather(*(nanny.finished() for nanny in nannies))
        finally:
            await asyncio.gather(*(nanny.close() for nanny in nannies), return_exceptions=True)

    try:
        asyncio.run(work())
    except (OSError, TimeoutError) as error:
        raise _unreachable(scheduler) from error


def _nanny(core: int) -> dict[str, Any]:
    """What a dask worker is started with: one thread, one slot, its core, and no limit on memory."""
    return {
        "nthreads": 1,
        "name": f"{socket.gethostname()}-core-{core}-{os.getpid()}",
        "resources": {SLOT: 1},
        "env": {"PERFAGENT_CORE": str(core)},
        "memory_limit": 0,
        "dashboard": False,
        "local_directory": str(state_home() / "dask"),
    }


def _local_cluster(address: str) -> Any:
    """A scheduler and workers on this machine, for loopback only.

    Raises:
        UsageError: not so many cores are there.
    """
    distributed = _distributed()
    import dask

    count = address.removeprefix(LOCAL)
    if not count.isdecimal():
        raise UsageError(
            f"--cluster {address!r} names no number of workers", "give local:2, or tcp://HOST:PORT", code="PA905"
        )
    cores = free_cores(chosen(int(count)))[: int(count)]
    if not cores:
        raise PerfagentError("other evaluations measure on all cores of this machine", "wait for them", code="PA110")
    # A worker's loss is ours to count.
    dask.config.set({"distributed.scheduler.allowed-failures": 0})
    workers = {core: {"cls": distributed.Nanny, "options": _nanny(core)} for core in cores}
    scheduler = {"cls": distributed.Scheduler, "options": {"dashboard": False, "host": "127.0.0.1", "port": 0}}
    return distributed.SpecCluster(workers=workers, scheduler=scheduler, silence_logs="CRITICAL")


def _connected(cluster: Any, address: str) -> Any:
    """A client of a scheduler.

    Raises:
        PerfagentError: none answers.
    """
    distributed = _distributed()
    try:
        return distributed.Client(cluster, timeout=CONNECT_S, set_as_default=False)
    except (OSError, TimeoutError) as error:
        raise _unreachable(address) from error
    except ValueError as error:
        raise UsageError(
            f"--cluster {address!r} is no address ({error})", "give tcp://HOST:PORT or local:N", code="PA905"
        ) from error


def _unreachable(address: str) -> PerfagentError:
    return PerfagentError(f"no dask scheduler answers at {address}", "`dask scheduler` starts one", code="PA905")


def _distributed() -> Any:
    """Dask's package, whose own types stop half way.

    Raises:
        PerfagentError: it is not installed.
    """
    try:
        package = import_module("distributed")
    except ImportError as error:
        raise PerfagentError("a cluster needs dask", "pip install 'perfagent[cluster]'", code="PA109") from error
    # It has loggers with levels of their own, and tells of every connection that ends.
    for name in [name for name in logging.root.manager.loggerDict if name.startswith("distributed")]:
        logging.getLogger(name).setLevel(logging.CRITICAL)
    import_module("dask.config").set({"distributed.nanny.pre-spawn-environ": QUIET})
    return package
