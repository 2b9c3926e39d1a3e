"""Jobs in processes of their own on claimed cores: those that die, hang, are stopped, and lose their driver."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from perfagent.benchmarks.gso_swe_perf.executor import LocalExecutor, Work
from perfagent.benchmarks.gso_swe_perf.executor.cores import claim
from perfagent.benchmarks.gso_swe_perf.records import Job
from perfagent.tools.sandbox.owners import stat_fields

Jobs = Callable[..., list[Job]]
Works = Callable[..., Work]


def ended(work: Work, jobs: list[Job], cores: tuple[int, ...] = (0, 1)) -> dict[str, str]:
    executor = LocalExecutor(work, cores)
    try:
        return {job.instance_id: error for job, error in executor.run(jobs)}
    finally:
        executor.close()


def done(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(file.read_text()) for file in sorted((folder / "outcomes").iterdir())]


def free(core: int) -> bool:
    held = claim(core)
    if held:
        held.close()
    return held is not None


def eventually(holds: Callable[[], bool], seconds: float = 15.0) -> bool:
    deadline = time.monotonic() + seconds
    while not holds() and time.monotonic() < deadline:
        time.sleep(0.02)
    return holds()


def test_every_job_is_done_once_and_never_two_at_once_on_a_core(
    folder: Path, make_work: Works, make_jobs: Jobs
) -> None:
    assert set(ended(make_work(), make_jobs(*(f"sleeps-0.{n}" for n in range(1, 8)))).values()) == {""}
    spans = sorted((each["core"], each["began"], each["ended"]) for each in done(folder))
    assert len(spans) == 7 and {core for core, _, _ in spans} == {"0", "1"}
    for (core, _, end), (next_core, begin, _) in pairwise(spans):
        assert core != next_core or end <= begin


def test_what_dies_is_tried_again_so_often_and_no_longer(folder: Path, make_work: Works, make_jobs: Jobs) -> None:
    found = ended(make_work(attempts=3), make_jobs("dies-2", "dies-3", "works"))
    assert found == {"dies-2": "", "works": "", "dies-3": "killed by SIGKILL"}
    assert [each["tries"] for each in done(folder)] == [3, 1]


def test_the_reason_of_a_failure_is_the_last_line_it_printed(make_work: Works, make_jobs: Jobs) -> None:
    found = ended(make_work(attempts=1), make_jobs("fails"))
    assert found == {"fails": "ended with status 1: there is no such thing"}


def test_what_hangs_ends_at_its_time_limit(make_work: Works, make_jobs: Jobs) -> None:
    assert ended(make_work(attempts=1, timeout_s=0.5), make_jobs("hangs")) == {"hangs": "not ended after 0.5 s"}


def test_closing_the_iterator_stops_what_runs(folder: Path, make_work: Works, make_jobs: Jobs) -> None:
    executor = LocalExecutor(make_work(), (0, 1))
    running = executor.run(make_jobs("hangs", "works"))
    assert next(running).job.instance_id == "works"
    began = time.monotonic()
    running.close()
    assert time.monotonic() - began < 10 and len(done(folder)) == 1
    executor.close()
    assert free(0)


def test_an_interrupt_at_any_moment_of_a_start_leaves_no_process(make_work: Works, make_jobs: Jobs) -> None:
    executor = LocalExecutor(make_work(), (0, 1))
    before = children()
    for number in range(100):
        interrupting = threading.Thread(target=interrupt_after, args=(number * 1e-4,))
        with pytest.raises(KeyboardInterrupt):
            interrupting.start()
            for _ in executor.run(make_jobs("hangs", "hangs")):
                pass
        interrupting.join()
        assert children() == before
    executor.close()


def interrupt_after(seconds: float) -> None:
    time.sleep(seconds)
    os.kill(os.getpid(), signal.SIGINT)


def children() -> set[int]:
    """Our own processes, those that nobody has reaped among them."""
    return {
        int(entry.name)
        for entry in Path("/proc").iterdir()
        if entry.name.isdecimal() and stat_fields(int(entry.name))[1:2] == [str(os.getpid())]
    }


def test_a_core_that_somebody_holds_is_done_without(make_work: Works, make_jobs: Jobs) -> None:
    held = claim(0)
    assert held is not None
    executor = LocalExecutor(make_work(), (0, 1))
    assert executor.slots == 1
    executor.close()
    held.close()


DRIVER = """
import sys
from pathlib import Path
from perfagent.benchmarks.gso_swe_perf.executor import LocalExecutor, Work
from perfagent.benchmarks.gso_swe_perf.records import Job
folder = Path(sys.argv[1])
names = [f"{n}.sleeps-0.{n % 3 + 1}" for n in range(12)]
left = [n for n in names if not (folder / "outcomes" / n).exists()]
jobs = [Job(id=n, kind="official", instance_id=n.split(".", 1)[1]) for n in left]
executor = LocalExecutor(Work(folder, (sys.executable, "-S", str(folder / "worker.py"))), (0, 1))
for ended in executor.run(jobs):
    assert not ended.error, ended
"""


def drive(folder: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", DRIVER, str(folder)])


def test_a_driver_that_is_killed_ten_times_finishes_when_it_is_started_again(folder: Path) -> None:
    began: dict[str, int] = {}
    moments = random.Random(6)
    for _ in range(10):
        driver = drive(folder)
        try:
            driver.wait(moments.uniform(0.3, 1.2))
        except subprocess.TimeoutExpired:
            driver.kill()
        driver.wait()
        began |= {file.name: file.stat().st_mtime_ns for file in (folder / "outcomes").iterdir()}
    assert drive(folder).wait(60) == 0
    after = {file.name: file.stat().st_mtime_ns for file in (folder / "outcomes").iterdir()}
    assert len(after) == 12 and began.items() <= after.items()
    assert not (folder / "rewritten").exists()


def test_the_jobs_of_a_killed_driver_end_and_give_their_cores_back(folder: Path, tmp_path: Path) -> None:
    driver = drive(folder)
    assert eventually(lambda: any((folder / "tries").iterdir()))
    assert not free(0)
    os.kill(driver.pid, signal.SIGKILL)
    driver.wait()
    assert eventually(lambda: free(0))


def test_no_core_at_all_is_waited_for(make_work: Works, make_jobs: Jobs, tmp_path: Path) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", "import sys, time\nfrom perfagent.benchmarks.gso_swe_perf.executor.cores import claim\n"
         "held = claim(0)\nprint('held', flush=True)\nsys.stdin.read()"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    assert holder.stdout is not None and holder.stdout.readline() == b"held\n"
    told: list[str] = []

    def say(line: str) -> None:
        told.append(line)
        holder.communicate()

    LocalExecutor(make_work(), (0,), say).close()
    assert told == ["other evaluations measure on all cores of this machine: waiting for one"]


def test_one_slot_is_had_on_whichever_core_is_free(make_work: Works) -> None:
    first = LocalExecutor(make_work(), (1, 0), most=1)
    assert not free(1) and free(0)
    second = LocalExecutor(make_work(), (1, 0), most=1)
    assert not free(0) and second.slots == 1
    for each in (first, second):
        each.close()


@pytest.mark.parametrize("jobs", [0, 4096])
def test_more_slots_than_cores_are_refused(jobs: int) -> None:
    from perfagent.benchmarks.gso_swe_perf.executor import chosen
    from perfagent.tools.errors import UsageError

    with pytest.raises(UsageError, match="one each"):
        chosen(jobs)
