"""Jobs on real dask workers: pinned slots, lost workers, and the driver's and the scheduler's end."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from perfagent.benchmarks.gso_swe_perf.executor import Work
from perfagent.benchmarks.gso_swe_perf.executor.cluster import ClusterExecutor
from perfagent.benchmarks.gso_swe_perf.records import Job
from perfagent.tools.errors import PerfagentError, UsageError

Jobs = Callable[..., list[Job]]
Works = Callable[..., Work]

#: A scheduler, and workers that are told cores which need not be there: nothing is pinned by what these tests run.
SCHEDULER = """
import asyncio, sys
import dask
from distributed import Scheduler
async def main():
    dask.config.set({"distributed.scheduler.allowed-failures": 0})
    async with Scheduler(host="127.0.0.1", port=0, dashboard=False) as scheduler:
        print(scheduler.address, flush=True)
        await scheduler.finished()
asyncio.run(main())
"""
WORKERS = """
import sys
from perfagent.benchmarks.gso_swe_perf.executor.cluster import serve
if __name__ == "__main__":
    serve(sys.argv[1], [int(core) for core in sys.argv[2].split(",")])
"""


def started(*argv: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, *argv], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, start_new_session=True
    )


def ended(process: subprocess.Popen[str]) -> None:
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    process.communicate()


@pytest.fixture
def processes() -> Iterator[list[subprocess.Popen[str]]]:
    """What was started, a scheduler first; ended behind the test."""
    found: list[subprocess.Popen[str]] = []
    yield found
    for process in reversed(found):
        ended(process)


@pytest.fixture
def cluster(processes: list[subprocess.Popen[str]], tmp_path: Path, home: Path) -> str:
    """The address of a scheduler that three workers join."""
    processes.append(started("-c", SCHEDULER))
    assert processes[0].stdout is not None
    address = processes[0].stdout.readline().strip()
    script = tmp_path / "workers.py"
    script.write_text(WORKERS)
    processes.append(started(str(script), address, "0,1,2"))
    return address


def joined(work: Work, address: str, say: Callable[[str], None] = lambda _: None) -> ClusterExecutor:
    """An executor that all three workers have joined."""
    executor = ClusterExecutor(work, address, say)
    while executor.slots < 3:
        time.sleep(0.05)
    return executor


def done(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(file.read_text()) for file in sorted((folder / "outcomes").iterdir())]


def test_every_slot_has_a_core_and_one_job_at_a_time(
    cluster: str, folder: Path, make_work: Works, make_jobs: Jobs
) -> None:
    executor = joined(make_work(), cluster)
    names = [f"sleeps-0.{n % 5 + 2}" for n in range(10)] + ["dies-1", "dies-9"]
    found = {job.instance_id: error for job, error in executor.run(make_jobs(*names))}
    executor.close()
    assert {name: error for name, error in found.items() if error} == {"dies-9": "killed by SIGKILL"}
    spans = sorted((each["core"], each["began"], each["ended"]) for each in done(folder))
    assert len(spans) == 11 and {core for core, _, _ in spans} == {"0", "1", "2"}
    for (core, _, end), (next_core, begin, _) in pairwise(spans):
        assert core != next_core or end <= begin


def test_the_job_of_a_lost_worker_is_done_by_another(
    cluster: str, folder: Path, make_work: Works, make_jobs: Jobs
) -> None:
    told: list[str] = []
    executor = joined(make_work(), cluster, told.append)
    running = executor.run(make_jobs("sleeps-0.1", *["sleeps-3"] * 2, *["sleeps-0.1"] * 6))
    next(running)
    # The workers of the long jobs are far from their ends, whatever the third one does.
    busy = [address for address, tasks in executor._client.processing().items() if any("sleeps-3" in t for t in tasks)]
    os.kill(executor._client.run(os.getpid)[busy[0]], signal.SIGKILL)
    assert [error for _, error in running] == [""] * 8
    executor.close()
    assert len(done(folder)) == 9 and not (folder / "rewritten").exists()
    assert [line for line in told if line.endswith("its dask worker was lost; it is tried again")]


def test_stopping_stops_the_jobs_on_the_cluster(cluster: str, folder: Path, make_work: Works, make_jobs: Jobs) -> None:
    executor = joined(make_work(), cluster)
    running = executor.run(make_jobs("hangs", "hangs", "works"))
    assert next(running).error == ""
    running.close()
    again = executor.run(make_jobs(*["sleeps-0.2"] * 6))
    assert len(list(again)) == 6 and {each["core"] for each in done(folder)} == {"0", "1", "2"}
    executor.close()


def test_a_scheduler_that_ends_ends_the_evaluation(
    cluster: str, processes: list[subprocess.Popen[str]], make_work: Works, make_jobs: Jobs
) -> None:
    executor = joined(make_work(), cluster)
    running = executor.run(make_jobs("works", "hangs"))
    assert next(running).error == ""
    ended(processes.pop(0))
    with pytest.raises(PerfagentError, match="the dask scheduler is gone: start it and the same command again"):
        next(running)
    executor.close()


def test_an_address_where_nobody_answers(make_work: Works) -> None:
    with pytest.raises(PerfagentError, match=r"no dask scheduler answers at tcp://127\.0\.0\.1:1"):
        ClusterExecutor(make_work(), "tcp://127.0.0.1:1")


def test_a_local_cluster_is_started_and_ended(folder: Path, make_work: Works, make_jobs: Jobs) -> None:
    executor = ClusterExecutor(make_work(), "local:1")
    assert [error for _, error in executor.run(make_jobs("works", "dies-1"))] == ["", ""]
    executor.close()
    assert len(done(folder)) == 2


@pytest.mark.parametrize("address", ["local:many", "local:0", "local:4096", "nowhere"])
def test_an_address_that_is_none_is_told(make_work: Works, address: str) -> None:
    with pytest.raises(PerfagentError):
        ClusterExecutor(make_work(), address)


def test_folders_that_workers_do_not_see_are_noticed(cluster: str, tmp_path: Path) -> None:
    with pytest.raises(PerfagentError, match=r"does not see .*: give --out a folder all share"):
        ClusterExecutor(Work(tmp_path / "nowhere"), cluster)


def test_local_needs_a_number() -> None:
    with pytest.raises(UsageError, match="give local:2"):
        ClusterExecutor(Work(Path()), "local:")
