"""A perfagent that is killed takes everything with it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import uuid
from pathlib import Path

import pytest

from perfagent.tools.errors import SandboxError
from perfagent.tools.sandbox import Limits, reap
from perfagent.tools.sandbox.cgroup import guard
from perfagent.tools.sandbox.docker_engine import connected, state

OWNER = """
import sys
from pathlib import Path
from perfagent.tools.sandbox import Command, Environment, Limits, open_sandbox
kind, run_id, marker, image = sys.argv[1:]
prefix, python = (None, "/usr/bin/python3") if kind == "docker" else (Path(sys.prefix), sys.executable)
where = Environment(kind, image, prefix, python, "", "", "", True)
with open_sandbox(kind, mounts=[], environment=where, limits=Limits(), run_id=run_id) as sandbox:
    sandbox.execute(Command(("true",), "/"))
    sys.stdout.write("open\\n"); sys.stdout.flush()
    sandbox.execute(Command(("sh", "-c", f"(setsid sleep {marker} &); sleep {marker}"), "/"))
"""


def sleeping(marker):
    """Pids of processes whose command line holds the marker."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            words = (entry / "cmdline").read_bytes().split(b"\0") if entry.name.isdigit() else []
        except OSError:
            continue
        if b"sleep" in words[:1] and marker.encode() in words:
            found.append(int(entry.name))
    return found


def until(condition, seconds=20.0):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.05)


def said(process):
    """A process's output, which these tests always pipe."""
    assert process.stdout is not None
    return process.stdout


@pytest.fixture
def owner(kind):
    run_id, marker = f"death-{uuid.uuid4().hex[:8]}", str(1000 + uuid.uuid4().int % 10**6)
    argv = [sys.executable, "-c", OWNER, kind, run_id, marker, "perfagent/base:bookworm"]
    process = subprocess.Popen(argv, stdout=subprocess.PIPE)
    assert said(process).read(5) == b"open\n"
    until(lambda: len(sleeping(marker)) >= 2)
    yield process, run_id, marker
    process.kill()
    process.wait()
    said(process).close()
    reap(run_id)


def test_a_killed_owner_leaves_no_process(owner):
    process, run_id, marker = owner
    process.kill()
    process.wait()

    until(lambda: not sleeping(marker))
    reap()
    assert reap(run_id) == []


def test_a_running_owner_is_not_reaped_but_its_run_can_be(owner):
    _, run_id, marker = owner

    assert not [name for name in reap() if run_id in name] and sleeping(marker)
    assert len(reap(run_id)) == 1
    until(lambda: not sleeping(marker))


@pytest.mark.docker
def test_the_container_ends_by_itself_when_its_owner_dies():
    run_id = f"death-{uuid.uuid4().hex[:8]}"
    argv = [sys.executable, "-c", OWNER, "docker", run_id, "4321", "perfagent/base:bookworm"]
    with subprocess.Popen(argv, stdout=subprocess.PIPE) as process, connected() as client:
        assert said(process).read(5) == b"open\n"
        (container,) = client.containers.list(filters={"label": f"perfagent.run={run_id}"})
        process.kill()
        until(lambda: not state(client, container.id)["Running"])
    assert reap() != [] or reap(run_id) == []


def test_a_frozen_runner_of_a_dead_owner_is_reaped(opened):
    box = opened("local", run_id="frozen")
    assert box.run("true").ok
    runner = box.sandbox._process.pid
    os.kill(runner, signal.SIGSTOP)

    assert reap("frozen") == [f"runner {runner} of frozen"]
    assert box.sandbox._process.wait(10) == -9


def test_what_a_dead_runner_leaves_running_is_found(kind, opened):
    box = opened(kind, run_id="orphan")
    marker = str(1000 + uuid.uuid4().int % 10**6)
    assert box.sh(f"setsid sleep {marker} & kill -9 $PPID; sleep {marker}").exit_code == -9

    until(lambda: not sleeping(marker), seconds=1)


def test_a_closed_sandbox_leaves_no_group_folder_or_record(opened):
    box = opened("local", run_id="traces")
    assert box.sh("echo $HOME; setsid sleep 300 &").ok
    path, record = box.sandbox._record
    assert path.exists() and all(Path(name).is_dir() for name in (*record.folders, *record.cgroups))
    box.sandbox.close()

    assert not any(Path(name).exists() for name in (path, *record.folders, *record.cgroups))


ENGINE = """
from perfagent.tools.sandbox import probe
assert probe("docker").ok
"""


@pytest.mark.docker
def test_a_closed_connection_to_the_engine_leaves_nothing_to_complain_of():
    # What is collected complains by default from Python 3.13 on, and before that in development mode.
    done = subprocess.run([sys.executable, "-X", "dev", "-c", ENGINE], capture_output=True, text=True, check=True)
    assert "Exception ignored" not in done.stderr


def test_groups_that_nobody_is_in_are_removed_when_they_are_old():
    bounds = [guard(Limits()) for _ in range(3)]
    groups = [group for bound in bounds for group in bound.groups]
    if not groups:
        pytest.skip("control groups cannot be made here")
    old, new, busy = bounds
    with subprocess.Popen([*busy.launcher, "sleep", "60"]) as process:
        while not all((group / "cgroup.procs").read_text() for group in busy.groups):
            time.sleep(0.01)
        for group in (*old.groups, *busy.groups):
            os.utime(group, (time.time() - 300,) * 2)
        reap()
        assert [group.exists() for group in groups] == [bound is not old for bound in bounds for _ in bound.groups]
        process.kill()
    new.remove()
    busy.remove()


def test_a_sandbox_that_cannot_start_leaves_nothing(opened, monkeypatch, tmp_path):
    box = opened("local", run_id="nowhere")
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "missing"))

    with pytest.raises(SandboxError, match="does not start"):
        box.run("true")
    monkeypatch.undo()
    assert box.run("true").ok
