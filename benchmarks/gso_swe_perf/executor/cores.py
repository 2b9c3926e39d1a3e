"""Cores as slots: claimed machine-wide, so that two measurements never share one."""

from __future__ import annotations

import fcntl
import os
import re
import time
from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from pathlib import Path
from typing import IO

from perfagent.agent.claims import locked
from perfagent.agent.run_folder import state_home
from perfagent.tools.errors import PerfagentError, UsageError

#: Linux tells here which logical cores are threads of the same physical one.
TOPOLOGY = Path("/sys/devices/system/cpu")

#: Seconds between two attempts to claim a core while others hold all of them.
CLAIM_POLL_S = 0.5


class Claim:
    """A core that is ours until this is closed, and until every process that was handed `descriptor` has ended."""

    def __init__(self, core: int, file: IO[str]) -> None:
        self.core = core
        self._file = file

    @property
    def descriptor(self) -> int:
        """To be inherited by what is measured there: the core stays claimed while that lives."""
        return self._file.fileno()

    def close(self) -> None:
        """Give the core back."""
        self._file.close()


def physical(core: int, topology: Path = TOPOLOGY) -> int:
    """The first logical core of the physical one that `core` is a thread of: two threads of one disturb each other."""
    file = topology / f"cpu{core}" / "topology" / "thread_siblings_list"
    try:
        first = re.match(r"\d+", file.read_text())
    except OSError:
        first = None
    return int(first[0]) if first else core


def distinct(cores: Iterable[int], topology: Path = TOPOLOGY) -> tuple[int, ...]:
    """One logical core of every physical one among these, in order."""
    found: dict[int, int] = {}
    for core in sorted(cores):
        found.setdefault(physical(core, topology), core)
    return tuple(found.values())


def timing_cores() -> tuple[int, ...]:
    """The cores that jobs run on unless told otherwise: all that this process may use but the first.

    That one is left to the driver, the Docker engine and the kernel, whose interrupts mostly go there; with one core
    there is no choice.
    """
    cores = distinct(os.sched_getaffinity(0))
    return cores[1:] or cores


def chosen(jobs: int | None) -> tuple[int, ...]:
    """The cores to take so many slots from, best first: all, the first core last; the default's when None.

    Raises:
        UsageError: there are not so many.
    """
    if jobs is None:
        return timing_cores()
    cores = distinct(os.sched_getaffinity(0))
    if not 1 <= jobs <= len(cores):
        raise UsageError(
            f"{jobs} jobs at once were asked for",
            f"this machine has cores for 1 to {len(cores)}, one each",
            code="PA110",
        )
    return (*cores[1:], cores[0])


def claims_home() -> Path:
    """Where a machine's claims are: one file a physical core."""
    return state_home() / "cores"


def claim(core: int) -> Claim | None:
    """The core, if nobody on this machine holds it.

    Raises:
        PerfagentError: nothing can be written where claims are kept.
    """
    try:
        claims_home().mkdir(parents=True, exist_ok=True)
        file = (claims_home() / str(physical(core))).open("a")
    except OSError as error:
        raise PerfagentError(
            f"no cores can be claimed ({error.strerror})", "set PERFAGENT_HOME", code="PA003"
        ) from error
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        return None
    return Claim(core, file)


def claim_some(cores: Sequence[int], say: Callable[[str], None], most: int | None = None) -> list[Claim]:
    """Those of these cores that are free, `most` at most; waits for the first one when none is.

    Raises:
        PerfagentError: as `claim`.
    """
    waiting = False
    while not (found := list(islice((held for core in cores if (held := claim(core))), most))):
        if not waiting:
            say("other evaluations measure on all cores of this machine: waiting for one")
        waiting = True
        time.sleep(CLAIM_POLL_S)
    return found


def free_cores(cores: Sequence[int]) -> list[int]:
    """Those that nobody holds at this moment."""
    claims = [held for core in cores if (held := claim(core))]
    for held in claims:
        held.close()
    return [held.core for held in claims]


def named_cores(text: str) -> tuple[int, ...]:
    """The cores of a list such as `2,3`.

    Raises:
        UsageError: it is none, or names cores that this process may not use, or two threads of one core.
    """
    allowed = sorted(os.sched_getaffinity(0))
    cores = [int(part) for part in text.split(",") if part.strip().isdecimal()]
    if not cores or len(cores) != text.count(",") + 1 or not set(cores) <= set(allowed):
        raise UsageError(
            f"{text!r} names no cores to use here", f"those here are {', '.join(map(str, allowed))}", code="PA110"
        )
    if len(distinct(cores)) != len(cores):
        raise UsageError(
            f"of {text!r} some are threads of one core", "they would disturb each other: name one of each", code="PA110"
        )
    return tuple(cores)


def keep_off_claimed(core: int) -> None:
    """Let this process and its children run on no core that somebody else measures on."""
    claimed = {int(file.name) for file in claims_home().glob("[0-9]*") if locked(file)} - {physical(core)}
    left = {each for each in os.sched_getaffinity(0) if physical(each) not in claimed}
    if left:
        os.sched_setaffinity(0, left)
