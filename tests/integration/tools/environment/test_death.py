"""A build in a container is bounded, and ends with the perfagent that started it."""

from __future__ import annotations

import subprocess
import sys
import time
import uuid

import pytest

from perfagent.tools.environment.builder import BUILD_PROCESSES, MEMORY_SHARE, Site
from perfagent.tools.environment.docker_build import ContainerBuilder
from perfagent.tools.sandbox import reap
from perfagent.tools.sandbox.docker_engine import BASE_IMAGE, connected, state

pytestmark = pytest.mark.docker

OWNER = """
import sys
from pathlib import Path
from perfagent.tools.environment.builder import Site
from perfagent.tools.environment.docker_build import ContainerBuilder
from perfagent.tools.sandbox.docker_engine import BASE_IMAGE, connected
work = Path(sys.argv[2])
with connected() as client:
    builder = ContainerBuilder(Site(work, work, work), client, BASE_IMAGE, sys.argv[1])
    sys.stdout.write("open\\n"); sys.stdout.flush()
    builder.run(["sleep", "300"])
"""


@pytest.fixture
def work(tmp_path):
    (tmp_path / "tree").mkdir()
    return tmp_path


def test_a_killed_owner_leaves_no_build_running(work):
    run_id = f"build-{uuid.uuid4().hex[:8]}"
    argv = [sys.executable, "-c", OWNER, run_id, str(work)]
    with subprocess.Popen(argv, stdout=subprocess.PIPE) as process, connected() as client:
        assert process.stdout is not None and process.stdout.read(5) == b"open\n"
        (container,) = client.containers.list(filters={"label": f"perfagent.run={run_id}"})
        process.kill()
        deadline = time.monotonic() + 20
        while state(client, container.id)["Running"]:
            assert time.monotonic() < deadline, "the container goes on"
            time.sleep(0.05)
    reap(run_id)


def test_a_build_has_bounds_and_outlives_its_steps(work):
    script = "cat $(find /sys/fs/cgroup -name pids.max)"
    with connected() as client:
        builder = ContainerBuilder(Site(work, work, work), client, BASE_IMAGE, "bounds")
        try:
            assert builder.run(["sh", "-c", script])[1].split() == [str(BUILD_PROCESSES)]
            assert builder.run(["sh", "-c", "cat; exit 3"])[0] == 3
            (container,) = client.containers.list(filters={"label": "perfagent.run=bounds"})
            host = container.attrs["HostConfig"]
        finally:
            builder.close()
        assert 0 < host["Memory"] == host["MemorySwap"] == int(client.info()["MemTotal"] * MEMORY_SHARE)
