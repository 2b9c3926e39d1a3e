"""Containment by unprivileged namespaces, with bwrap: no daemon, no image, the host's own programs.

Inside there is no network, only the sandbox's processes, an empty home and /tmp, and of the host nothing but
what programs need to run, read-only. There is no system call filter: docker contains more.
"""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path

from perfagent.tools.errors import SandboxUnavailable
from perfagent.tools.sandbox.cgroup import Guard
from perfagent.tools.sandbox.process import ProcessSandbox
from perfagent.tools.sandbox.protocol import Mount
from perfagent.tools.sandbox.session import RUNNER, SANDBOX_HOME, SANDBOX_ID, SHARED_MEMORY_BYTES

REMEDY = "install it: apt-get install bubblewrap (or dnf, pacman, zypper: bubblewrap)"
INSIDE = Path("/run/perfagent")
SYSTEM_FOLDERS = ("/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
SYSTEM_FILES = (
    "/etc/alternatives",
    "/etc/ld.so.cache",
    "/etc/ld.so.conf",
    "/etc/ld.so.conf.d",
    "/etc/localtime",
    "/etc/mime.types",
    "/etc/nsswitch.conf",
    "/etc/ssl/certs",
)
NETWORK_FILES = ("/etc/resolv.conf", "/etc/ssl/openssl.cnf", "/etc/pki", "/etc/ca-certificates")


def program() -> str:
    """Where bwrap is.

    Raises:
        SandboxUnavailable: nowhere.
    """
    found = shutil.which("bwrap")
    if found is None:
        raise SandboxUnavailable("bwrap is not installed", REMEDY)
    return found


@functools.cache
def takes_sizes() -> bool:
    """Whether this bwrap can bound a tmpfs (from 0.7 on); the memory limit is what bounds it otherwise."""
    told = subprocess.run([program(), "--help"], capture_output=True, text=True, check=False)
    return "--size" in told.stdout + told.stderr


def identity() -> tuple[int, int]:
    """User and group inside: ours, or an ordinary one when we are root."""
    return (os.getuid(), os.getgid()) if os.getuid() else (SANDBOX_ID, SANDBOX_ID)


def contain(
    mounts: Iterable[Mount],
    scratch: Path,
    *,
    folders: Iterable[Path] = (),
    network: bool = False,
    tmpfs_bytes: int | None = None,
) -> list[str]:
    """The bwrap command line up to the program to run.

    Args:
        mounts: made visible at their targets.
        scratch: an empty host folder for the files made up for the inside; must outlive the sandbox.
        folders: shown read-only where they are.
        network: share the host's network, for builds alone.
        tmpfs_bytes: size of /tmp and of home, each; half of the machine's memory when None.
    """
    uid, gid = identity()
    argv = [program(), "--unshare-all", "--unshare-user", "--uid", str(uid), "--gid", str(gid)]
    argv += ["--share-net"] if network else []
    argv += [
        "--die-with-parent",
        "--new-session",
        "--cap-drop",
        "ALL",
        "--clearenv",
        "--hostname",
        "perfagent",
    ]
    size = [] if tmpfs_bytes is None or not takes_sizes() else ["--size", str(tmpfs_bytes)]
    shared = [] if not size else ["--size", str(min(tmpfs_bytes or 0, SHARED_MEMORY_BYTES))]
    argv += ["--proc", "/proc", "--dev", "/dev", *shared, "--tmpfs", "/dev/shm", "--remount-ro", "/dev"]
    argv += ["--perms", "1777", *size, "--tmpfs", "/tmp", *size, "--tmpfs", SANDBOX_HOME]
    argv += [*system(network=network), *made_up(scratch)]
    for folder in folders:
        argv += ["--ro-bind", str(folder), str(folder)]
    for mount in mounts:
        argv += ["--bind" if mount.writable else "--ro-bind", str(mount.source.resolve()), mount.target]
    # What bwrap made to hang the mounts on is a writable tmpfs otherwise.
    return [*argv, "--remount-ro", "/"]


def system(*, network: bool) -> Iterator[str]:
    """Arguments that show the host's programs and libraries."""
    yield from ("--ro-bind", "/usr", "/usr")
    for name in SYSTEM_FOLDERS:
        folder = Path(name)
        if folder.is_symlink():
            yield from ("--symlink", str(folder.readlink()), name)
        elif folder.exists():
            yield from ("--ro-bind", name, name)
    for name in SYSTEM_FILES + (NETWORK_FILES if network else ()):
        yield from ("--ro-bind-try", name, name)


def made_up(scratch: Path) -> Iterator[str]:
    """Arguments that show the few files of /etc whose true content is nobody's business."""
    uid, gid = identity()
    files = {
        "passwd": f"root:x:0:0::/root:/bin/sh\nperfagent:x:{uid}:{gid}::{SANDBOX_HOME}:/bin/sh\n",
        "group": f"root:x:0:\nperfagent:x:{gid}:\n",
        "hosts": "127.0.0.1 localhost\n::1 localhost\n",
    }
    for name, text in files.items():
        (scratch / name).write_text(text)
        yield from ("--ro-bind", str(scratch / name), f"/etc/{name}")


def interpreter_folders(python: Path) -> list[Path]:
    """The installation prefix of an interpreter, and of every one it leads to link by link."""
    folders, link = [python.parent.parent, python.parent.parent.resolve()], python
    while link.is_symlink():
        link = link.parent / link.readlink()
        base = Path(os.path.normpath(link.parent.parent))
        folders += [base, base.resolve()]
    return [folder for folder in dict.fromkeys(folders) if not folder.is_relative_to("/usr") and folder != Path("/")]


class BubblewrapSandbox(ProcessSandbox):
    """Runs commands in fresh namespaces that show the mounts, the environment and the system's programs."""

    kind = "bubblewrap"

    def _argv(self, scratch: Path, guard: Guard) -> list[str]:
        """See ProcessSandbox."""
        counters = [Mount(file, str(INSIDE / file.name)) for file in guard.oom_files]
        mounts = [Mount(RUNNER, str(INSIDE / "runner.py")), *counters, *self.setup.mounts]
        inner = Guard(rlimits=guard.rlimits, oom_files=tuple(Path(mount.target) for mount in counters))
        config = self.config(inner, SANDBOX_HOME, "/tmp", contained=True)
        environment = self.setup.environment
        folders = interpreter_folders(Path(environment.python))
        argv = contain(mounts, scratch, folders=folders, tmpfs_bytes=self.setup.limits.tmpfs_bytes)
        return [*argv, "--", environment.python, "-I", str(INSIDE / "runner.py"), config]
