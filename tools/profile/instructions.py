"""Instructions of one execution of a script's body, counted by valgrind: exact, slow, and no measure of time.

Cachegrind without its cache model is the cheapest of valgrind's tools that count (20 to 30 times slower than the bare
interpreter on pure Python; exp-bbv 55, callgrind 80 to 110, lackey 190 to 270). A process that executes many bodies
less one that executes few, after equally many set-ups, leaves bodies alone: start-up, imports and set-up cancel. Misses
of a cache, waiting and system calls do not show in the count, so that it says what code does and not how long it takes.
"""

from __future__ import annotations

import re
from dataclasses import replace

from perfagent.tools.errors import WorkloadError
from perfagent.tools.sandbox.protocol import Command, Sandbox
from perfagent.tools.workload import COUNTED_SETUPS, Request, Site, Workload, observe

COUNTER = ("valgrind", "--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null", "--vgdb=no")

#: Executions of the body in the two counted processes. The first execution, in which caches and the interpreter's
#: specialised instructions settle, is in both of them and cancels.
FEW, MANY = 1, COUNTED_SETUPS

_REFERENCES = re.compile(r"^==\d+== +I +refs: +([\d,]+)", re.MULTILINE)


def counter_version(sandbox: Sandbox) -> str:
    """What valgrind calls itself in a sandbox; empty where there is none."""
    done = sandbox.execute(Command((COUNTER[0], "--version"), "/"))
    return done.stdout.strip() if done.ok else ""


def native_seconds(sandbox: Sandbox, site: Site, workload: Workload, request: Request) -> float:
    """Seconds of one process as it will be counted, run without the counter; it also fills the bytecode cache.

    Raises:
        WorkloadError: it does not run.
    """
    seen = observe(sandbox, site, workload, _counting(request, workload, MANY))
    if seen.error is not None:
        raise WorkloadError(f"{workload.spec} cannot be counted: {seen.error}")
    return seen.usage.wall_s - seen.usage.run_delay_s


def body_instructions(sandbox: Sandbox, site: Site, workload: Workload, request: Request) -> int:
    """Instructions of one execution of the body.

    Args:
        sandbox: has valgrind; see `counter_version`.
        site: the side, whose bytecode cache must be full already; see `native_seconds`.
        workload: a script of the kind `workload` or `plain`.
        request: `hash_seed`, `cpu` and `timeout_s` are taken from it.

    Raises:
        WorkloadError: it does not run under the counter, or the counter says nothing.
    """
    few, many = (_process_instructions(sandbox, site, workload, request, bodies) for bodies in (FEW, MANY))
    return round((many - few) / (MANY - FEW))


def _counting(request: Request, workload: Workload, bodies: int) -> Request:
    name = workload.target.rpartition("/")[2].removesuffix(".py")
    return replace(request, mode="count", loops={name: bodies})


def _process_instructions(sandbox: Sandbox, site: Site, workload: Workload, request: Request, bodies: int) -> int:
    counted = replace(_counting(request, workload, bodies), under=COUNTER)
    seen = observe(sandbox, site, workload, counted)
    if seen.error is not None:
        raise WorkloadError(f"{workload.spec} cannot be counted: {seen.error}")
    return instructions_in(seen.output)


def instructions_in(output: str) -> int:
    """The count in what valgrind printed, its last words.

    Raises:
        WorkloadError: there is none.
    """
    found = _REFERENCES.findall(output)
    if not found:
        raise WorkloadError("valgrind says no number of instructions")
    return int(found[-1].replace(",", ""))
