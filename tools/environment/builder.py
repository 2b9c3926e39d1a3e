"""Where an environment is built: on the host, in bubblewrap, or in a container. All three have the network.

A build runs the target's own code (setup.py, a setup command): it is contained as far as the kind of sandbox
goes, and gets a clean environment with nothing of ours but what package indexes and proxies need.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from perfagent.tools.environment.indexes import (
    certificate_variables,
    certificates,
    index_variables,
    local_folders,
    scrubbed,
)
from perfagent.tools.environment.interpreters import Interpreter
from perfagent.tools.errors import BuildError
from perfagent.tools.sandbox.bubblewrap import contain, interpreter_folders
from perfagent.tools.sandbox.cgroup import Guard, guard
from perfagent.tools.sandbox.owners import Record, clear, identify, write_record
from perfagent.tools.sandbox.process import spawner
from perfagent.tools.sandbox.protocol import Limits, Mount
from perfagent.tools.sandbox.session import SANDBOX_HOME, SYSTEM_PATH

STEP_TIMEOUT_S = 3600.0  # the slowest honest builds (scipy from source) take half of it

# Honest builds take nearly all there is (a compiler a core), and the machine has to go on beside a dishonest one.
MEMORY_SHARE = 0.75
# `make -j` on 128 cores, with driver, compiler, assembler and linker threads each, is some 2000; Linux has 32768.
BUILD_PROCESSES = 4096


@dataclass(frozen=True, slots=True)
class Site:
    """The folders of one build, on the host.

    Attributes:
        prefix: where the virtual environment goes.
        work: holds `tree` (the copy built from) and `overlay`.
        cache: of everything; its package caches are shared by all builds.
    """

    prefix: Path
    work: Path
    cache: Path


def write_new(path: Path, text: str) -> None:
    """Write a file into a folder the target's code may write to as well: what stands there may be a link, and goes.

    Raises:
        BuildError: something puts it back.
    """
    path.unlink(missing_ok=True)
    try:
        with path.open("x") as file:
            file.write(text)
    except FileExistsError as error:
        raise BuildError(f"the build meddles with {path.name}") from error


class Builder(ABC):
    """Runs build steps one after the other and keeps their output.

    Attributes:
        site: the folders on the host. prefix, work, python: the virtual environment, the work folder and the
        base interpreter as seen inside. uv: the uv program as seen inside; empty when pip does the work.
    """

    prefix: str
    work: str
    python: str
    uv: str = ""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.log: list[str] = []

    def run(self, argv: Sequence[str], extra: Mapping[str, str] | None = None) -> tuple[int, str]:
        """Run one step in the copy; its exit code and output, without the credentials of package indexes.

        Raises:
            BuildError: it took longer than any honest build.
        """
        self.log.append(scrubbed(f"$ {' '.join(argv)}"))
        code, output = self._run(argv, {**self._environ(), **(extra or {})})
        output = scrubbed(output)
        self.log.append(output.rstrip())
        return code, output

    @abstractmethod
    def _run(self, argv: Sequence[str], env: Mapping[str, str]) -> tuple[int, str]:
        """Run one step; exit code, and standard output and error together."""

    def _environ(self) -> dict[str, str]:
        """The environment of every step."""
        return {
            "PATH": f"{self.prefix}/bin:{SYSTEM_PATH}:/usr/sbin:/sbin",
            "LANG": "C.UTF-8",
            "VIRTUAL_ENV": self.prefix,
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
            "PIP_NO_INPUT": "1",
            "PYTHONUNBUFFERED": "1",
            "UV_LINK_MODE": "copy",
            **index_variables(),
        }


class HostBuilder(Builder):
    """Builds with the host's own programs, uncontained."""

    def __init__(self, site: Site, interpreter: Interpreter) -> None:
        super().__init__(site)
        self._packages = site.cache
        self.prefix, self.work = str(site.prefix), str(site.work)
        self.python = interpreter.path
        self.uv = shutil.which("uv") or ""
        (site.work / "home").mkdir(exist_ok=True)

    def _environ(self) -> dict[str, str]:
        """See Builder."""
        bundle = certificates()
        return {
            **super()._environ(),
            "PATH": f"{self.prefix}/bin:{os.environ.get('PATH', SYSTEM_PATH)}",
            "HOME": f"{self.work}/home",
            "PIP_CACHE_DIR": str(self._packages / "pip"),
            "UV_CACHE_DIR": str(self._packages / "uv"),
            **(certificate_variables(str(bundle)) if bundle else {}),
        }

    def _command(self, argv: Sequence[str], env: Mapping[str, str]) -> tuple[list[str], Mapping[str, str]]:
        """What to start, and with which environment."""
        del self
        return list(argv), env

    def _recorded(self, pid: int) -> contextlib.AbstractContextManager[None]:
        """Keeps on record what a step has, and removes it when the step has ended."""
        del self, pid
        return contextlib.nullcontext()

    def _run(self, argv: Sequence[str], env: Mapping[str, str]) -> tuple[int, str]:
        """See Builder."""
        command, environ = self._command(argv, env)

        def start() -> subprocess.Popen[bytes]:
            return subprocess.Popen(
                command,
                env=environ,
                cwd=f"{self.work}/tree",
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

        with spawner().submit(start).result() as process, self._recorded(process.pid):
            try:
                output, _ = process.communicate(timeout=STEP_TIMEOUT_S)
            except subprocess.TimeoutExpired as error:
                raise BuildError(
                    f"a build step did not end: {argv[0]}", "give a quicker --setup", code="PA303"
                ) from error
            finally:
                end_group(process.pid)
        return process.returncode, output.decode(errors="replace")


def end_group(pid: int) -> None:
    """Kill what is left of a process group."""
    try:
        os.killpg(pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        pass


class BubblewrapBuilder(HostBuilder):
    """Builds with the host's programs in namespaces of its own; of the host it writes to the environment's folders.

    Until `part_from_others` it also writes to the packages that all builds share: that is not for the target's own
    code, which could leave there what another target's build then installs.
    """

    def __init__(self, site: Site, interpreter: Interpreter) -> None:
        super().__init__(site, interpreter)
        self._scratch = site.work / "scratch"
        self._scratch.mkdir(exist_ok=True)
        self._bounds = Guard()
        self._shared = [site.cache / "pip", site.cache / "uv"]
        for folder in self._shared:
            folder.mkdir(exist_ok=True)

    def part_from_others(self) -> None:
        """From now on keep packages in the work folder, where they go with the build."""
        self._packages = self.site.work / "packages"
        self._shared = []

    @contextlib.contextmanager
    def _recorded(self, pid: int) -> Iterator[None]:
        """See HostBuilder; `reap` finds the record when we are killed."""
        groups = tuple(map(str, self._bounds.groups))
        record = Record("build", identify(os.getpid()), identify(pid), (), groups)
        path = write_record(record)
        try:
            yield
        finally:
            clear(path, record)

    def _command(self, argv: Sequence[str], env: Mapping[str, str]) -> tuple[list[str], Mapping[str, str]]:
        """See HostBuilder; variables do not travel as arguments, which every user of the machine can read."""
        mine = [self.site.prefix, self.site.work, *self._shared]
        programs = [path for path in (certificates(), Path(self.uv) if self.uv else None) if path]
        shown = [*local_folders(index_variables()), *programs]
        mounts = [Mount(path, str(path)) for path in shown if not path.is_relative_to("/usr")]
        mounts += [Mount(path, str(path), writable=True) for path in mine]
        # We write there before each step: a link put in its place would have us write elsewhere.
        mounts.append(Mount(self._scratch, str(self._scratch)))
        command = contain(mounts, self._scratch, folders=interpreter_folders(Path(self.python)), network=True)
        command.remove("--clearenv")  # it is given a clean one to begin with
        memory = int(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") * MEMORY_SHARE)
        # Without control groups there is no bound: compilers and linkers reserve more address space than they use.
        self._bounds = guard(Limits(memory_bytes=memory, processes=BUILD_PROCESSES))
        return [*self._bounds.launcher, *command, "--chdir", f"{self.work}/tree", "--", *argv], {
            **env,
            "HOME": SANDBOX_HOME,
        }
