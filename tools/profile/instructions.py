"""Instructions of one execution of a script's body, counted by valgrind: exact, slow, and no measure of time.

Cachegrind without its cache model is the cheapest of valgrind's tools that count (20 to 30 times slower than the bare
interpreter on pure Python; exp-bbv 55, callgrind 80 to 110, lackey 190 to 270). A process that executes more bodies
less one that executes fewer, after equally many set-ups, leaves bodies alone: start-up, imports and set-up cancel. The
first execution is told apart from the later ones, because a result that is kept from one to the next shows there.
Misses of a cache, waiting and system calls do not show in a count, so that it says what code does and not how long it
takes.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import NamedTuple

from perfagent.tools.errors import WorkloadError
from perfagent.tools.sandbox.protocol import Command, Sandbox
from perfagent.tools.workload import COUNTED_SETUPS, Request, Site, Workload, observe

COUNTER = ("valgrind", "--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null", "--vgdb=no")

#: Executions of the body in the counted processes.
BODIES = (0, 1, COUNTED_SETUPS)

_REFERENCES = re.compile(r"^==\d+== +I +refs: +([\d,]+)", re.MULTILINE)


class Counts(NamedTuple):
    """Instructions of the first execution of a body in a process, and of each later one."""

    first: int
    later: int


def counter_version(sandbox: Sandbox) -> str:
    """What valgrind calls itself in a sandbox; empty where there is none."""
    done = sandbox.execute(Command((COUNTER[0], "--version"), "/"))
    return done.stdout.strip() if done.ok else ""


def native_seconds(sandbox: Sandbox, site: Site, workload: Workload, request: Request) -> float:
    """Seconds of one process as it will be counted, run without the counter; it also fills the bytecode cache.

    Raises:
        WorkloadError: it does not run.
    """
    seen = observe(sandbox, site, workload, _counting(request, workload, BODIES[-1]))
    if seen.error is not None:
        raise WorkloadError(f"{workload.spec} cannot be counted: {seen.error}", code="PA405")
    return seen.usage.wall_s - seen.usage.run_delay_s


def body_instructions(sandbox: Sandbox, site: Site, workload: Workload, request: Request) -> Counts:
    """Instructions of one execution of the body.

    Args:
        sandbox: has valgrind; see `counter_version`.
        site: the side, whose bytecode cache must be full already; see `native_seconds`.
        workload: a script of the kind `workload`, the only one whose set-up can be repeated without its body.
        request: `hash_seed`, `cpu` and `timeout_s` are taken from it.

    Raises:
        WorkloadError: it does not run under the counter, or the counter says nothing.
    """
    none, one, all_ = (_process_instructions(sandbox, site, workload, request, bodies) for bodies in BODIES)
    return Counts(one - none, round((all_ - one) / (BODIES[2] - BODIES[1])))


def _counting(request: Request, workload: Workload, bodies: int) -> Request:
    name = workload.target.rpartition("/")[2].removesuffix(".py")
    return replace(request, mode="count", loops={name: bodies})


def _process_instructions(sandbox: Sandbox, site: Site, workload: Workload, request: Request, bodies: int) -> int:
    counted = replace(_counting(request, workload, bodies), under=COUNTER)
    seen = observe(sandbox, site, workload, counted)
    if seen.error is not None:
        raise WorkloadError(f"{workload.spec} cannot be counted: {seen.error}", code="PA405")
    return instructions_in(seen.output)


def instructions_in(output: str) -> int:
    """The count in what valgrind printed, its last words.

    Raises:
        WorkloadError: there is none.
    """
    found = _REFERENCES.findall(output)
    if not found:
        raise WorkloadError("valgrind says no number of instructions", code="PA405")
    return int(found[-1].replace(",", ""))
