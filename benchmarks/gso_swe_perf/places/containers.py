"""The containers of arenas: how they are started, what they get, and how they end."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

from perfagent.tools.environment.builder import BUILD_PROCESSES, MEMORY_SHARE
from perfagent.tools.environment.indexes import certificate_variables, certificates, index_variables, local_folders
from perfagent.tools.sandbox.docker import bind
from perfagent.tools.sandbox.docker_engine import Attached, engine_errors, owner_labels, remove
from perfagent.tools.sandbox.protocol import Mount

if TYPE_CHECKING:
    from docker import DockerClient

#: What is ours inside.
FOLDER = "/opt/perfagent"
BUNDLE = f"{FOLDER}/ca.crt"
#: The main process says who it is, so that everything but it can be killed; it ends with its input, that is with us.
MAIN = f"mkdir -p {FOLDER} && echo $$ > {FOLDER}/main && exec cat"
KILL = f"""main=$(cat {FOLDER}/main)
for round in 1 2 3; do for folder in /proc/[0-9]*; do pid=${{folder#/proc/}}
  case $pid in 1|$$|$main) ;; *) kill -9 "$pid" 2>/dev/null ;; esac
done; done; true"""


def variables(*, network: bool) -> dict[str, str]:
    """What every script gets; the host's settings for package indexes only where there is a network to use them."""
    bundle = certificates()
    return {
        "PIP_ROOT_USER_ACTION": "ignore",
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_NO_CACHE_DIR": "1",
        "UV_LINK_MODE": "copy",
        "UV_NO_CACHE": "1",
        "UV_VENV_CLEAR": "1",  # `uv venv` where there is one: newer ones refuse otherwise, the benchmarks' does not
        "UV_PYTHON_DOWNLOADS": "never",
        **(index_variables() if network else {}),
        **(certificate_variables(BUNDLE) if bundle else {}),
    }


@contextlib.contextmanager
def container_of(
    client: DockerClient, image: str, core: int | None, memory: int | None, *, network: bool
) -> Iterator[str]:
    """A running container that ends when its input does, that is when we are gone; arguments as in `open_arena`."""
    mounts = [Mount(path, str(path)) for path in local_folders(index_variables())]
    mounts += [Mount(bundle, BUNDLE)] if (bundle := certificates()) else []
    with engine_errors():
        memory = memory or int(client.info()["MemTotal"] * MEMORY_SHARE)
        made = client.api.create_container(
            image,
            ["sh", "-c", MAIN],
            entrypoint=[],
            stdin_open=True,
            user="0:0",
            working_dir="/",
            labels=owner_labels("arena"),
            host_config=client.api.create_host_config(
                init=True,
                network_mode=None if network else "none",
                # Cores, never a quota: throttling would be measured as slowness.
                cpuset_cpus=_cores(core),
                log_config={"type": "none"},
                mem_limit=memory,
                memswap_limit=memory,
                pids_limit=BUILD_PROCESSES,
                mounts=[*map(bind, mounts)],
            ),
        )
    container = str(made["Id"])
    try:
        with engine_errors():
            attached = Attached(client.api.attach_socket(container, {"stdin": 1, "stream": 1}))
        with attached:
            with engine_errors():
                client.api.start(container)
            yield container
    finally:
        remove(client, container)


def _cores(core: int | None) -> str | None:
    """The one core asked for, else those that we were told to keep to; None for all."""
    own = sorted(os.sched_getaffinity(0))
    if core is None and len(own) == os.cpu_count():
        return None
    return ",".join(map(str, own if core is None else [core]))
