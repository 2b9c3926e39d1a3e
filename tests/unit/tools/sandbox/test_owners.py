from __future__ import annotations

import dataclasses
import os
import subprocess

import pytest

from perfagent.tools.sandbox.owners import (
    Record,
    clear,
    drop_torn_records,
    identify,
    read_records,
    records_folder,
    start_time,
    write_record,
)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    return records_folder()


@pytest.fixture
def child():
    with subprocess.Popen(["sleep", "60"]) as process:
        yield process
        process.kill()


def test_we_are_alive_and_nobody_else_has_our_identity():
    me = identify(os.getpid())

    assert me.alive
    assert not dataclasses.replace(me, started=me.started + 1).alive  # the pid was used again
    assert not dataclasses.replace(me, boot="another").alive
    assert dataclasses.replace(me, namespace="another", pid=1).alive  # cannot be known: left alone


def test_a_zombie_and_a_stranger_are_gone(child):
    assert start_time(child.pid) is not None
    child.kill()
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)

    assert start_time(child.pid) is None and start_time(2**22) is None


def test_a_record_survives_storage(folder):
    me = identify(os.getpid())
    record = Record("run", me, me, ("/tmp/x",), ("/sys/fs/cgroup/x",))

    path = write_record(record)

    assert list(read_records()) == [(path, record)]


def test_unreadable_records_are_skipped(folder):
    (folder / "bad.json").write_text("{")
    (folder / "odd.json").write_text('{"run_id": 3}')

    assert list(read_records()) == []


def test_a_record_that_was_never_written_goes_with_its_runner(folder, child):
    ours = identify(child.pid)
    torn = [folder / f"{ours.pid}-{ours.started - 1}.json", folder / f"{2**22}-1.json"]
    kept = [folder / f"{ours.pid}-{ours.started}.json", folder / "odd.json"]
    for path in (*torn, *kept):
        path.touch()
    readable = write_record(Record("run", ours, dataclasses.replace(ours, started=1)))

    drop_torn_records()

    assert sorted(folder.iterdir()) == sorted([*kept, readable])


def test_clearing_kills_the_runner_and_deletes_its_folders(folder, child, tmp_path):
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    record = Record("run", identify(os.getpid()), identify(child.pid), (str(scratch),))
    path = write_record(record)

    assert clear(path, record)
    assert child.wait(10) == -9 and not scratch.exists() and not path.exists()


def test_a_reused_pid_is_spared(folder, child):
    runner = identify(child.pid)
    record = Record("run", runner, dataclasses.replace(runner, started=runner.started - 1))

    assert not clear(write_record(record), record)
    assert child.poll() is None


def test_a_folder_of_somebody_else_is_refused(folder):
    folder.chmod(0o777)
    with pytest.raises(PermissionError, match="somebody else"):
        records_folder()
