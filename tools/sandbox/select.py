"""Which sandbox works here, found by trying; opening one; and clearing away what dead runs left."""

from __future__ import annotations

import os
import subprocess
import sys
import uuid
from collections.abc import Callable, Sequence
from pathlib import Path

from perfagent.tools.errors import PerfagentError, SandboxUnavailable, UsageError
from perfagent.tools.sandbox.cgroup import sweep
from perfagent.tools.sandbox.docker_engine import BASE_IMAGE, reap_containers
from perfagent.tools.sandbox.owners import clear, drop_torn_records, read_records
from perfagent.tools.sandbox.protocol import (
    Availability,
    Command,
    Environment,
    Limits,
    Mount,
    Sandbox,
    SandboxKind,
)
from perfagent.tools.sandbox.session import RunnerSandbox, Setup

KINDS: tuple[SandboxKind, ...] = ("docker", "bubblewrap", "local")  # best contained first
PROBE_LIMITS = Limits(memory_bytes=256 * 2**20, processes=32, timeout_s=30)
NAMESPACE_REMEDY = "allow user namespaces: sysctl -w kernel.unprivileged_userns_clone=1 user.max_user_namespaces=10000"
APPARMOR_SWITCH = Path("/proc/sys/kernel/apparmor_restrict_unprivileged_userns")
APPARMOR_REMEDY = "allow user namespaces: sysctl -w kernel.apparmor_restrict_unprivileged_userns=0"


def open_sandbox(
    kind: SandboxKind,
    *,
    mounts: Sequence[Mount],
    environment: Environment,
    limits: Limits,
    run_id: str,
    cpus: Sequence[int] | None = None,
) -> Sandbox:
    """Open a sandbox; its runner starts with the first command. Use it in a `with` statement.

    Args:
        kind: how it is contained; the environment must have been built for it.
        mounts: host folders it sees.
        environment: where the code runs.
        limits: of each command.
        run_id: names the owner for `reap`.
        cpus: the cores it may use, those that we may when None.

    Raises:
        UsageError: no such kind.
    """
    setup = Setup(tuple(mounts), environment, limits, run_id, tuple(cpus) if cpus else _own_cores())
    return _class(kind)(setup)


def _own_cores() -> tuple[int, ...] | None:
    """The cores we were told to keep to (`taskset`), which a container would not know of; None where we were not."""
    cores = sorted(os.sched_getaffinity(0))
    return tuple(cores) if len(cores) < (os.cpu_count() or 1) else None


def _class(kind: str) -> Callable[[Setup], RunnerSandbox]:
    """The class of a kind.

    Raises:
        UsageError: no such kind.
    """
    match kind:
        case "docker":
            from perfagent.tools.sandbox.docker import DockerSandbox

            return DockerSandbox
        case "bubblewrap":
            from perfagent.tools.sandbox.bubblewrap import BubblewrapSandbox

            return BubblewrapSandbox
        case "local":
            from perfagent.tools.sandbox.local import LocalSandbox

            return LocalSandbox
    raise UsageError(f"no sandbox is called {kind}", f"one of auto, {', '.join(KINDS)}")


def owner_inside(kind: SandboxKind) -> tuple[int, int] | None:
    """User and group that must own what is written in a sandbox where these are others than ours; None where not.

    A mount that belongs to them already is left as it is when a sandbox opens and closes.
    """
    if kind != "docker" or os.getuid():
        return None
    from perfagent.tools.sandbox.docker import identity

    return identity()


def probe(kind: SandboxKind, image: str | None = None) -> Availability:
    """Whether a kind of sandbox works: opens one as hardened as any and runs `true` in it."""
    image = image or BASE_IMAGE
    python = "python3" if kind == "docker" else sys.executable
    prefix = None if kind == "docker" else Path(sys.prefix)
    where = Environment(kind, image if kind == "docker" else "", prefix, python, "", "probe", "", cached=True)
    run_id = f"probe-{uuid.uuid4().hex[:8]}"
    try:
        with open_sandbox(kind, mounts=(), environment=where, limits=PROBE_LIMITS, run_id=run_id) as sandbox:
            ended = sandbox.execute(Command(("true",), "/"))
            counts = sandbox.execute(Command(("valgrind", "--version"), "/")).ok
    except SandboxUnavailable as error:
        return Availability(kind, False, error.message, error.remedy)
    except (PerfagentError, OSError, subprocess.SubprocessError) as error:
        return Availability(kind, False, getattr(error, "message", str(error)), _remedy(kind, str(error)))
    if not ended.ok:
        return Availability(kind, False, f"`true` fails in it: {ended.stderr.strip() or ended.exit_code}")
    return Availability(kind, True, _praise(kind, image), counts=counts)


def _praise(kind: SandboxKind, image: str) -> str:
    """What a working kind offers."""
    return {
        "docker": f"containers of {image}: no network, no capabilities, read-only root",
        "bubblewrap": "namespaces without network, of the host only programs and libraries, read-only",
        "local": "limits only: the code can read, write and connect as you can",
    }[kind]


def _remedy(kind: SandboxKind, reason: str) -> str:
    """The command that mends what failed, where the reason tells."""
    if kind == "bubblewrap" and any(word in reason for word in ("namespace", "permitted", "uid map")):
        restricted = APPARMOR_SWITCH.exists() and APPARMOR_SWITCH.read_text().strip() == "1"
        return APPARMOR_REMEDY if restricted else NAMESPACE_REMEDY
    return {"docker": "docker info", "bubblewrap": "bwrap --unshare-all --ro-bind / / true", "local": ""}[kind]


def choose(requested: str = "auto", image: str | None = None) -> tuple[SandboxKind, str]:
    """The kind to use and why.

    Args:
        requested: `auto` for the best contained one that works, or a kind.
        image: the docker image that will be used.

    Raises:
        SandboxUnavailable: the requested kind does not work; carries the remedy.
        UsageError: no such kind.
    """
    if requested != "auto":
        _class(requested)
    rejected: list[str] = []
    for kind in KINDS:
        if requested not in ("auto", kind):
            continue
        found = probe(kind, image)
        if found.ok:
            return kind, "; ".join([found.detail, *rejected])
        if requested == kind:
            raise SandboxUnavailable(f"the {kind} sandbox does not work: {found.detail}", found.remedy)
        rejected.append(f"not {kind}: {found.detail}" + (f" (to have it: {found.remedy})" if found.remedy else ""))
    raise SandboxUnavailable(f"no sandbox works: {'; '.join(rejected)}", "perfagent doctor")


def reap(run_id: str | None = None) -> list[str]:
    """Kill and remove what runs left behind; call it at the start of every command.

    Args:
        run_id: that run's sandboxes, dead or alive; those whose perfagent process is gone when None.

    Returns:
        What was killed: names of containers, and pids of runners with their run.
    """
    reaped = reap_containers(run_id)
    drop_torn_records()
    sweep()
    for path, record in read_records():
        wanted = record.run_id == run_id if run_id is not None else not record.owner.alive
        if wanted and clear(path, record):
            reaped.append(f"runner {record.runner.pid} of {record.run_id}")
    return reaped
