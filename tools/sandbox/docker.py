"""Containment by the Docker engine: one hardened container per sandbox, whose main process is the runner.

The runner reads the container's attached standard input. When perfagent dies the engine closes that input,
the runner ends, and with it the container: nothing depends on anybody cleaning up (`reap` still does).
"""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from perfagent.tools.errors import SandboxError
from perfagent.tools.sandbox.channel import SocketChannel
from perfagent.tools.sandbox.crowd import CrowdedSandbox, counters_of
from perfagent.tools.sandbox.docker_engine import (
    Attached,
    connect,
    engine_errors,
    image_id,
    owner_labels,
    remove,
    state,
)
from perfagent.tools.sandbox.protocol import Mount
from perfagent.tools.sandbox.session import RUNNER, SANDBOX_HOME, SANDBOX_ID, SHARED_MEMORY_BYTES, Setup

if TYPE_CHECKING:
    from docker import DockerClient

INSIDE_RUNNER = "/run/perfagent/runner.py"
DEATH_TIMEOUT_S = 10.0
# The container's own view of its control group, version 1 and version 2.
OOM_FILES = ("/sys/fs/cgroup/memory/memory.oom_control", "/sys/fs/cgroup/memory.events")


class DockerSandbox(CrowdedSandbox):
    """Runs commands in a container without network, capabilities or a writable root."""

    kind = "docker"

    def __init__(self, setup: Setup) -> None:
        super().__init__(setup)
        self._client: DockerClient | None = None
        self._container: str | None = None
        self._given: list[Path] = []

    def _start(self) -> SocketChannel:
        """Create the container, attach to it, start it: in this order nothing it says is lost."""
        self._client = client = connect()
        image = image_id(client, self.setup.environment.image)
        writable = [mount.source.resolve() for mount in self.setup.mounts if mount.writable]
        self._given = [folder for folder in writable if foreign(folder)]
        for folder in self._given:
            give(folder, *identity())
        with engine_errors():
            created = client.api.create_container_from_config(self._config(client, image))
            self._container = str(created["Id"])
            streams = {"stdin": 1, "stdout": 1, "stderr": 1, "stream": 1}
            attached = Attached(client.api.attach_socket(self._container, streams))
            channel = SocketChannel(attached.connection, attached)
            try:
                client.api.start(self._container)
                self.refusal_counters = counters_of(state(client, self._container)["Pid"], self._container)
            except BaseException:
                channel.close()
                raise
        return channel

    def _config(self, client: DockerClient, image: str) -> dict[str, Any]:
        """The container in the engine's terms."""
        uid, gid = identity()
        limits, api = self.setup.limits, client.api
        # No owner for home, as Podman knows no uid= here; there is one user inside.
        kept = f"rw,exec,nosuid,nodev,mode=1777,size={limits.tmpfs_bytes}"
        host = api.create_host_config(
            network_mode="none",
            cap_drop=["ALL"],
            security_opt=["no-new-privileges:true"],
            read_only=True,
            tmpfs={"/tmp": kept, SANDBOX_HOME: kept},
            pids_limit=limits.processes,
            mem_limit=limits.memory_bytes,
            memswap_limit=limits.memory_bytes,
            # Cores, never a quota: throttling (nano_cpus) would be measured as slowness.
            cpuset_cpus=",".join(map(str, self.setup.cpus)) if self.setup.cpus else None,
            init=True,
            ipc_mode="private",
            shm_size=min(SHARED_MEMORY_BYTES, limits.tmpfs_bytes),
            log_config={"type": "none"},
            mounts=[bind(mount) for mount in (Mount(RUNNER, INSIDE_RUNNER), *self.setup.mounts)],
        )
        config: dict[str, Any] = api.create_container_config(
            image,
            [self.setup.environment.python, "-I", INSIDE_RUNNER, self._runner_config()],
            entrypoint=[],
            user=f"{uid}:{gid}",
            working_dir="/",
            hostname="perfagent",
            # Not detached: the engine then closes standard input when we are gone (StdinOnce).
            stdin_open=True,
            detach=False,
            labels=owner_labels(self.setup.run_id),
            host_config=host,
        )
        return config

    def _runner_config(self) -> str:
        """The runner's configuration."""
        return json.dumps(
            {
                "contained": True,
                "environ": self.environ(SANDBOX_HOME, "/tmp"),
                "output_bytes": self.setup.limits.output_bytes,
                "rlimits": {"RLIMIT_FSIZE": self.setup.limits.file_bytes},
                "oom_files": OOM_FILES,
                "cpus": None,
                "fleeting": self.fleeting("/tmp", SANDBOX_HOME, "/dev/shm"),
            }
        )

    def _stop(self) -> None:
        """Remove the container and give writable folders back to us."""
        client, self._client = self._client, None
        container, self._container = self._container, None
        if client is None:
            return
        try:
            if container is not None:
                remove(client, container)
        finally:
            client.close()
            for folder in self._given:
                give(folder, os.getuid(), os.getgid())

    def _killed_for_memory(self) -> bool:
        """See RunnerSandbox; the engine knows."""
        assert self._client is not None and self._container is not None
        deadline = time.monotonic() + DEATH_TIMEOUT_S
        while (now := state(self._client, self._container))["Running"]:
            if time.monotonic() > deadline:
                raise SandboxError("the Docker engine closed the connection to a running container", code="PA602")
            time.sleep(0.05)
        if now["ExitCode"] == 1 and self._channel is not None and (said := self._channel.complaints()):
            raise SandboxError(f"the docker sandbox broke: {said.splitlines()[-1]}")
        return bool(now["OOMKilled"])


def identity() -> tuple[int, int]:
    """User and group inside: ours, or an ordinary one when we are root."""
    return (os.getuid(), os.getgid()) if os.getuid() else (SANDBOX_ID, SANDBOX_ID)


def bind(mount: Mount) -> dict[str, Any]:
    """A bind mount in the engine's terms; unlike the short form it fails when the source is missing."""
    return {
        "Type": "bind",
        "Source": str(mount.source.resolve()),
        "Target": mount.target,
        "ReadOnly": not mount.writable,
    }


def foreign(folder: Path) -> bool:
    """Whether a folder must be given to the user inside: only root is another one, and only root can."""
    return os.getuid() == 0 and folder.stat().st_uid != identity()[0]


def give(folder: Path, uid: int, gid: int) -> None:
    """Make all that a folder holds belong to a user. What lies too deep for a path stays as it is."""
    os.chown(folder, uid, gid)
    todo = [str(folder)]
    while todo:
        try:
            with os.scandir(todo.pop()) as entries:
                for entry in entries:
                    os.lchown(entry.path, uid, gid)
                    if entry.is_dir(follow_symlinks=False):
                        todo.append(entry.path)
        except OSError:
            continue
