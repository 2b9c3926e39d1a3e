from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest

from perfagent.benchmarks.gso_swe_perf.places import DockerArena, Place, open_arena
from perfagent.tools.errors import SandboxError
from perfagent.tools.sandbox import reap
from perfagent.tools.sandbox.docker_engine import connected, remove

pytestmark = pytest.mark.docker
BARE = Place(image="perfagent/base:bookworm", activate="", python="/usr/bin/python3", origin="local", tree="/tmp")
OWNER = """
import time
from perfagent.benchmarks.gso_swe_perf.places import Place, open_arena
with open_arena(Place.model_validate_json({place!r})) as arena:
    print(arena.container, flush=True)
    time.sleep(600)
"""


@pytest.fixture(scope="module")
def arena() -> Iterator[DockerArena]:
    with open_arena(BARE, core=0) as opened:
        yield opened


def containers() -> set[str]:
    with connected() as client:
        return {container.id for container in client.containers.list(all=True, ignore_removed=True)}


def test_a_script_runs_in_the_tree_with_both_streams_in_order(arena: DockerArena) -> None:
    ran = arena.run("pwd; echo told >&2; echo last")
    assert (ran.exit_code, ran.output, ran.timed_out) == (0, "/tmp\ntold\nlast\n", False)


def test_a_pipe_fails_with_any_of_its_parts_and_a_script_goes_on(arena: DockerArena) -> None:
    assert arena.run("false | true").exit_code == 1
    assert arena.run("false\necho on").output == "on\n"


def test_what_a_script_leaves_is_there_for_the_next(arena: DockerArena) -> None:
    arena.run("echo kept > kept.txt")
    assert arena.get("/tmp/kept.txt") == b"kept\n"


def test_the_interpreter_is_activated() -> None:
    with open_arena(BARE.model_copy(update={"activate": "export CHOSEN=yes"})) as arena:
        assert arena.run("echo $CHOSEN").output == "yes\n"


def test_files_go_in_and_out_byte_for_byte(arena: DockerArena) -> None:
    arena.put("/new/folder/file", b"\x00\xff\r\n")
    assert arena.get("/new/folder/file") == b"\x00\xff\r\n"
    assert arena.get("/new/folder") is None
    assert arena.get("/new/nothing") is None


def test_a_link_is_no_file_to_read(arena: DockerArena) -> None:
    arena.run("ln -sf /etc/passwd /tmp/link")
    assert arena.get("/tmp/link") is None


def test_at_its_time_everything_a_script_started_is_killed(arena: DockerArena) -> None:
    ran = arena.run("setsid sleep 987 & sleep 987", timeout_s=1)
    assert (ran.exit_code, ran.timed_out) == (137, True)
    assert "sleep 987" not in arena.run("ps -ef | grep -v grep").output


def test_of_a_long_output_the_middle_is_left_out(arena: DockerArena) -> None:
    output = arena.run("echo first; yes | head -c 40000000; echo last").output
    assert output.startswith("first\n")
    assert output.endswith("last\n")
    assert "bytes left out" in output
    assert len(output) < 20_000_000


def test_it_keeps_to_its_core_and_has_no_network(arena: DockerArena) -> None:
    assert arena.run("nproc").output == "1\n"
    assert arena.run("ls /sys/class/net").output == "lo\n"


def test_a_container_that_is_gone_is_told() -> None:
    with open_arena(BARE) as arena:
        with connected() as client:
            remove(client, arena.container)
        with pytest.raises(SandboxError):
            arena.run("true")


def test_the_container_is_gone_afterwards() -> None:
    with open_arena(BARE) as arena:
        assert arena.container in containers()
    assert arena.container not in containers()


def test_a_container_whose_owner_was_killed_is_removed_at_the_next_start() -> None:
    code = OWNER.format(place=BARE.model_dump_json())
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as owner:
        assert owner.stdout is not None
        made = owner.stdout.readline().strip()
        assert made in containers()
        owner.send_signal(signal.SIGKILL)
    reap()
    assert made not in containers()
