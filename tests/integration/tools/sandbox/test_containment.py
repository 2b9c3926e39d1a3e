"""What code in bubblewrap and docker cannot do."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from perfagent.tools.sandbox import Limits

CONTAINED = [pytest.param(kind, marks=getattr(pytest.mark, kind)) for kind in ("bubblewrap", "docker")]
REFUSALS = ("Network is unreachable", "Cannot assign requested address", "Connection refused")
CONNECT = "import socket; socket.create_connection(({!r}, 53), 5)"


@pytest.mark.parametrize("address", ["1.1.1.1", "::1"])
def test_there_is_no_network(contained, address):
    ended = contained.py(CONNECT.format(address))

    assert ended.exit_code == 1 and ended.stderr.strip().endswith(REFUSALS)


def test_nothing_outside_of_the_mounts_can_be_written(contained):
    folders = "/ /etc /usr /usr/lib /opt /var /run/perfagent"
    ended = contained.sh(f"for d in {folders}; do touch $d/x 2>/dev/null && echo $d; done; true")

    assert ended.stdout == ""


def test_the_host_is_out_of_sight(contained, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("x")

    assert not contained.run("cat", str(secret)).ok
    assert not contained.run("cat", "/etc/shadow").ok
    assert not contained.run("test", "-e", str(Path.home() / ".ssh")).ok


def test_only_the_sandbox_s_processes_are_visible(contained):
    seen = contained.sh("ls /proc | grep -c '^[0-9]'").stdout

    assert int(seen) < 10
    assert not contained.run("test", "-e", f"/proc/{os.getpid()}/environ").ok


def test_there_are_no_capabilities_and_none_to_gain(contained):
    status = contained.run("grep", "-E", "^(CapEff|CapBnd|NoNewPrivs)", "/proc/self/status").stdout.split()

    assert status == ["CapEff:", "0" * 16, "CapBnd:", "0" * 16, "NoNewPrivs:", "1"]
    assert contained.run("id", "-u").stdout.strip() != "0"


def test_a_fork_bomb_burns_out(contained):
    ended = contained.py("import os\nwhile True:\n  try: os.fork()\n  except OSError: pass", timeout_s=2)

    assert ended.timed_out and ended.stopped_by == "reached the limit of 32 processes and did not end within 2 s"
    assert contained.run("true").ok
    assert contained.run("sleep", "5", timeout_s=0.5).over_processes == 0


def test_killing_everything_in_sight_costs_one_sandbox(contained):
    assert contained.sh("kill -9 -1; sleep 10").exit_code == -9
    assert contained.run("true").ok


def test_the_runner_cannot_be_traced_or_read(contained):
    reading = contained.sh("cat /proc/$PPID/environ")
    tracing = contained.py(
        "import ctypes, os; libc = ctypes.CDLL(None, use_errno=True); libc.ptrace(16, os.getppid(), 0, 0)"
        "; print(os.strerror(ctypes.get_errno()))"
    )

    assert not reading.ok
    assert "not permitted" in tracing.stdout


def test_a_frozen_runner_is_given_up_and_replaced(contained, monkeypatch):
    monkeypatch.setattr("perfagent.tools.sandbox.session.GRACE_S", 1.0)
    ended = contained.sh("kill -STOP $PPID; sleep 60", timeout_s=1)

    assert ended.timed_out and "starts afresh" in ended.notes[0]
    assert contained.run("true").ok


@pytest.mark.parametrize("place", ["/tmp", "$HOME", "/dev/shm"])
def test_folders_in_memory_are_small(contained, place):
    ended = contained.sh(f"head -c 300M /dev/zero > {place}/x; wc -c < {place}/x; rm {place}/x")

    assert 0 < int(ended.stdout) <= 256 * 2**20


def test_devices_are_few_and_none_can_be_made(contained):
    ended = contained.sh("touch /dev/x 2>/dev/null && echo made; ls /dev | grep -E 'sd|vd|mem|kvm|dm-'")

    assert ended.stdout == ""


@pytest.mark.parametrize(
    "filler",
    [
        "while :; do head -c 8M /dev/zero > $(mktemp -p .); done",
        "exec 3> x; rm x; head -c 200M /dev/zero >&3; sleep 60",
    ],
    ids=["files", "a deleted file"],
)
@pytest.mark.parametrize("kind", CONTAINED)  # never in local
def test_a_filler_of_the_disk_is_stopped(opened, kind, filler):
    box = opened(kind, Limits(memory_bytes=256 * 2**20, processes=32, timeout_s=30, disk_bytes=32 * 2**20))
    ended = box.sh(filler)

    assert ended.over_disk and not ended.ok and ended.stopped_by == "wrote more to the disk than allowed"
    for left in box.tree.iterdir():
        left.unlink()
    assert box.run("true").ok


def test_no_signal_leaves_the_sandbox(contained):
    ended = contained.py(
        "import os, signal; os.kill(os.getppid(), 0)\nfor pid in range(2, 70000):\n  try: os.kill(pid, 0)"
        "\n  except OSError: continue\n  print(pid, open(f'/proc/{pid}/comm').read())"
    )

    assert len(ended.stdout.splitlines()) < 12
