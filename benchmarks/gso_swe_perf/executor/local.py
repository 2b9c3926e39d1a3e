"""Jobs on this machine: as many at once as cores were claimed for it."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Generator, Sequence

from perfagent.agent.interruption import uninterrupted
from perfagent.benchmarks.gso_swe_perf.executor.attempt import Attempt, stop
from perfagent.benchmarks.gso_swe_perf.executor.cores import Claim, claim_some, timing_cores
from perfagent.benchmarks.gso_swe_perf.executor.protocol import POLL_S, Ended, Work
from perfagent.benchmarks.gso_swe_perf.records import Job


class LocalExecutor:
    """One slot a core; needs no daemon and leaves none.

    Args:
        cores: those to claim, best first; those that others hold are done without, and when they hold all the first to
            become free is waited for.
        say: told in one line of a job that is tried again, and of waiting.
        most: how many of them to claim; all when None.
    """

    def __init__(
        self,
        work: Work,
        cores: Sequence[int] = (),
        say: Callable[[str], None] = lambda _: None,
        *,
        most: int | None = None,
    ) -> None:
        self._work = work
        self._say = say
        self._claims: list[Claim] = claim_some(cores or timing_cores(), say, most)

    @property
    def slots(self) -> int:
        """How many jobs run at once."""
        return len(self._claims)

    def run(self, jobs: Sequence[Job]) -> Generator[Ended, None, None]:
        """Every job once, in the order in which they end; closing the iterator stops those that run."""
        waiting = deque((job, 1) for job in jobs)
        idle = list(self._claims)
        running: dict[Attempt, tuple[Claim, int]] = {}
        try:
            while waiting or running:
                while waiting and idle:
                    job, number = waiting.popleft()
                    held = idle.pop()
                    with uninterrupted():
                        running[Attempt(self._work, job, held)] = (held, number)
                for attempt, error in [(each, each.ended()) for each in running]:
                    if error is None:
                        continue
                    held, number = running.pop(attempt)
                    idle.append(held)
                    if error and number < self._work.attempts:
                        self._say(f"{attempt.job.id}: {error}; it is tried again")
                        waiting.append((attempt.job, number + 1))
                    else:
                        yield Ended(attempt.job, error)
                time.sleep(POLL_S)
        finally:
            stop(running, self._work.grace_s)

    def close(self) -> None:
        """Give the cores back."""
        for held in self._claims:
            held.close()
        self._claims.clear()
