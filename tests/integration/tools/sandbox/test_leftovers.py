"""What a command leaves is not there for the next one; test_forks.py has the same of a server's children."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from perfagent.tools.sandbox import Command, Environment, Limits, Mount, open_sandbox

PLACES = 'import ctypes, os, sys\nplaces = [sys.argv[1], os.environ["HOME"], os.environ["TMPDIR"], *sys.argv[2:]]\n'
LEAVE = """
for place in places:
    os.chdir(place)
    for folder in ("plain", "barred"):
        os.mkdir(folder)
        open(folder + "/file", "w").close()
    os.chmod("barred", 0)
    os.symlink("/etc", "link")
    os.mkfifo(b"\\xff pipe")
    for _ in range(1500):
        os.mkdir("deep")
        os.chdir("deep")
    try:
        os.chmod(place, 0o711)
        os.utime(place, (7, 7))
    except OSError:
        pass
"""
# Arguments: shmget(key, bytes, IPC_CREAT | 0600) and the like, mq_open(name, O_CREAT | O_RDWR, mode, attributes).
STORES = """
libc = ctypes.CDLL(None, use_errno=True)
librt = ctypes.CDLL("librt.so.1", use_errno=True)
flag = 0o1600 if create else 0o600
found = [libc.shmget(77, 64, flag), libc.semget(77, 2, flag), libc.msgget(77, flag)]
found += [librt.mq_open(b"/kept", 0o102 if create else 2, 0o600, None)]
if os.uname().machine == "x86_64":  # add_key to the user's keyring, and keyctl's search in it
    asked = (248, b"user", b"kept", b"1", 1, -4) if create else (250, 10, -4, b"user", b"kept", 0)
    found += [libc.syscall(*asked)]
print([number != -1 for number in found])
"""
# What leads to something mounted below a place stays, such as the environment of tests that run below /tmp.
FIND = """
mounted = [line.split()[1] + "/" for line in open("/proc/self/mounts")]
for place in places:
    state = os.stat(place)
    assert state.st_mtime != 7 and state.st_mode & 0o7777 != 0o711, (place, state)
    names = sorted(os.listdir(place))
    print([name for name in names if not any(at.startswith(f"{place}/{name}/") for at in mounted)])
"""


@pytest.fixture
def fleeting(kind, opened, tmp_path):
    """A sandbox with a fleeting folder, and the places in it that each command finds empty."""
    box = opened(kind, mounts=[Mount(tmp_path, "/mnt/scratch", writable=True, fleeting=True)])
    box.tree = tmp_path
    memory = () if kind == "local" else ("/dev/shm",)
    return box, (box.sandbox.inside(tmp_path), *memory)


def test_the_next_command_finds_nothing(fleeting):
    box, places = fleeting
    left = box.run(box.python, "-I", "-c", PLACES + LEAVE, *places)
    assert left.ok, left.stderr
    found = box.run(box.python, "-I", "-c", PLACES + FIND, *places)
    assert (found.stdout, found.stderr) == ("[]\n" * (len(places) + 2), "")


def test_the_kernel_keeps_nothing_for_the_next_command(contained):
    made = contained.py("import ctypes, os\ncreate = True" + STORES)
    assert made.stdout.startswith("[True, True, True, False"), made.stderr
    found = contained.py("import ctypes, os\ncreate = False" + STORES)
    assert "True" not in found.stdout and "False" in found.stdout, found.stderr


def test_what_a_killed_runner_left_is_gone_too(fleeting):
    box, places = fleeting
    (box.tree / "earlier").mkdir()
    assert box.run(box.python, "-I", "-c", PLACES + FIND, *places).stdout.startswith("[]\n")


def test_an_environment_below_tmp_stays(tmp_path_factory):
    place = tmp_path_factory.mktemp("environment")
    (place / "kept").touch()
    if not str(place).startswith("/tmp/"):
        pytest.skip("the temporary files of these tests are not below /tmp")
    where = Environment("bubblewrap", "", Path(sys.prefix), sys.executable, "3", "test", "", cached=True)
    mounts = [Mount(place, str(place))]
    with open_sandbox("bubblewrap", mounts=mounts, environment=where, limits=Limits(), run_id="test") as sandbox:
        hide = f"touch {place}/../x && mkdir -p /tmp/y/z && find /tmp -name x"
        first = sandbox.execute(Command(("sh", "-c", hide), "/"))
        look = ("find", "/tmp", "-path", sys.prefix, "-prune", "-o", "-type", "f", "-print")
        second = sandbox.execute(Command(look, "/"))
        folders = sandbox.execute(Command(("sh", "-c", "ls /tmp"), "/"))
    assert os.path.normpath(f"{place}/../x") in {os.path.normpath(line) for line in first.stdout.split()}
    assert second.stdout.split() == [f"{place}/kept"] and "y" not in folders.stdout.split()
